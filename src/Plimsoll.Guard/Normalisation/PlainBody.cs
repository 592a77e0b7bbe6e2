namespace Plimsoll.Guard.Normalisation;

/// <summary>A body of text: one value as it stands. One that is opaque is only counted.</summary>
internal sealed class PlainBody(ValueArena arena) : BodyReader
{
    private int start;
    private bool isKept, stopped;

    public void Begin(bool keep) => (start, isKept, stopped) = (arena.Length, keep, false);

    public override void Push(ReadOnlySpan<byte> piece)
    {
        if (!isKept || stopped) return;
        var most = arena.Limits.ArenaBytes - arena.Length;
        stopped = piece.Length > most;
        arena.Append(piece[..Math.Min(piece.Length, most)], Origin.Body, arena.Length - start);
        if (stopped) arena.Note(Ambiguity.TooManyBytes, Origin.Body, arena.Length - start);
    }

    public override void Finish()
    {
        if (!isKept || arena.Length == start) return;
        Text.Check(arena, arena.Since(start), Origin.Body, 0);
        arena.Add(new(Origin.Body, default, arena.Since(start)));
    }
}
