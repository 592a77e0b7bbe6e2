using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Engines;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// A container's read/write layer as a layer tar. Engines give the list of changed paths and the whole file system as
/// one tar, but not the layer: it is the entries of the tar that the list names, byte for byte, and a whiteout for
/// each path that the list calls deleted (OCI image specification, "Image Layer Filesystem Changeset").
/// </summary>
internal static class ContainerLayer
{
    /// <summary>Changed paths without an entry that the engine is asked for, one by one.</summary>
    private const int MaxAsked = 500;

    /// <param name="Start">Where its headers begin, extended ones included.</param>
    /// <param name="End">Where the next entry begins.</param>
    private sealed record Entry(string Path, char Type, string Link, long Start, long End);

    public static Blob Write(EngineClient engine, EngineContainer container, Spool spool, Limits limits, ProblemLog problems, ScanProgress? progress)
    {
        var name = $"container {container.Name}";
        progress?.Begin($"receiving the container from {engine.Kind.Display()}");
        var changes = engine.Changes(container);
        Blob export;
        using (var sent = engine.ExportContainer(container)) export = Spooling.Receive(sent, name, spool, limits, progress);
        var entries = Index(export, name, limits, problems);
        var kept = Keep(entries, changes);
        ReportAbsent(engine, container, changes, entries, problems);

        var (start, length) = (-1L, 0L);
        foreach (var change in changes)
            if (change.IsDeleted) Append(Whiteout(change.Path));
        var buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
        foreach (var entry in entries)
        {
            if (!kept.Contains(entry.Path)) continue; // The image has it unchanged.
            for (var at = entry.Start; at < entry.End;)
            {
                var read = export.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.End - at)), at);
                if (read == 0) break; // The export ends early, which Index has reported.
                Append(buffer.AsSpan(0, read));
                at += read;
            }
        }
        Append(new byte[2 * TarScanner.Record]);
        return new Blob(spool.Handle, start, length, name);

        void Append(ReadOnlySpan<byte> bytes)
        {
            var offset = Spooling.Append(spool, bytes, name, limits);
            if (start < 0) start = offset;
            length += bytes.Length;
        }
    }

    /// <summary>Changed paths, and files that a changed hard link leads to, so that a link is never without its content.</summary>
    private static HashSet<string> Keep(List<Entry> entries, IReadOnlyList<EngineChange> changes)
    {
        var kept = changes.Where(change => !change.IsDeleted).Select(change => change.Path.Trim('/')).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in entries)
            if (entry.Type == '1' && kept.Contains(entry.Path)) kept.Add(entry.Link);
        return kept;
    }

    /// <summary>What the engine calls changed and does not send is a problem, unless it is a mount, a socket or gone meanwhile.</summary>
    private static void ReportAbsent(EngineClient engine, EngineContainer container, IReadOnlyList<EngineChange> changes, List<Entry> entries, ProblemLog problems)
    {
        var sent = entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        var asked = 0;
        foreach (var change in changes)
        {
            if (change.IsDeleted || sent.Contains(change.Path.Trim('/'))) continue;
            if (container.Mounts.Any(mount => change.Path == mount || change.Path.StartsWith(mount.TrimEnd('/') + "/", StringComparison.Ordinal))) continue; // Notes name the mounts.
            if (asked++ < MaxAsked && !engine.HasArchivable(container, change.Path)) continue; // A socket has no content, and what is gone is no part of the container.
            problems.Report(ProblemKind.Unreadable, change.Path, $"{engine.Kind.Display()} lists it as changed in the container but did not send it");
        }
    }

    private static List<Entry> Index(Blob export, string name, Limits limits, ProblemLog problems)
    {
        var sink = new Entries(limits);
        var scanner = new TarScanner(sink, limits);
        Span<byte> header = stackalloc byte[TarScanner.Record];
        while (scanner.Failure is null && !scanner.AtEnd && !sink.IsFull)
        {
            if (scanner.SkipContent(export.Length - scanner.Position) > 0) continue;
            var read = export.Read(header, scanner.Position);
            if (read == 0) break;
            scanner.Feed(header[..read]);
        }
        if (!sink.IsFull) scanner.Complete();
        if (scanner.Failure is { } failure) problems.Report(ProblemKind.Truncated, name, $"what the engine sent of it cannot be read to the end: {failure.Message}");
        if (sink.IsFull) problems.Report(ProblemKind.LimitReached, name, $"it holds more than {limits.Entries:N0} entries; the rest was not read");
        return sink.All;
    }

    private sealed class Entries(Limits limits) : ITarSink
    {
        private long next;

        public List<Entry> All { get; } = [];
        public bool IsFull { get; private set; }

        public bool Entry(TarEntry entry)
        {
            if (All.Count >= limits.Entries)
            {
                IsFull = true;
                return false;
            }
            var end = entry.Offset + (entry.StoredSize + TarScanner.Record - 1) / TarScanner.Record * TarScanner.Record;
            All.Add(new Entry(Relative(entry.Path), entry.Type, entry.Type == '1' ? Relative(entry.Link) : "", next, end));
            next = end;
            return false;
        }

        public bool Content(ReadOnlySpan<byte> piece) => false;

        public void EndContent()
        {
        }

        private static string Relative(byte[] path)
        {
            var text = Encoding.UTF8.GetString(path);
            return (text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text).Trim('/');
        }
    }

    /// <summary>An empty file `.wh.NAME`; a GNU long name in front of it where it does not fit the header.</summary>
    private static byte[] Whiteout(string path)
    {
        var relative = path.Trim('/');
        var slash = relative.LastIndexOf('/') + 1;
        var name = Encoding.UTF8.GetBytes(relative[..slash] + ".wh." + relative[slash..]);
        if (name.Length <= 100) return Header(name, '0', 0);
        var padded = new byte[(name.Length + TarScanner.Record) / TarScanner.Record * TarScanner.Record];
        name.CopyTo(padded, 0);
        return [.. Header("././@LongLink"u8, 'L', name.Length + 1), .. padded, .. Header(name.AsSpan(0, 100), '0', 0)];
    }

    /// <summary>POSIX.1-1988 ustar: name 0–99, mode 100, uid 108, gid 116, size 124, time 136, checksum 148, type 156, magic 257.</summary>
    private static byte[] Header(ReadOnlySpan<byte> name, char type, int size)
    {
        var header = new byte[TarScanner.Record];
        name.CopyTo(header);
        "0000644\0"u8.CopyTo(header.AsSpan(100));
        "0000000\0"u8.CopyTo(header.AsSpan(108));
        "0000000\0"u8.CopyTo(header.AsSpan(116));
        Octal(size, 11).CopyTo(header, 124);
        Octal(0, 11).CopyTo(header, 136);
        header[156] = (byte)type;
        "ustar\00000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header.Sum(each => each), 6).CopyTo(header, 148);
        header[154] = 0;
        return header;
    }

    private static byte[] Octal(long value, int digits) => Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(digits, '0'));
}
