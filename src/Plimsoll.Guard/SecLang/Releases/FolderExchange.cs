using System.Runtime.InteropServices;

namespace Plimsoll.Guard.SecLang.Releases;

/// <summary>Puts a folder in the place of another in one step, renameat2(2): whoever reads sees all of the old or all of the new.</summary>
internal static partial class FolderExchange
{
    private const int currentFolder = -100;
    private const uint exchange = 2;

    /// <param name="from">On the same file system; afterwards it has what was there before, or is gone.</param>
    /// <exception cref="IOException">Nothing was changed.</exception>
    public static void Put(string from, string to)
    {
        if (!Directory.Exists(to)) Directory.Move(from, to);
        else if (Rename(currentFolder, from, currentFolder, to, exchange) != 0) throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(int fromFolder, string from, int toFolder, string to, uint flags);
}
