using System.Buffers;
using System.Runtime.CompilerServices;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// The values of one request over one buffer, with what is ambiguous in them. Reused: <see cref="Reset"/> forgets the request
/// and gives back what a large one took. At most <see cref="NormalisationLimits.ArenaBytes"/> and <see cref="NormalisationLimits.Values"/>.
/// </summary>
internal sealed class ValueArena
{
    private const int smallBytes = 8 << 10;
    private const int smallValues = 64;
    private Seen seen;
    private readonly byte[] ownBytes = new byte[smallBytes];
    private readonly Value[] ownValues = new Value[smallValues];
    private byte[] bytes;
    private Value[] values;
    private AmbiguityMark[] marks = new AmbiguityMark[16];
    private int count;
    private int marked;

    public ValueArena(NormalisationLimits limits) => (Limits, bytes, values) = (limits, ownBytes, ownValues);

    public NormalisationLimits Limits { get; }

    /// <summary>All values in the order of the request.</summary>
    public ReadOnlySpan<Value> Values => values.AsSpan(0, count);

    /// <summary>One for each kind and origin, the first of it.</summary>
    public ReadOnlySpan<AmbiguityMark> Marks => marks.AsSpan(0, marked);

    /// <summary>All kinds of all origins.</summary>
    public AmbiguitySet Ambiguities { get; private set; }

    /// <summary>Bytes of all files of multipart bodies, which are not kept.</summary>
    public long FileBytes { get; set; }

    /// <summary>Bytes in use; with <see cref="Truncate"/> the way to drop what was written since.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> this[Slice slice] => bytes.AsSpan(slice.Start, slice.Length);

    /// <summary>What was written since <paramref name="start"/>.</summary>
    public Slice Since(int start) => new(start, Length - start);

    public void Reset()
    {
        if (bytes.Length > smallBytes) ArrayPool<byte>.Shared.Return(bytes);
        if (values.Length > smallValues) ArrayPool<Value>.Shared.Return(values);
        (bytes, values) = (ownBytes, ownValues);
        (Length, count, marked, Ambiguities, FileBytes) = (0, 0, 0, default, 0);
        seen = default;
    }

    public void Truncate(int length) => Length = length;

    /// <summary>Room for <paramref name="size"/> bytes at the end; empty when that is more than the limit. <see cref="Commit"/> what was written.</summary>
    public Span<byte> Reserve(int size)
    {
        if (size > Limits.ArenaBytes - Length) return default;
        if (size <= bytes.Length - Length) return bytes.AsSpan(Length);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Limits.ArenaBytes, Math.Max(Length + size, bytes.Length * 2)));
        bytes.AsSpan(0, Length).CopyTo(larger);
        if (bytes.Length > smallBytes) ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
        return bytes.AsSpan(Length);
    }

    public void Commit(int size) => Length += size;

    /// <summary>False, and noted, when the arena is full; then nothing is written.</summary>
    public bool Append(scoped ReadOnlySpan<byte> piece, Origin origin, int at)
    {
        if (piece.IsEmpty) return true;
        var room = Reserve(piece.Length);
        if (room.IsEmpty)
        {
            Note(Ambiguity.TooManyBytes, origin, at);
            return false;
        }
        piece.CopyTo(room);
        Length += piece.Length;
        return true;
    }

    /// <summary>False, and noted, when there are too many.</summary>
    public bool Add(Value value, int at = 0)
    {
        if (count == Limits.Values)
        {
            Note(Ambiguity.TooManyValues, value.Origin, at);
            return false;
        }
        if (count == values.Length) Grow();
        values[count++] = value;
        return true;
    }

    public void Note(Ambiguity kind, Origin origin, int at)
    {
        var bit = UInt128.One << (int)kind;
        if ((seen[(int)origin] & bit) != 0) return;
        seen[(int)origin] |= bit;
        Ambiguities = new(Ambiguities.Bits | bit);
        if (marked == marks.Length) Array.Resize(ref marks, marks.Length * 2);
        marks[marked++] = new(kind, origin, at);
    }

    /// <summary>Moves the marks of an origin from <paramref name="first"/> on: what they count from begins later.</summary>
    public void MoveMarks(int first, Origin origin, int by)
    {
        foreach (ref var mark in marks.AsSpan(first, marked - first))
            if (mark.Origin == origin) mark = mark with { At = mark.At + by };
    }

    public AmbiguitySet Of(Origin origin) => new(seen[(int)origin]);

    /// <summary>What <see cref="Restore"/> needs to forget what comes after.</summary>
    public Checkpoint Save() => new(Length, count, marked, Ambiguities, seen);

    public void Restore(Checkpoint checkpoint) => (Length, count, marked, Ambiguities, seen) = checkpoint;

    /// <summary>Makes the values from <paramref name="first"/> on children of another.</summary>
    public void Adopt(int first, ValueEncoding layer, int parent)
    {
        foreach (ref var value in values.AsSpan(first, count - first)) value = value with { Layer = layer, Parent = parent };
    }

    /// <summary>The kinds noted, of each origin.</summary>
    [InlineArray((int)Origin.Coding + 1)]
    internal struct Seen
    {
        private UInt128 first;
    }

    internal readonly record struct Checkpoint(int Length, int Count, int Marked, AmbiguitySet Ambiguities, Seen Seen);

    private void Grow()
    {
        var larger = ArrayPool<Value>.Shared.Rent(Math.Min(Limits.Values, values.Length * 2 + 1));
        values.CopyTo(larger.AsSpan());
        if (values.Length > smallValues) ArrayPool<Value>.Shared.Return(values);
        values = larger;
    }
}
