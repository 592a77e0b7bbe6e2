using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Freshness;

/// <param name="Checked">When the server last said that it is so.</param>
/// <param name="Content">From its start.</param>
internal sealed record Kept(Validators Validators, DateTimeOffset Checked, Stream Content);

/// <summary>
/// Answers of servers on disk, named by the digest of what was asked: the content, and beside it a `.head` of five lines
/// (magic, address, ETag, Last-Modified, SHA-256 of the content), whose time of change is when the answer was last confirmed.
/// What is damaged counts as absent.
/// </summary>
internal sealed class KeptAnswers(string folder, long mostBytes)
{
    private const string Magic = "PLIMANSWER1";
    private const string Head = ".head";
    private const int MostHeadBytes = 8 << 10;

    /// <summary>`plimsoll/freshness` in $XDG_CACHE_HOME, else in ~/.cache (XDG Base Directory Specification).</summary>
    public static string DefaultFolder(Func<string, string?> environment) =>
        Path.Combine(environment("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache) ? cache
            : Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/root", ".cache"), "plimsoll/freshness");

    /// <returns>Null when there is none, or it is not the one with the digest that is wanted.</returns>
    public Kept? Find(Wanted wanted)
    {
        FileStream? content = null;
        try
        {
            var path = PathOf(wanted);
            if (!File.Exists(path + Head)) return null;
            if (ReadHead(path + Head) is [Magic, var address, var etag, var modified, var digest, ""] && address == wanted.Uri.ToString() && (wanted.Sha256 ?? digest) == digest)
            {
                content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                if (Convert.ToHexStringLower(SHA256.HashData(content)) == digest)
                {
                    content.Position = 0;
                    return new Kept(new Validators(Null(etag), Null(modified)), new DateTimeOffset(File.GetLastWriteTimeUtc(path + Head), TimeSpan.Zero), content);
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // Then the server is asked.
        }
        content?.Dispose();
        return null;
    }

    /// <summary>Where nothing can be written, nothing is kept, and the server is asked again next time.</summary>
    public void Keep(Wanted wanted, Validators validators, string digest, Stream content, DateTimeOffset now)
    {
        if (content.Length > mostBytes) return; // It would only push out everything else.
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var path = PathOf(wanted);
            Replace(path, now, file =>
            {
                var piece = new byte[64 << 10];
                for (int read; (read = content.Read(piece)) > 0;) file.Write(piece, 0, read); // Its length was compared with the bound.
            });
            Replace(path + Head, now, file => file.Write(Encoding.UTF8.GetBytes($"{Magic}\n{wanted.Uri}\n{validators.ETag}\n{validators.LastModified}\n{digest}\n")));
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // As the summary says.
        }
    }

    /// <summary>In one step, so that another process reads one or the other; a content that does not belong to its head has not its digest.</summary>
    private static void Replace(string path, DateTimeOffset now, Action<Stream> write)
    {
        var partial = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None)) write(file);
            File.SetLastWriteTimeUtc(partial, now.UtcDateTime);
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    public void Confirm(Wanted wanted, DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(wanted), now.UtcDateTime);
            File.SetLastWriteTimeUtc(PathOf(wanted) + Head, now.UtcDateTime);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // It is asked again next time.
        }
    }

    /// <summary>Takes away what was not confirmed for longest, until the rest is within the bound.</summary>
    public void Trim()
    {
        try
        {
            if (!Directory.Exists(folder)) return;
            var left = mostBytes;
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal))
                if ((left -= file.Length) < 0) file.Delete();
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // The next run tries again.
        }
    }

    private string PathOf(Wanted wanted) => Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{wanted.Uri}\n{wanted.Accept}"))));

    private static string[] ReadHead(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MostHeadBytes];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).Split('\n');
    }

    private static string? Null(string text) => text.Length == 0 ? null : text;
}
