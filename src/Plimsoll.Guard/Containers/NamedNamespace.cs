using System.Globalization;
using System.Runtime.InteropServices;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Containers;

/// <summary>
/// A network namespace that has a name in the file system, as ip-netns(8) makes it: the namespace's file of /proc, bound over an
/// empty file. Numbers of processes are given anew, this path is not: once it is gone nobody joins anything by it.
/// </summary>
internal static partial class NamedNamespace
{
    private const string fileName = "netns";
    private const nuint bind = 4_096; // MS_BIND
    private const int detach = 2; // MNT_DETACH

    public static string In(string folder) => Path.Combine(folder, fileName);

    /// <exception cref="PlimsollException">The kernel refuses.</exception>
    public static void Make(string folder, int process)
    {
        File.WriteAllText(In(folder), "");
        if (Mount($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/ns/net", In(folder), null, bind, 0) != 0)
            throw new PlimsollException("guard-namespace", $"The container's network namespace cannot be bound to {In(folder)}: {Marshal.GetLastPInvokeErrorMessage()}.", "Run it as root, with `--state` in a folder of this machine.");
    }

    /// <summary>Takes the name away, when there is one. What fails shows when the folder is removed.</summary>
    public static void Remove(string folder)
    {
        if (File.Exists(In(folder))) _ = Unmount(In(folder), detach);
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? kind, nuint flags, nint data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
