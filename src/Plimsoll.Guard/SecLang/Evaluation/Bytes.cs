namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>A stretch of bytes of a rule or of a transaction; the latter end with it.</summary>
internal readonly struct Bytes(byte[] source, int start, int length)
{
    public static readonly Bytes Empty = new([], 0, 0);

    public Bytes(byte[] all)
        : this(all, 0, all.Length)
    {
    }

    public int Length => length;

    public ReadOnlySpan<byte> Span => source.AsSpan(start, length);

    public Bytes Slice(int from, int count) => new(source, start + from, count);
}
