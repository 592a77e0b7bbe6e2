using System.Formats.Tar;
using System.Globalization;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// The documents of a folder that is laid out as Red Hat's: single ones, which are newer than the archives, then those
/// of the archives from the newest on, each that is not yet known. `deletions.csv` (`"2023/cve-2023-1.json","TIME"`)
/// names those that are gone. A document that cannot be read is one record less; an archive that is cut may lack any.
/// </summary>
internal sealed class VexFiles(AdvisoryImport to, CancellationToken cancelled)
{
    /// <summary>Documents of all files; there are some 300,000 CVEs.</summary>
    internal const int MostDocuments = 2_000_000;

    /// <summary>Names of the documents that were read or are gone, without their folder.</summary>
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);

    public static bool IsDocument(string name) => name.StartsWith("cve-", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    public static bool IsArchive(string name) =>
        name.EndsWith(".tar.zst", StringComparison.Ordinal) || name.EndsWith(".tar.gz", StringComparison.Ordinal) || name.EndsWith(".tar", StringComparison.Ordinal) || name.EndsWith(".zip", StringComparison.Ordinal);

    /// <summary>When an archive was begun: what changed later is not in it. It has the day in its name, `csaf_vex_2024-08-04.tar.zst`.</summary>
    public static DateTimeOffset? TimeOf(string archive)
    {
        const int Date = 10;
        for (var at = 0; at + Date <= archive.Length; at++)
            if (DateTimeOffset.TryParseExact(archive.AsSpan(at, Date), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)) return day;
        return null;
    }

    /// <exception cref="UnreadableException">An archive or the list of deletions is damaged.</exception>
    public void Read(IReadOnlyList<FeedFile> files)
    {
        foreach (var file in files.Where(file => IsDocument(Name(file.Path)))) Take(file.Path, read => FeedContent.Read(file, read));
        foreach (var file in files.Where(file => Name(file.Path) == RedHatVex.Deletions)) Named(file.Path, () => FeedContent.Read(file, ReadDeletions));
        foreach (var file in files.Where(file => IsArchive(Name(file.Path))).OrderByDescending(file => file.Path, StringComparer.Ordinal))
            Named(file.Path, () =>
            {
                if (file.Path.EndsWith(".zip", StringComparison.Ordinal)) ReadZip(file);
                else FeedContent.Read(file, content => ReadTar(file.Path, content));
            });
    }

    private static void Named(string path, Action read)
    {
        try
        {
            read();
        }
        catch (UnreadableException damaged)
        {
            throw new UnreadableException(damaged.Kind, $"`{path}` cannot be imported: {damaged.Message}");
        }
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private void Take(string path, Action<Action<Stream>> open)
    {
        cancelled.ThrowIfCancellationRequested();
        if (!known.Add(Name(path))) return; // A newer one was read, or it is gone.
        if (known.Count > MostDocuments) throw new UnreadableException(ProblemKind.LimitReached, $"there are more than {MostDocuments:N0} documents");
        try
        {
            open(content => RedHatVex.Read(content, path, advisory => to.Add(path, advisory), to.Problems));
        }
        catch (UnreadableException damaged)
        {
            to.Fault(damaged.Kind, path, damaged.Message);
        }
    }

    private void ReadTar(string archive, Stream content)
    {
        using var tar = new TarReader(content, leaveOpen: true);
        while (tar.GetNextEntry() is { } entry)
            if (IsDocument(Name(entry.Name)) && entry.DataStream is { } document) Take($"{archive}!/{entry.Name}", read => read(document));
    }

    private void ReadZip(FeedFile file)
    {
        using var source = file.Open();
        try
        {
            using var zip = new System.IO.Compression.ZipArchive(source, System.IO.Compression.ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in zip.Entries)
                if (IsDocument(entry.Name)) Take($"{file.Path}!/{entry.FullName}", read =>
                {
                    using var document = entry.Open();
                    read(document);
                });
        }
        catch (InvalidDataException damaged)
        {
            throw new UnreadableException(ProblemKind.Malformed, $"it is no ZIP archive, or damaged: {damaged.Message.TrimEnd('.')}");
        }
    }

    private void ReadDeletions(Stream content)
    {
        foreach (var deletion in VexList.Read(content, (number, line) => to.Fault(ProblemKind.Malformed, $"{RedHatVex.Deletions}:{number}", $"expected `\"PATH\",\"TIME\"`, but found `{line}`; it was left out")))
            if (IsDocument(deletion.Name)) known.Add(deletion.Name);
    }
}
