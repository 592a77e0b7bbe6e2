using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Protocols.Http2.Hpack;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Decodes heads and trailers of an upstream's answers, as strictly as those of clients.</summary>
internal sealed class ResponseReader(GuardLimits limits)
{
    private readonly HpackDecoder decoder = new(limits.TableBytes);

    /// <summary>A head: `:status` first, and no other pseudo-field.</summary>
    public Reason Head(ReadOnlySpan<byte> block, HttpResponse response, HttpRequest request, bool endsStream)
    {
        response.Version = HttpVersion.Http2;
        var reason = Read(block, response, response);
        if (reason != Reason.None) return reason;
        if (response.Status is < 100 or > 599 or 101) return Reason.StatusLineMalformed;
        var verdict = BodyFraming.Of(response, out var length, out _);
        if (!verdict.Passes) return verdict.Reason;
        var hasNoBody = endsStream || request.IsHead || response.Status is < 200 or 204 or 304;
        if (endsStream && length > 0 && !request.IsHead && response.Status != 304) return Reason.LengthDisagrees;
        (response.DeclaredLength, response.ContentLength) = (length, hasNoBody ? 0 : length);
        return Reason.None;
    }

    public Reason Trailers(ReadOnlySpan<byte> block, HttpHead trailers) => Read(block, trailers, null);

    /// <summary>Gives the buffers back.</summary>
    public void Release() => decoder.Release();

    private Reason Read(ReadOnlySpan<byte> block, HttpHead head, HttpResponse? response)
    {
        int at = 0, bytes = 0;
        var reason = Reason.None;
        HpackDecoder.Step step;
        while ((step = decoder.Next(block, ref at, out var name, out var value)) == HpackDecoder.Step.Field)
        {
            bytes += name.Length + value.Length + DynamicTable.Overhead;
            if (reason == Reason.None) reason = Add(head, response, name, value, bytes);
        }
        return step == HpackDecoder.Step.Failed ? Reason.CompressionFailed : reason;
    }

    private Reason Add(HttpHead head, HttpResponse? response, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int bytes)
    {
        if (bytes > (response is null ? limits.TrailerBytes : limits.HeadBytes)) return Reason.HeadTooLarge;
        if (name is [(byte)':', ..])
        {
            if (response is null || response.Status != 0 || head.Fields.Length > 0 || !name.SequenceEqual(":status"u8)) return Reason.PseudoFieldMalformed;
            if (value.Length != 3 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return Reason.StatusLineMalformed;
            response.Status = (value[0] - '0') * 100 + (value[1] - '0') * 10 + value[2] - '0';
            return Reason.None;
        }
        if (head.Fields.Length == limits.Fields) return Reason.TooManyFields;
        var verdict = RequestFields.Check(name, value, limits, 0, out var id);
        if (!verdict.Passes) return verdict.Reason;
        if (response is null && id is FieldId.ContentLength or FieldId.Host) return Reason.TrailerMalformed;
        head.Add(new(id, head.Append(name), head.Append(value)));
        return Reason.None;
    }
}

/// <summary>Fields after a body.</summary>
internal sealed class HttpTrailers : HttpHead;
