using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>
/// Field lines until the empty line (RFC 9112, section 5): `name ":" OWS value OWS CRLF`. No folding, no white space before the
/// colon, no line end but CRLF, no control byte but the tab.
/// </summary>
internal static class FieldLines
{
    /// <summary>Adds the fields of a head whose bytes are complete.</summary>
    /// <param name="at">Where the first field line starts in the head.</param>
    public static Verdict Parse(HttpHead head, int at, GuardLimits limits)
    {
        var bytes = head.Bytes;
        while (true)
        {
            var verdict = Line(bytes, ref at, out var line);
            if (!verdict.Passes) return verdict;
            if (line.IsEmpty) return default;
            if (line.Length > limits.FieldBytes) return new(Reason.FieldTooLong, Part.Field, line.Start);
            if (head.Fields.Length == limits.Fields) return new(Reason.TooManyFields, Part.Field, line.Start);
            verdict = Field(bytes, line, out var field);
            if (!verdict.Passes) return verdict;
            head.Add(field);
        }
    }

    /// <summary>The next line without its end.</summary>
    public static Verdict Line(ReadOnlySpan<byte> bytes, ref int at, out Slice line)
    {
        var end = bytes[at..].IndexOf((byte)'\n');
        line = new(at, Math.Max(end - 1, 0));
        if (end < 1 || bytes[at + end - 1] != '\r') return new(Reason.BareLineFeed, Part.Head, at + Math.Max(end, 0));
        at += end + 1;
        return default;
    }

    public static Verdict Field(ReadOnlySpan<byte> bytes, Slice line, out HttpField field)
    {
        field = default;
        var text = bytes.Slice(line.Start, line.Length);
        if (text[0] is (byte)' ' or (byte)'\t') return new(Reason.FoldedField, Part.Field, line.Start);
        var wrong = text.IndexOfAnyExcept(Syntax.Token);
        if (wrong < 0) return new(Reason.FieldNameMalformed, Part.Field, line.Start);
        if (text[wrong] != ':') return new(text[wrong..].TrimStart(" \t"u8) is [(byte)':', ..] ? Reason.WhitespaceBeforeColon : OfByte(text[wrong], Reason.FieldNameMalformed), Part.Field, line.Start + wrong);
        if (wrong == 0) return new(Reason.FieldNameMalformed, Part.Field, line.Start);
        var value = text[(wrong + 1)..];
        var control = value.IndexOfAny(Syntax.Control);
        if (control >= 0) return new(OfByte(value[control], Reason.ControlByte), Part.Field, line.Start + wrong + 1 + control);
        var blanks = value.Length - value.TrimStart(" \t"u8).Length;
        var name = new Slice(line.Start, wrong);
        var id = FieldIds.Of(text[..wrong]);
        if (id == FieldId.Other && text[..wrong].Contains((byte)'_') && FieldIds.OfMangled(text[..wrong]) != FieldId.Other)
            return new(Reason.FieldNameAmbiguous, Part.Field, line.Start);
        field = new(id, name, new(line.Start + wrong + 1 + blanks, Syntax.TrimWhitespace(value).Length));
        return default;
    }

    private static Reason OfByte(byte found, Reason otherwise) => found switch
    {
        (byte)'\r' => Reason.BareCarriageReturn,
        < 0x20 or 0x7F => Reason.ControlByte,
        _ => otherwise,
    };
}
