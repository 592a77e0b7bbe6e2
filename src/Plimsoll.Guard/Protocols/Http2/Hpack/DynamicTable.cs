namespace Plimsoll.Guard.Protocols.Http2.Hpack;

/// <summary>The dynamic table of RFC 7541, section 2.3.2: the newest entry has index 0 here. Its bytes lie in one buffer, oldest first.</summary>
internal sealed class DynamicTable
{
    public const int Overhead = 32;

    private readonly int most;
    private readonly Entry[] entries; // A ring.
    private byte[] bytes = [];
    private int start;
    private int end;
    private int oldest;
    private int limit;

    /// <param name="most">What we allow the peer: names and values and <see cref="Overhead"/> for each entry.</param>
    public DynamicTable(int most)
    {
        this.most = limit = most;
        entries = new Entry[Math.Max(1, most / Overhead)];
    }

    public int Count { get; private set; }

    /// <summary>As RFC 7541, section 4.1 counts it.</summary>
    public int Size => end - start + Count * Overhead;

    public ReadOnlySpan<byte> Name(int index)
    {
        ref readonly var entry = ref At(index);
        return bytes.AsSpan(entry.Start, entry.NameLength);
    }

    public ReadOnlySpan<byte> Value(int index)
    {
        ref readonly var entry = ref At(index);
        return bytes.AsSpan(entry.Start + entry.NameLength, entry.ValueLength);
    }

    /// <summary>False when it is more than we allow.</summary>
    public bool TryResize(int to)
    {
        if (to > most) return false;
        limit = to;
        Evict(0);
        return true;
    }

    /// <summary>An entry that does not fit only empties the table (RFC 7541, section 4.4). What it is given does not lie in the table.</summary>
    public void Insert(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var length = name.Length + value.Length;
        Evict(length + Overhead);
        if (length + Overhead > limit) return;
        MakeRoom(length);
        name.CopyTo(bytes.AsSpan(end));
        value.CopyTo(bytes.AsSpan(end + name.Length));
        entries[(oldest + Count) % entries.Length] = new(end, name.Length, value.Length);
        Count++;
        end += length;
    }

    private ref readonly Entry At(int index) => ref entries[(oldest + Count - 1 - index) % entries.Length];

    private void Evict(int room)
    {
        while (Count > 0 && Size + room > limit)
        {
            start += entries[oldest].NameLength + entries[oldest].ValueLength;
            oldest = (oldest + 1) % entries.Length;
            Count--;
        }
        if (Count == 0) (start, end) = (0, 0);
    }

    private void MakeRoom(int length)
    {
        if (bytes.Length - end >= length) return;
        var used = end - start;
        var target = used + length <= bytes.Length ? bytes : new byte[Math.Min(most, Math.Max(512, (used + length) * 2))];
        bytes.AsSpan(start, used).CopyTo(target);
        for (var i = 0; i < Count; i++) entries[(oldest + i) % entries.Length].Start -= start;
        (bytes, start, end) = (target, 0, used);
    }

    private record struct Entry(int Start, int NameLength, int ValueLength);
}
