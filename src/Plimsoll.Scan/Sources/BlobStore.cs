using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>Named blobs: the files of a layout's folder, or the entries of an archive.</summary>
internal interface IBlobStore : IDisposable
{
    /// <summary>How to call it in messages.</summary>
    string Display { get; }

    /// <summary>Why it ends early; null when it is whole.</summary>
    string? Truncated { get; }

    /// <param name="name">Relative, `blobs/sha256/…`.</param>
    Blob? Open(string name);

    /// <summary>Opens a manifest or index; registries keep these apart from blobs.</summary>
    Blob? OpenManifest(string name) => Open(name);

    /// <param name="name">Of a configuration.</param>
    /// <param name="size">As the manifest declares it.</param>
    Blob? OpenConfig(string name, long? size) => Open(name);

    /// <summary>Opens a layer, whose bytes may still come in when it is read.</summary>
    Blob? OpenLayer(Layer layer, string name) => Open(name);
}

/// <summary>A folder. Nothing outside it is opened, and no link is followed.</summary>
internal sealed class FolderStore : IBlobStore
{
    private readonly SafeFileHandle folder;
    private readonly List<SafeFileHandle> opened = [];

    public FolderStore(string path)
    {
        folder = Native.OpenFolder(path);
        if (folder.IsInvalid) throw Unreadable.Target(path, Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        Display = path;
    }

    public string Display { get; }
    public string? Truncated => null;

    public Blob? Open(string name)
    {
        var file = Native.OpenBeneath(folder, Encoding.UTF8.GetBytes(name + "\0"), folder: false);
        if (file.IsInvalid) return null;
        opened.Add(file);
        return Native.TryStat(file, out var stat) && (stat.Mode & FileType.Mask) == FileType.File ? new Blob(file, 0, (long)stat.Size, name) : null;
    }

    public void Dispose()
    {
        foreach (var file in opened) file.Dispose();
        folder.Dispose();
    }
}

/// <summary>
/// A tar archive, whose headers are read once and whose contents are skipped. A compressed one is first inflated
/// into a private file, since its table of contents may stand at its end.
/// </summary>
internal sealed class ArchiveStore : IBlobStore
{
    private readonly Dictionary<string, Blob> blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);
    private readonly IDisposable[] holds;

    private ArchiveStore(string display, IDisposable[] holds)
    {
        Display = display;
        this.holds = holds;
    }

    public string Display { get; }
    public string? Truncated { get; private set; }

    /// <summary>Entries in the order of the archive.</summary>
    public List<string> Names { get; } = [];

    /// <summary>What was asked for and is there, by the name that was asked.</summary>
    public SortedDictionary<string, Blob> Opened { get; } = new(StringComparer.Ordinal);

    /// <summary>A file as a blob of the name that messages call it by, and what it stands on.</summary>
    public static (Blob Blob, SafeFileHandle File) OpenFile(string path)
    {
        try
        {
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
            return (new Blob(file, 0, RandomAccess.GetLength(file), path), file);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw Unreadable.Target(path, thrown.Message);
        }
    }

    /// <param name="blob">The archive, under the name that messages call it by.</param>
    /// <param name="hold">What the blob stands on; the store disposes of it. Null for one that has another owner.</param>
    /// <param name="hash">Gets all bytes of a compressed one.</param>
    public static ArchiveStore Open(Blob blob, IDisposable? hold, Limits limits, ScanProgress? progress, DigestCheck? hash = null)
    {
        var compression = Compressions.Of(blob);
        if (compression == Compression.None)
        {
            var plain = new ArchiveStore(blob.Name, Held(hold));
            plain.Index(blob, limits, isPlain: true);
            return plain;
        }
        var spool = new Spool(limits.SpoolBytes);
        var inflated = new ArchiveStore(blob.Name, Held(hold, spool));
        var (length, broken) = InflatedArchive.Write(blob, compression, spool, limits, progress, hash);
        inflated.Truncated = broken;
        inflated.Index(new Blob(spool.Handle, 0, length, blob.Name), limits, isPlain: false);
        return inflated;
    }

    private static IDisposable[] Held(params IDisposable?[] holds) => [.. holds.OfType<IDisposable>()];

    /// <summary>A later entry of the same name replaces the earlier one, as in extraction. Links lead to other entries (docker save of old engines).</summary>
    public Blob? Open(string name)
    {
        var asked = name;
        for (var hops = 0; hops < 8 && links.TryGetValue(name, out var target); hops++) name = target;
        if (!blobs.TryGetValue(name, out var blob)) return null;
        return Opened[asked] = blob;
    }

    private void Index(Blob archive, Limits limits, bool isPlain)
    {
        var scanner = new TarScanner(new Headers(this, archive), limits);
        Span<byte> header = stackalloc byte[TarScanner.Record];
        while (scanner.Failure is null)
        {
            if (scanner.SkipContent(archive.Length - scanner.Position) > 0) continue;
            var read = archive.Read(header, scanner.Position);
            if (read == 0) break;
            scanner.Feed(header[..read]);
            if (scanner.AtEnd) break;
            if (blobs.Count + links.Count > limits.ArchiveEntries) throw new PlimsollException("archive-too-many-entries", $"`{Display}` holds more than {limits.ArchiveEntries:N0} entries, which no image archive does.", "Check that it is the output of `docker save` or an OCI layout.");
        }
        scanner.Complete();
        if (isPlain && scanner.Failure is not null && Names.Count == 0 && BeginsAsJson(archive))
            throw new PlimsollException("not-an-archive", $"`{Display}` is no tar archive, gzip or zstd file, but JSON.", $"If it is a bill of materials, give `sbom:{Display}`.");
        if (scanner.Failure is { Fault: TarFault.Malformed, Offset: 0 }) throw new PlimsollException("not-an-archive", $"`{Display}` is no tar archive, gzip or zstd file.", "Give the output of `docker save`, an OCI layout, or a folder.");
        Truncated ??= scanner.Failure?.Message;
    }

    public void Dispose()
    {
        foreach (var hold in holds) hold.Dispose();
    }

    private static bool BeginsAsJson(Blob file)
    {
        Span<byte> head = stackalloc byte[64];
        ReadOnlySpan<byte> text = head[..file.Read(head, 0)];
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        return text.TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    private sealed class Headers(ArchiveStore store, Blob archive) : ITarSink
    {
        public bool Entry(TarEntry entry)
        {
            var name = Relative(Encoding.UTF8.GetString(entry.Path), "");
            if (name.Length == 0) return false;
            if (entry.Type is '1' or '2')
            {
                var folder = entry.Type == '2' && name.Contains('/') ? name[..name.LastIndexOf('/')] : "";
                store.links[name] = Relative(Encoding.UTF8.GetString(entry.Link), folder);
            }
            else if (entry.Type is '0' or '\0' && !entry.IsSparse)
            {
                store.links.Remove(name);
                store.Names.Add(name);
                store.blobs[name] = new Blob(archive.File, archive.Offset + entry.Offset, Math.Min(entry.Size, Math.Max(0, archive.Length - entry.Offset)), name);
            }
            return false;
        }

        public bool Content(ReadOnlySpan<byte> piece) => false;

        public void EndContent()
        {
        }

        /// <summary>A path inside the archive without `.`, `..` and slashes at its ends.</summary>
        private static string Relative(string path, string folder)
        {
            var parts = new List<string>();
            foreach (var part in (path.StartsWith('/') ? path : folder + "/" + path).Split('/'))
            {
                if (part is "" or ".") continue;
                if (part != "..") parts.Add(part);
                else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            return string.Join('/', parts);
        }
    }
}

internal static class Unreadable
{
    public static PlimsollException Target(string path, string reason) =>
        new("target-unreadable", $"`{path}` cannot be opened: {reason.TrimEnd('.')}.", "Check the path and that you may read it.");
}
