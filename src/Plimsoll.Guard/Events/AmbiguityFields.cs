using System.Text.Json;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Events;

/// <summary>What an event says of ambiguities: which, the bytes in question masked, what would allow the request, and what was not read.</summary>
internal static class AmbiguityFields
{
    /// <summary>Bytes that are shown, from where the ambiguity stands.</summary>
    private const int shown = 48;

    public static void Write(Utf8JsonWriter json, Verdict verdict, HttpRequest request)
    {
        if (verdict.Ambiguity != Ambiguity.None)
        {
            json.WriteString("ambiguity"u8, AmbiguityNames.Of(verdict.Ambiguity));
            Span<char> masked = stackalloc char[shown * MaskedBytes.Longest];
            var length = MaskedBytes.Write(Stretch(verdict, request), masked);
            if (length > 0) json.WriteString("bytes"u8, masked[..length]);
            json.WriteStartArray("exception"u8);
            foreach (var exception in Exceptions(request)) json.WriteStringValue(exception);
            json.WriteEndArray();
        }
        if (request.Unread.IsEmpty) return;
        json.WriteStartArray("unread"u8);
        for (var kind = Ambiguity.None + 1; kind <= Ambiguity.TooManyLayers; kind++)
            if (request.Unread.Contains(kind)) json.WriteStringValue(AmbiguityNames.Of(kind));
        json.WriteEndArray();
    }

    /// <summary>What would let the request pass, one for each ambiguity that it is refused for.</summary>
    public static IEnumerable<string> Exceptions(HttpRequest request)
    {
        for (var kind = Ambiguity.None + 1; kind <= Ambiguity.TooManyLayers; kind++)
            if (request.Refused.Contains(kind)) yield return $"site: ambiguities allow {AmbiguityNames.Of(kind)}";
    }

    /// <summary>Empty where the place is not one of the bytes that came: a position in a decoded body, or none.</summary>
    private static ReadOnlySpan<byte> Stretch(Verdict verdict, HttpRequest request)
    {
        ReadOnlySpan<byte> rest;
        switch (verdict.Where)
        {
            case Part.Target when request.Target.Start <= verdict.At && verdict.At < request.Target.End:
                rest = request.Bytes[verdict.At..request.Target.End];
                break;
            case Part.Field when verdict.At > request.Target.End && verdict.At < request.Bytes.Length:
                rest = request.Bytes[verdict.At..];
                break;
            case Part.Body when verdict.At < request.Body.Length && !request.Has(FieldId.ContentEncoding):
                rest = request.Body.Span[verdict.At..];
                break;
            default:
                return default;
        }
        if (verdict.Where == Part.Field && rest.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var end) rest = rest[..end];
        return rest[..Math.Min(rest.Length, shown)];
    }
}
