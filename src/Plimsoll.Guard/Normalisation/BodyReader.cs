namespace Plimsoll.Guard.Normalisation;

/// <summary>What takes decoded bytes of a body in pieces of any size.</summary>
internal abstract class BodyReader
{
    public abstract void Push(ReadOnlySpan<byte> piece);

    /// <summary>No more will come.</summary>
    public abstract void Finish();
}
