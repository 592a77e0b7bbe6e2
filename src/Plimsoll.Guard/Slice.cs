namespace Plimsoll.Guard;

/// <summary>A stretch of a buffer.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public int End => Start + Length;
    public bool IsEmpty => Length == 0;
}
