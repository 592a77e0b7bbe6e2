using System.Buffers.Binary;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// Sorts any number of items (a key and a value, both bytes) in bounded memory: runs of some MiB are sorted and put
/// into a private file, then merged. Keys are compared byte by byte; items of equal keys keep the order of adding.
/// </summary>
internal sealed class ExternalSort(int runBytes) : IDisposable
{
    public const int DefaultRun = 12 << 20;

    /// <summary>Bytes read of each run at a time.</summary>
    private const int Piece = 32 * 1024;

    /// <summary>Bytes of all runs: a hundred times what all of OSV needs.</summary>
    private const long MostBytes = 256L << 30;

    private readonly Spool spool = new(MostBytes);
    private readonly List<Run> runs = [];
    private readonly List<Item> items = [];
    private byte[] arena = new byte[Math.Min(runBytes, 64 * 1024)];
    private int used;

    private readonly record struct Item(ulong Prefix, int Offset);

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var length = 8 + key.Length + value.Length;
        if (used > 0 && used + length > runBytes) Spill();
        if (arena.Length < used + length) Array.Resize(ref arena, (int)Math.Max(Math.Min(arena.Length * 2L, runBytes), used + length));
        var at = arena.AsSpan(used);
        BinaryPrimitives.WriteInt32LittleEndian(at, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], value.Length);
        key.CopyTo(at[8..]);
        value.CopyTo(at[(8 + key.Length)..]);
        items.Add(new Item(Prefix(key), used));
        used += length;
    }

    /// <summary>Gives every item in order, once.</summary>
    public void Drain(SortedItem take)
    {
        SortItems();
        if (runs.Count == 0)
        {
            foreach (var item in items) take(KeyAt(arena, item.Offset), ValueAt(arena, item.Offset));
            return;
        }
        Spill();
        arena = [];
        items.Capacity = 0;
        Merge(take);
    }

    public void Dispose() => spool.Dispose();

    private void Merge(SortedItem take)
    {
        var order = new PriorityQueue<Run, Run>(Comparer<Run>.Create(static (a, b) =>
        {
            var byKey = a.Key.SequenceCompareTo(b.Key);
            return byKey != 0 ? byKey : a.Number.CompareTo(b.Number);
        }));
        foreach (var run in runs)
            if (run.Next()) order.Enqueue(run, run);
        while (order.TryDequeue(out var run, out _))
        {
            take(run.Key, run.Value);
            if (run.Next()) order.Enqueue(run, run);
        }
    }

    private void Spill()
    {
        if (items.Count == 0) return;
        SortItems();
        var sorted = new byte[Piece];
        var filled = 0;
        var start = spool.Reserve(used);
        if (start < 0) throw new IOException($"more than {MostBytes >> 30:N0} GiB would have to be sorted");
        var at = start;
        foreach (var item in items)
        {
            var bytes = arena.AsSpan(item.Offset, LengthAt(arena, item.Offset));
            if (filled + bytes.Length > sorted.Length) Flush();
            if (bytes.Length > sorted.Length)
            {
                spool.Write(at, bytes);
                at += bytes.Length;
                continue;
            }
            bytes.CopyTo(sorted.AsSpan(filled));
            filled += bytes.Length;
        }
        Flush();
        runs.Add(new Run(spool, runs.Count, start, start + used));
        items.Clear();
        used = 0;

        void Flush()
        {
            spool.Write(at, sorted.AsSpan(0, filled));
            at += filled;
            filled = 0;
        }
    }

    private void SortItems() => items.Sort((a, b) =>
    {
        var byPrefix = a.Prefix.CompareTo(b.Prefix);
        if (byPrefix != 0) return byPrefix;
        var byKey = KeyAt(arena, a.Offset).SequenceCompareTo(KeyAt(arena, b.Offset));
        return byKey != 0 ? byKey : a.Offset.CompareTo(b.Offset);
    });

    /// <summary>The first eight bytes in the order of the whole key.</summary>
    private static ulong Prefix(ReadOnlySpan<byte> key)
    {
        Span<byte> first = stackalloc byte[8];
        key[..Math.Min(8, key.Length)].CopyTo(first);
        return BinaryPrimitives.ReadUInt64BigEndian(first);
    }

    private static ReadOnlySpan<byte> KeyAt(byte[] bytes, int at) => bytes.AsSpan(at + 8, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)));

    private static ReadOnlySpan<byte> ValueAt(byte[] bytes, int at) =>
        bytes.AsSpan(at + 8 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4)));

    private static int LengthAt(byte[] bytes, int at) => 8 + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)) + BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 4));

    /// <summary>A sorted run in the file, read a piece at a time.</summary>
    private sealed class Run(Spool spool, int number, long start, long end)
    {
        private byte[] buffer = [];
        private long position = start;
        private int at;
        private int filled;

        public int Number => number;

        public ReadOnlySpan<byte> Key => KeyAt(buffer, at);

        public ReadOnlySpan<byte> Value => ValueAt(buffer, at);

        /// <summary>Goes to the next item.</summary>
        public bool Next()
        {
            if (filled > 0) at += LengthAt(buffer, at);
            if (filled - at < 8) Fill(8);
            if (filled == at) return false;
            var length = LengthAt(buffer, at);
            if (filled - at < length) Fill(length);
            return true;
        }

        private void Fill(int wanted)
        {
            var kept = filled - at;
            var size = (int)Math.Max(wanted, Math.Min(Piece, kept + end - position));
            var target = buffer.Length >= size ? buffer : new byte[size];
            buffer.AsSpan(at, kept).CopyTo(target);
            (buffer, at, filled) = (target, 0, kept);
            var room = buffer.AsSpan(filled, (int)Math.Min(buffer.Length - filled, end - position));
            while (!room.IsEmpty)
            {
                var read = RandomAccess.Read(spool.Handle, room, position);
                if (read == 0) throw new EndOfStreamException("a private file of the sort became shorter");
                position += read;
                filled += read;
                room = room[read..];
            }
        }
    }
}

/// <summary>Takes an item of a sort; both spans are good during the call.</summary>
internal delegate void SortedItem(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);
