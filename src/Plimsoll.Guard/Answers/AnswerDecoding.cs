using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>
/// What a compressed answer says, beside the bytes that are forwarded. The same decoders as for requests, with their bound on the
/// ratio; they keep up to 16 MiB while they work, so one is at work for each thread and none while an answer is waited for. Reused.
/// </summary>
internal sealed class AnswerDecoding : BodyReader, IDisposable
{
    /// <summary>Bytes as they came, after which it is looked whether there is enough.</summary>
    private const int step = 4 << 10;

    private readonly ValueArena arena;
    private readonly ContentDecoding codings;
    private HeldBytes? decoded;
    private int most;
    private UnreadAnswer unread;

    public AnswerDecoding(NormalisationLimits limits)
    {
        arena = new(limits);
        codings = new(arena);
    }

    /// <param name="isWhole">Whether nothing follows the body.</param>
    /// <param name="to">Gets what the body says, at most <paramref name="bytes"/>.</param>
    /// <returns>Why there is more than that, or why it is not to be had.</returns>
    public UnreadAnswer Decode(HttpResponse response, ReadOnlySpan<byte> body, bool isWhole, HeldBytes to, int bytes)
    {
        arena.Reset();
        codings.Begin();
        (decoded, most, unread) = (to, bytes, UnreadAnswer.None);
        foreach (ref readonly var field in response.Fields)
            if (field.Id == FieldId.ContentEncoding) codings.Field(response[field.Value]);
        if (codings.IsRefused) return UnreadAnswer.Coding;
        var chain = codings.Chain(this);
        while (!body.IsEmpty && unread == UnreadAnswer.None && !codings.HasFailed)
        {
            var count = Math.Min(body.Length, step);
            chain.Push(body[..count]);
            body = body[count..];
        }
        if (isWhole && unread == UnreadAnswer.None && !codings.HasFailed) chain.Finish();
        if (unread == UnreadAnswer.None && codings.HasFailed) unread = arena.Ambiguities.Contains(Ambiguity.DecodedTooLong) ? UnreadAnswer.TooLong : UnreadAnswer.Coding;
        return unread;
    }

    /// <summary>Decoded bytes.</summary>
    public override void Push(ReadOnlySpan<byte> piece)
    {
        if (unread != UnreadAnswer.None) return;
        var room = most - decoded!.Count;
        if (!decoded.TryAppend(piece[..Math.Min(piece.Length, room)])) unread = UnreadAnswer.TooManyAtOnce;
        else if (piece.Length > room) unread = UnreadAnswer.TooLong;
    }

    public override void Finish()
    {
        // All is there.
    }

    /// <summary>Gives back what the decoders keep; another body can be decoded afterwards.</summary>
    public void Dispose()
    {
        decoded = null;
        codings.Dispose();
    }
}
