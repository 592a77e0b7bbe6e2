using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>What a compressed answer says, beside the bytes that are forwarded. The same decoders as for requests, with their bound on the ratio. Reused.</summary>
internal sealed class AnswerDecoding : BodyReader, IDisposable
{
    private readonly ValueArena arena;
    private readonly ContentDecoding codings;
    private BodyReader chain;
    private HeldBytes? decoded;
    private int most;

    public AnswerDecoding(NormalisationLimits limits)
    {
        arena = new(limits);
        codings = new(arena);
        chain = this;
    }

    public ReadOnlyMemory<byte> Bytes => decoded?.Bytes ?? default;

    /// <summary>Why there is more than <see cref="Bytes"/>, or why that is not to be had.</summary>
    public UnreadAnswer Unread { get; private set; }

    /// <param name="bytes">Decoded bytes that are held.</param>
    public void Begin(HttpResponse response, int bytes, InspectionBudget budget)
    {
        arena.Reset();
        codings.Begin();
        (decoded, most, Unread) = (new(budget), bytes, UnreadAnswer.None);
        foreach (ref readonly var field in response.Fields)
            if (field.Id == FieldId.ContentEncoding) codings.Field(response[field.Value]);
        if (codings.IsRefused) Unread = UnreadAnswer.Coding;
        else chain = codings.Chain(this);
    }

    /// <summary>Bytes as they came, and whether they are the last.</summary>
    public void Take(ReadOnlySpan<byte> piece, bool isLast)
    {
        if (Unread != UnreadAnswer.None) return;
        chain.Push(piece);
        if (isLast) chain.Finish();
        if (Unread == UnreadAnswer.None && codings.HasFailed) Unread = arena.Ambiguities.Contains(Ambiguity.DecodedTooLong) ? UnreadAnswer.TooLong : UnreadAnswer.Coding;
    }

    /// <summary>Decoded bytes.</summary>
    public override void Push(ReadOnlySpan<byte> piece)
    {
        if (Unread != UnreadAnswer.None) return;
        var room = most - decoded!.Count;
        if (!decoded.TryAppend(piece[..Math.Min(piece.Length, room)])) Unread = UnreadAnswer.TooManyAtOnce;
        else if (piece.Length > room) Unread = UnreadAnswer.TooLong;
    }

    public override void Finish()
    {
        // All is there.
    }

    /// <summary>Gives back what it holds; it can be begun again.</summary>
    public void Dispose()
    {
        decoded?.Release();
        decoded = null;
        chain = this;
        codings.Dispose();
    }
}
