using Plimsoll.Core.Results;

namespace Plimsoll.Scan;

/// <summary>Files that a user names and that are read as a whole, up to a limit.</summary>
internal static class WholeFile
{
    /// <param name="kind">First part of error codes: `policy`.</param>
    /// <param name="what">For messages, as a sentence begins: `The policy`.</param>
    /// <exception cref="PlimsollException">It cannot be read, or is longer than <paramref name="most"/> bytes.</exception>
    public static ReadOnlyMemory<byte> Read(string path, int most, string kind, string what)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            using var content = new MemoryStream(file.CanSeek ? (int)Math.Min(file.Length, most + 1L) : 0);
            var buffer = new byte[64 << 10];
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                content.Write(buffer, 0, read);
                if (content.Length > most) throw new PlimsollException($"{kind}-too-long", $"{what} `{path}` is longer than {most >> 20} MiB.", "Check that it is the right file.");
            }
            return content.GetBuffer().AsMemory(0, (int)content.Length);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException($"{kind}-unreadable", $"{what} `{path}` cannot be read: {failed.Message.TrimEnd('.')}.", "Check the path and that you may read it.");
        }
    }
}
