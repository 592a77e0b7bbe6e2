namespace Plimsoll.Guard.Normalisation;

/// <summary>One coding of a compressed body: takes pieces, gives decoded ones to the next, within size and ratio.</summary>
internal abstract class CodingStage(ValueArena arena) : BodyReader
{
    private const int free = 64 << 10; // Before the ratio counts: small bodies compress by more.
    private BodyReader? next;
    private long taken, given;

    /// <summary>After an error or a limit, noted, nothing more is read.</summary>
    public bool Stopped { get; private set; }

    public virtual void Begin(BodyReader receiver) => (next, taken, given, Stopped) = (receiver, 0, 0, false);

    public sealed override void Push(ReadOnlySpan<byte> piece)
    {
        // The ratio is asked for each 256 bytes taken, counted from the start, so that no split matters.
        while (!piece.IsEmpty && !Stopped)
        {
            var size = (int)Math.Min(piece.Length, 256 - taken % 256);
            taken += size;
            Decode(piece[..size]);
            piece = piece[size..];
        }
    }

    public sealed override void Finish()
    {
        if (!Stopped && taken > 0 && !IsComplete) Stop(Ambiguity.TruncatedCoding);
        if (!Stopped) next!.Finish();
    }

    protected abstract void Decode(ReadOnlySpan<byte> piece);

    protected abstract bool IsComplete { get; }

    protected void Give(ReadOnlySpan<byte> decoded)
    {
        if (Stopped || decoded.IsEmpty) return;
        given += decoded.Length;
        if (given > arena.Limits.DecodedBytes || given > free + ((taken + 255) / 256 * 256) * arena.Limits.Ratio) Stop(Ambiguity.DecodedTooLong);
        else next!.Push(decoded);
    }

    protected void Note(Ambiguity kind) => arena.Note(kind, Origin.Coding, 0);

    protected void Stop(Ambiguity why)
    {
        Note(why);
        Stopped = true;
    }
}
