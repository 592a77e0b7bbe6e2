using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>
/// The head of a request: `method SP target SP version CRLF`, field lines, empty line (RFC 9112). Stricter where two readings
/// are known to exist; docs/guard-http.md says what is refused.
/// </summary>
internal static class RequestHead
{
    /// <summary>Whether a request can begin with this byte; anything else is refused before more is read.</summary>
    public static bool CanBegin(byte first) => char.IsAsciiLetterUpper((char)first);

    /// <summary>Parses the bytes of <paramref name="request"/>, a complete head.</summary>
    public static Verdict Parse(HttpRequest request, GuardLimits limits)
    {
        var at = 0;
        var verdict = RequestLine(request, ref at, limits, out var authority);
        if (!verdict.Passes) return verdict;
        verdict = FieldLines.Parse(request, at, limits);
        if (!verdict.Passes) return verdict;
        verdict = Routing(request, authority, limits);
        if (!verdict.Passes) return verdict;
        verdict = Framing(request);
        if (!verdict.Passes) return verdict;
        return Hop(request);
    }

    private static Verdict RequestLine(HttpRequest request, ref int at, GuardLimits limits, out Slice authority)
    {
        authority = default;
        var bytes = request.Bytes;
        if (!CanBegin(bytes[0])) return new(Reason.MethodMalformed, Part.Method);
        var verdict = FieldLines.Line(bytes, ref at, out var line);
        if (!verdict.Passes) return verdict;
        var text = bytes.Slice(line.Start, line.Length);

        var space = text.IndexOf((byte)' ');
        if (space < 0) return new(Reason.RequestLineMalformed, Part.RequestLine);
        var method = text[..space];
        if (method.Length > limits.MethodBytes || !IsMethod(method)) return new(Reason.MethodMalformed, Part.Method);
        request.Method = new(0, space);

        var start = space + 1;
        var rest = text[start..];
        var length = rest.IndexOf((byte)' ');
        if (length <= 0) return new(Reason.RequestLineMalformed, Part.RequestLine, start);
        var version = rest[(length + 1)..];
        request.Version = version.SequenceEqual("HTTP/1.1"u8) ? HttpVersion.Http11 : version.SequenceEqual("HTTP/1.0"u8) ? HttpVersion.Http10 : HttpVersion.Unknown;
        if (request.Version == HttpVersion.Unknown)
            return new(version.StartsWith("HTTP/"u8) && !version.ContainsAnyInRange((byte)0, (byte)' ') ? Reason.VersionUnsupported : Reason.RequestLineMalformed, Part.Version, start + length + 1);
        if (length > limits.TargetBytes) return new(Reason.TargetTooLong, Part.Target, start);
        var wrong = rest[..length].IndexOfAnyExcept(Syntax.Target);
        if (wrong >= 0) return new(Reason.TargetByte, Part.Target, start + wrong);
        if (method.SequenceEqual("CONNECT"u8) || method.SequenceEqual("TRACE"u8) || method.SequenceEqual("TRACK"u8)) return new(Reason.MethodRefused, Part.Method);
        return Target(request, new(start, length), out authority);
    }

    private static Verdict Target(HttpRequest request, Slice whole, out Slice authority)
    {
        authority = default;
        var target = request[whole];
        request.Target = whole;
        if (target[0] == '/') return default;
        if (target is [(byte)'*']) return request[request.Method].SequenceEqual("OPTIONS"u8) ? default : new(Reason.TargetForm, Part.Target, whole.Start);
        var scheme = Ascii.EqualsIgnoreCase(target[..Math.Min(7, target.Length)], "http://"u8) ? 7 : Ascii.EqualsIgnoreCase(target[..Math.Min(8, target.Length)], "https://"u8) ? 8 : 0;
        var path = scheme == 0 ? -1 : target[scheme..].IndexOf((byte)'/');
        if (path <= 0) return new(Reason.TargetForm, Part.Target, whole.Start);
        authority = new(whole.Start + scheme, path);
        request.Target = new(whole.Start + scheme + path, whole.Length - scheme - path);
        return default;
    }

    /// <summary>One Host, well-formed, and the same as the target's when that has one (RFC 9112, section 3.2, which would let the target win).</summary>
    private static Verdict Routing(HttpRequest request, Slice authority, GuardLimits limits)
    {
        HttpField host = default;
        foreach (ref readonly var field in request.Fields)
        {
            if (field.Id != FieldId.Host) continue;
            if (host.Id == FieldId.Host) return new(Reason.HostRepeated, Part.Field, field.Name.Start);
            host = field;
        }
        if (host.Id != FieldId.Host) return new(Reason.HostMissing, Part.Head);
        if (!Authority.IsValid(request[host.Value], limits.HostBytes)) return new(Reason.HostMalformed, Part.Field, host.Name.Start);
        if (!authority.IsEmpty && !Ascii.EqualsIgnoreCase(request[authority], request[host.Value])) return new(Reason.HostDisagrees, Part.Target, authority.Start);
        request.Authority = host.Value;
        return default;
    }

    private static Verdict Framing(HttpRequest request)
    {
        var verdict = BodyFraming.Of(request, out var length, out var isChunked);
        if (!verdict.Passes) return verdict;
        request.ContentLength = isChunked ? -1 : Math.Max(length, 0);
        return default;
    }

    /// <summary>What concerns this connection alone.</summary>
    private static Verdict Hop(HttpRequest request)
    {
        var verdict = ConnectionOptions.Of(request, out var options);
        if (!verdict.Passes) return verdict;
        request.Closes = request.Version == HttpVersion.Http10 ? (options & ConnectionOptions.Found.KeepAlive) == 0 || (options & ConnectionOptions.Found.Close) != 0 : (options & ConnectionOptions.Found.Close) != 0;
        request.NamesFields = (options & ConnectionOptions.Found.Others) != 0;
        verdict = Singles(request);
        if (!verdict.Passes) return verdict;
        if ((options & ConnectionOptions.Found.Upgrade) == 0 || !Ascii.EqualsIgnoreCase(request.Value(FieldId.Upgrade), "websocket"u8)) return default;
        request.IsWebSocket = WebSocketHandshake.IsComplete(request);
        return request.IsWebSocket ? default : new(Reason.UpgradeMalformed, Part.Field);
    }

    /// <summary>Fields of which one request has one, and what it expects.</summary>
    public static Verdict Singles(HttpRequest request)
    {
        var once = FieldSet.None;
        foreach (ref readonly var field in request.Fields)
        {
            if (field.Id is FieldId.Expect or FieldId.ContentType or FieldId.Authorization or FieldId.Upgrade && !once.Add(field.Id)) return new(Reason.FieldRepeated, Part.Field, field.Name.Start);
            if (field.Id != FieldId.Expect) continue;
            if (!Ascii.EqualsIgnoreCase(request[field.Value], "100-continue"u8)) return new(Reason.ExpectationUnsupported, Part.Field, field.Name.Start);
            request.ExpectsContinue = request.Version != HttpVersion.Http10 && request.HasBody;
        }
        return default;
    }

    /// <summary>Methods are case-sensitive; every registered one is of capital letters and hyphens, and some servers take `get` for GET.</summary>
    public static bool IsMethod(ReadOnlySpan<byte> method)
    {
        foreach (var letter in method)
            if (!char.IsAsciiLetterUpper((char)letter) && letter != '-') return false;
        return true;
    }
}
