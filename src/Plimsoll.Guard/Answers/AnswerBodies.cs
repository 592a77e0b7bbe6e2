using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>Of which answers of a site the body is held until rules have seen it, and how much of it.</summary>
internal sealed class AnswerBodies(AnswerBodyOptions options, InspectionBudget budget)
{
    private readonly TypeSet types = new(options.Types);
    private readonly NormalisationLimits limits = NormalisationLimits.Default with { DecodedBytes = Math.Max(NormalisationLimits.Default.DecodedBytes, options.Bytes + 1) };
    private readonly AnswerDecoding?[] kept = new AnswerDecoding?[Environment.ProcessorCount * 2];

    public AnswerBodyOptions Options => options;

    public InspectionBudget Budget => budget;

    /// <summary>Whether the body is of a type that is read. Of several fields clients choose one, so one is enough. A stream of events has no end that could be waited for.</summary>
    public bool IsRead(HttpResponse response)
    {
        if (!response.HasBody || response.Switches) return false;
        foreach (ref readonly var field in response.Fields)
        {
            if (field.Id != FieldId.ContentType) continue;
            var type = TypeSet.Named(response[field.Value]);
            if (response.Status == 206 && Ascii.EqualsIgnoreCase(type, "multipart/byteranges"u8)) return true;
            if (types.Contains(type) && !Ascii.EqualsIgnoreCase(type, "text/event-stream"u8)) return true;
        }
        return false;
    }

    /// <summary>Some 90 KiB each, so they are kept: as many as threads run.</summary>
    public AnswerDecoding Rent()
    {
        foreach (ref var place in kept.AsSpan())
            if (place is not null && Interlocked.Exchange(ref place, null) is { } free) return free;
        return new(limits);
    }

    public void Return(AnswerDecoding decoding)
    {
        decoding.Dispose();
        foreach (ref var place in kept.AsSpan())
            if (place is null && Interlocked.CompareExchange(ref place, decoding, null) is null) return;
    }
}
