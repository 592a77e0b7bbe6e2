using System.IO.Hashing;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Catalogers.Language;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories;

/// <summary>Published files in a folder or in a ZIP archive of one, by their paths in it.</summary>
internal sealed class Mirror : IDisposable
{
    /// <summary>Files of a mirror: CSAF, which has one for each advisory, has some 50,000.</summary>
    private const int MostFiles = 1_000_000;

    /// <summary>Folders one below the other.</summary>
    private const int MostDepth = 8;

    /// <summary>Entries of an archive that are named though no feed knows them.</summary>
    private const int MostListed = 1000;

    /// <summary>Bytes of all entries of an archive that are inflated to be read: ten times all feeds together.</summary>
    private const long MostInflated = 64L << 30;

    private readonly Spool spool = new(MostInflated);

    private readonly Dictionary<long, long> spooled = [];
    private readonly List<MirrorFile> files = [];

    private Mirror(IEnumerable<MirrorFile> files) => this.files.AddRange(files);

    /// <summary>Sorted by path.</summary>
    public IReadOnlyList<MirrorFile> Files => files;

    /// <exception cref="PlimsollException">There is none.</exception>
    public static Mirror Open(string path)
    {
        try
        {
            if (Directory.Exists(path)) return new Mirror(InFolder(path));
            if (!File.Exists(path)) throw new PlimsollException("source-not-found", $"`{path}` is neither a folder nor a file.", "Give the folder of a mirror, or a ZIP archive of one such as `plimsoll db export` writes.");
            // A published file itself, where the folder's name says of which part it is; unless that is an archive of more.
            var own = string.Join('/', Path.GetFullPath(path).Split('/')[^2..]);
            return IsKnown(own) && !HoldsKnown(path) ? new Mirror([OnDisk(own, path)]) : InArchive(path);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or UnreadableException)
        {
            throw new PlimsollException("source-unreadable", $"`{path}` cannot be read: {thrown.Message.TrimEnd('.')}.", "Give the folder of a mirror, or a ZIP archive of one such as `plimsoll db export` writes.");
        }
    }

    public void Dispose() => spool.Dispose();

    private static bool IsKnown(string path) => DatabaseLayout.Find(path) is not null || All.Feeds.Any(feed => feed.PartOf(path) is not null);

    private static bool HoldsKnown(string path)
    {
        try
        {
            using var archive = File.OpenRead(path);
            return ZipDirectory.Read(archive, name => IsKnown(Encoding.UTF8.GetString(name))).Members.Count > 0;
        }
        catch (UnreadableException)
        {
            return false; // No archive: whose file it is decides what it should be.
        }
    }

    private static List<MirrorFile> InFolder(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MostDepth, IgnoreInaccessible = false, AttributesToSkip = 0 };
        var paths = Directory.EnumerateFiles(folder, "*", options).Take(MostFiles + 1).ToList();
        if (paths.Count > MostFiles) throw new IOException($"it has more than {MostFiles:N0} files");
        return [.. paths.Select(path => OnDisk(Path.GetRelativePath(folder, path), path)).OrderBy(file => file.File.Path, StringComparer.Ordinal)];
    }

    private static MirrorFile OnDisk(string name, string path) =>
        new(new FeedFile(name, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024)), new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero));

    private static Mirror InArchive(string path)
    {
        Stream OpenArchive() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024);
        using var archive = OpenArchive();
        // An archive with hundreds of thousands of records is none of a mirror: of what no feed knows, the first names will do.
        var others = 0;
        var directory = ZipDirectory.Read(archive, name => name is [.., not (byte)'/'] && (IsKnown(Encoding.UTF8.GetString(name)) || others++ < MostListed));
        if (directory.Damage is { } damage) throw damage;
        var changed = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        var mirror = new Mirror([]);
        foreach (var member in directory.Members.OrderBy(member => member.Name, StringComparer.Ordinal))
            mirror.files.Add(new MirrorFile(new FeedFile(member.Name, () => mirror.Entry(OpenArchive, member)), changed));
        return mirror;
    }

    /// <summary>An entry in the spool, where it can be read at any position; each is inflated once.</summary>
    private SliceStream Entry(Func<Stream> open, ZipMember member)
    {
        if (!spooled.TryGetValue(member.Header, out var offset))
        {
            offset = spool.Reserve(member.Size);
            if (offset < 0) throw new UnreadableException(ProblemKind.LimitReached, $"the entries of the archive inflate to more than {MostInflated >> 30} GiB");
            using var archive = open();
            var crc = new Crc32();
            ZipContent.Inflate(archive, member, member.Size, (piece, at) =>
            {
                spool.Write(offset + at, piece);
                crc.Append(piece);
            });
            if (crc.GetCurrentHashAsUInt32() != member.Crc) throw new UnreadableException(ProblemKind.Mismatch, "it does not match its checksum");
            spooled[member.Header] = offset;
        }
        return new SliceStream(spool.Handle, offset, member.Size);
    }
}

/// <param name="Changed">When the file was last written: what it says cannot be newer.</param>
internal sealed record MirrorFile(FeedFile File, DateTimeOffset Changed);
