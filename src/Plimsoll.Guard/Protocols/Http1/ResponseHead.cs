using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>The head of an answer: `version SP status [SP phrase] CRLF`, field lines, empty line (RFC 9112). As strict as for requests: an answer can smuggle too.</summary>
internal static class ResponseHead
{
    private const int phraseAt = 13; // Past `HTTP/1.1 200 `.

    /// <summary>Parses the bytes of <paramref name="response"/>, a complete head that answers <paramref name="request"/>.</summary>
    public static Verdict Parse(HttpResponse response, HttpRequest request, GuardLimits limits)
    {
        var at = 0;
        var verdict = FieldLines.Line(response.Bytes, ref at, out var line);
        if (!verdict.Passes) return verdict;
        if (!StatusLine(response, response[line])) return new(Reason.StatusLineMalformed, Part.StatusLine);
        verdict = FieldLines.Parse(response, at, limits);
        if (!verdict.Passes) return verdict;
        verdict = BodyFraming.Of(response, out var length, out var isChunked);
        if (!verdict.Passes) return verdict;
        verdict = ConnectionOptions.Of(response, out var options);
        if (!verdict.Passes) return verdict;

        response.NamesFields = (options & ConnectionOptions.Found.Others) != 0;
        response.DeclaredLength = length;
        var hasNoBody = request.IsHead || response.Status is < 200 or 204 or 304;
        response.ContentLength = hasNoBody ? 0 : isChunked ? -1 : length;
        var endsWithConnection = !hasNoBody && !isChunked && length < 0;
        response.Closes = endsWithConnection || (options & ConnectionOptions.Found.Close) != 0
            || (response.Version == HttpVersion.Http10 && (options & ConnectionOptions.Found.KeepAlive) == 0);
        response.EndsWithConnection = endsWithConnection;
        return default;
    }

    private static bool StatusLine(HttpResponse response, ReadOnlySpan<byte> line)
    {
        if (line.Length < phraseAt - 1) return false;
        response.Version = line.StartsWith("HTTP/1.1 "u8) ? HttpVersion.Http11 : line.StartsWith("HTTP/1.0 "u8) ? HttpVersion.Http10 : HttpVersion.Unknown;
        if (response.Version == HttpVersion.Unknown) return false;
        var digits = line[9..12];
        if (digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') || digits[0] is < (byte)'1' or > (byte)'5') return false;
        if (line.Length >= phraseAt && line[phraseAt - 1] != ' ') return false;
        if (line.ContainsAny(Syntax.Control)) return false;
        response.Status = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
        response.Phrase = line.Length > phraseAt ? new(phraseAt, line.Length - phraseAt) : default;
        return true;
    }
}
