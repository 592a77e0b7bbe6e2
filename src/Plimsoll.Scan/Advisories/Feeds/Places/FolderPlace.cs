using System.Globalization;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds.Places;

/// <summary>A feed in a folder; a file is known again by its length and the time of its last change.</summary>
internal sealed class FolderPlace(string root) : IPlace
{
    public bool IsOwn => true;

    public string Describe(string path) => Path.GetFullPath(Path.Combine(root, path));

    public IReadOnlyList<string>? Folders(string file) => !Directory.Exists(root) ? []
        : [.. Directory.EnumerateDirectories(root).Where(folder => File.Exists(Path.Combine(folder, file))).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    public FetchedFile Fetch(string path, Validators known, long limit, Action<long, long?>? advance = null)
    {
        var place = Describe(path);
        try
        {
            var file = new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            var version = new Validators(string.Create(CultureInfo.InvariantCulture, $"\"{file.Length:x}-{File.GetLastWriteTimeUtc(file.SafeFileHandle).Ticks:x}\""), null);
            if (version != known && file.Length <= limit)
            {
                advance?.Invoke(file.Length, file.Length);
                return new FetchedFile(new Download(DownloadOutcome.Fetched, version), file);
            }
            using (file)
                return version == known ? new FetchedFile(new Download(DownloadOutcome.Unchanged, known), null)
                    : throw new PlimsollException("feed-too-long", $"`{place}` has {file.Length:N0} bytes, more than the {limit:N0} that are taken of its kind.", "Check that it is the right file.");
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FetchedFile(new Download(DownloadOutcome.Absent, default, "no such file"), null);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("feed-unreadable", $"`{place}` cannot be read: {failed.Message.TrimEnd('.')}.", "Check that it is a file that you may read.");
        }
    }
}
