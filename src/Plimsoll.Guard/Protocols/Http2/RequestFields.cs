using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Protocols.Http2.Hpack;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>
/// Makes a request of decoded fields (RFC 9113, sections 8.2 and 8.3), by the same rules as a head of HTTP/1.1 where both have
/// one. The first verdict stays; what follows is only counted. Reused.
/// </summary>
internal sealed class RequestFields(GuardLimits limits)
{
    private readonly List<Slice> cookies = [];
    private HttpRequest request = null!;
    private Verdict verdict;
    private Pseudo seen;
    private bool isInFields;
    private int bytes;

    [Flags]
    private enum Pseudo : byte
    {
        None = 0,
        Method = 1,
        Scheme = 2,
        Authority = 4,
        Path = 8,
    }

    public void Start(HttpRequest to)
    {
        (request, verdict, seen, isInFields, bytes) = (to, default, Pseudo.None, false, 0);
        request.Version = HttpVersion.Http2;
        cookies.Clear();
    }

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!verdict.Passes) return;
        bytes += name.Length + value.Length + DynamicTable.Overhead;
        if (bytes > limits.HeadBytes) verdict = new(Reason.HeadTooLarge, Part.Head, limits.HeadBytes);
        else verdict = name is [(byte)':', ..] ? AddPseudo(name, value) : AddField(name, value);
    }

    /// <param name="endsStream">Whether no DATA follows.</param>
    public Verdict Complete(bool endsStream)
    {
        if (!verdict.Passes) return verdict;
        verdict = Routing();
        if (!verdict.Passes) return verdict;
        JoinCookies();
        verdict = BodyFraming.Of(request, out var length, out _);
        if (!verdict.Passes) return verdict;
        if (endsStream && length > 0) return new(Reason.LengthDisagrees, Part.Head);
        request.ContentLength = endsStream ? 0 : length;
        verdict = RequestHead.Singles(request);
        if (!verdict.Passes) return verdict;
        return length > limits.BodyBytes ? new(Reason.BodyTooLarge, Part.Body) : default;
    }

    /// <summary>A field of any head of a client: what HTTP/1.1 could not carry as it is, or would take for something else, is refused.</summary>
    public static Verdict Check(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, GuardLimits limits, int at, out FieldId id)
    {
        id = FieldId.Other;
        if (name.Length + value.Length > limits.FieldBytes) return new(Reason.FieldTooLong, Part.Field, at);
        if (name.IsEmpty || name.ContainsAnyExcept(Syntax.Token) || name.ContainsAnyInRange((byte)'A', (byte)'Z')) return new(Reason.FieldNameMalformed, Part.Field, at);
        var control = value.IndexOfAny(Syntax.Control);
        if (control >= 0)
            return new(value[control] switch { (byte)'\r' => Reason.BareCarriageReturn, (byte)'\n' => Reason.BareLineFeed, _ => Reason.ControlByte }, Part.Field, at);
        if (value is [(byte)' ' or (byte)'\t', ..] or [.., (byte)' ' or (byte)'\t']) return new(Reason.ValueWhitespace, Part.Field, at);
        id = FieldIds.Of(name);
        if (id == FieldId.Other && name.Contains((byte)'_') && FieldIds.OfMangled(name) != FieldId.Other) return new(Reason.FieldNameAmbiguous, Part.Field, at);
        if (id is FieldId.Connection or FieldId.KeepAlive or FieldId.ProxyConnection or FieldId.TransferEncoding or FieldId.Upgrade or FieldId.Http2Settings
            || (id == FieldId.Te && !value.SequenceEqual("trailers"u8))) return new(Reason.ConnectionMalformed, Part.Field, at);
        return default;
    }

    private Verdict AddPseudo(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var at = request.Bytes.Length;
        var pseudo = name.SequenceEqual(":method"u8) ? Pseudo.Method : name.SequenceEqual(":path"u8) ? Pseudo.Path
            : name.SequenceEqual(":authority"u8) ? Pseudo.Authority : name.SequenceEqual(":scheme"u8) ? Pseudo.Scheme : Pseudo.None;
        if (isInFields || pseudo == Pseudo.None || (seen & pseudo) != 0) return new(Reason.PseudoFieldMalformed, Part.Field, at);
        seen |= pseudo;
        switch (pseudo)
        {
            case Pseudo.Method:
                if (value.IsEmpty || value.Length > limits.MethodBytes || !RequestHead.IsMethod(value)) return new(Reason.MethodMalformed, Part.Method, at);
                request.Method = request.Append(value);
                return default;
            case Pseudo.Path:
                if (value.Length > limits.TargetBytes) return new(Reason.TargetTooLong, Part.Target, at);
                request.Target = request.Append(value);
                var wrong = value.IndexOfAnyExcept(Syntax.Target);
                return wrong < 0 ? default : new(Reason.TargetByte, Part.Target, at + wrong);
            case Pseudo.Authority:
                if (!Authority.IsValid(value, limits.HostBytes)) return new(Reason.HostMalformed, Part.Field, at);
                request.Authority = request.Append(value);
                return default;
            default:
                return value.SequenceEqual("https"u8) || value.SequenceEqual("http"u8) ? default : new(Reason.PseudoFieldMalformed, Part.Field, at);
        }
    }

    private Verdict AddField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        isInFields = true;
        var at = request.Bytes.Length;
        if (request.Fields.Length + cookies.Count >= limits.Fields) return new(Reason.TooManyFields, Part.Field, at);
        var checkedField = Check(name, value, limits, at, out var id);
        if (!checkedField.Passes) return checkedField;
        if (id == FieldId.Cookie) cookies.Add(request.Append(value));
        else request.Add(new(id, request.Append(name), request.Append(value)));
        return default;
    }

    private Verdict Routing()
    {
        if ((seen & Pseudo.Method) == 0) return new(Reason.PseudoFieldMalformed, Part.Head);
        var method = request[request.Method];
        if (method.SequenceEqual("CONNECT"u8))
            return new((seen & (Pseudo.Scheme | Pseudo.Path)) == 0 && (seen & Pseudo.Authority) != 0 ? Reason.MethodRefused : Reason.PseudoFieldMalformed, Part.Method);
        if ((seen & (Pseudo.Scheme | Pseudo.Path)) != (Pseudo.Scheme | Pseudo.Path)) return new(Reason.PseudoFieldMalformed, Part.Head);
        if (method.SequenceEqual("TRACE"u8) || method.SequenceEqual("TRACK"u8)) return new(Reason.MethodRefused, Part.Method);
        var target = request[request.Target];
        if (target is not [(byte)'/', ..] && !(target is [(byte)'*'] && method.SequenceEqual("OPTIONS"u8))) return new(Reason.TargetForm, Part.Target, request.Target.Start);
        return Host();
    }

    /// <summary>One of :authority and Host, or both with the same. Inspectors always find it as Host.</summary>
    private Verdict Host()
    {
        HttpField host = default;
        foreach (ref readonly var field in request.Fields)
        {
            if (field.Id != FieldId.Host) continue;
            if (host.Id == FieldId.Host) return new(Reason.HostRepeated, Part.Field, field.Name.Start);
            host = field;
        }
        var hasAuthority = (seen & Pseudo.Authority) != 0;
        if (host.Id != FieldId.Host)
        {
            if (!hasAuthority) return new(Reason.HostMissing, Part.Head);
            request.Add(new(FieldId.Host, request.Append("host"u8), request.Authority));
            return default;
        }
        if (!Authority.IsValid(request[host.Value], limits.HostBytes)) return new(Reason.HostMalformed, Part.Field, host.Name.Start);
        if (!hasAuthority) request.Authority = host.Value;
        return Ascii.EqualsIgnoreCase(request[request.Authority], request[host.Value]) ? default : new(Reason.HostDisagrees, Part.Field, host.Name.Start);
    }

    /// <summary>RFC 9113, section 8.2.3: HTTP/1.1 has one Cookie field, whose parts `; ` separates.</summary>
    private void JoinCookies()
    {
        if (cookies.Count == 0) return;
        var joined = cookies[0];
        if (cookies.Count > 1)
        {
            var start = request.Bytes.Length;
            foreach (var cookie in cookies)
            {
                if (request.Bytes.Length > start) request.Append("; "u8);
                request.AppendAgain(cookie);
            }
            joined = new(start, request.Bytes.Length - start);
        }
        request.Add(new(FieldId.Cookie, request.Append("cookie"u8), joined));
    }
}
