using System.Buffers;

namespace Plimsoll.Guard.Injection;

/// <summary>Whether text can be a script that does something: it calls, assigns, or uses what hides a call.</summary>
internal static class ScriptText
{
    private static readonly SearchValues<byte> signs = SearchValues.Create("(`=[&%\\"u8);

    public static bool Acts(ReadOnlySpan<byte> text)
    {
        for (var rest = text; rest.IndexOfAny(signs) is var at and >= 0; rest = rest[(at + 1)..])
        {
            switch (rest[at])
            {
                case (byte)'(' or (byte)'[' or (byte)'`' or (byte)'=':
                    // A call's parenthesis stands at a name; in a sentence white space is before it.
                    if (at > 0 && (char.IsAsciiLetterOrDigit((char)rest[at - 1]) || rest[at - 1] is (byte)'_' or (byte)'$' or (byte)')' or (byte)']' or (byte)'\'' or (byte)'"' or (byte)'/' or (byte)';')) return true;
                    break;
                case (byte)'&' when rest[(at + 1)..].StartsWith("#"u8) || System.Text.Ascii.EqualsIgnoreCase(Head(rest, at, 6), "&lpar;"u8):
                case (byte)'%' when System.Text.Ascii.EqualsIgnoreCase(Head(rest, at, 3), "%28"u8):
                case (byte)'\\' when at + 1 < rest.Length && (rest[at + 1] | 0x20) is 'u' or 'x':
                    return true;
            }
        }
        return false;
    }

    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> text, int at, int length) => text[at..Math.Min(at + length, text.Length)];
}

/// <summary>
/// A string of a script is closed, an operator or the statement's end follows, then a call, then what takes up the rest: a comment,
/// or the string opened again for the quote that follows the value.
/// </summary>
internal static class ScriptString
{
    public static InjectionEvidence Judge(ReadOnlySpan<byte> value, byte quote, InjectionContext context)
    {
        var at = value.IndexOf(quote);
        if (at < 0) return default;
        var next = at + 1;
        while (next < value.Length && (MarkupTokenizer.IsSpace(value[next]) || value[next] is (byte)')' or (byte)'}' or (byte)']')) next++;
        var sign = next;
        while (next < value.Length && (MarkupTokenizer.IsSpace(value[next]) || "+-*/;|&^?"u8.Contains(value[next]))) next++;
        if (sign == next || value[sign..next].IndexOf("//"u8) >= 0) return default;
        var name = next;
        while (next < value.Length && (char.IsAsciiLetterOrDigit((char)value[next]) || value[next] is (byte)'_' or (byte)'$' or (byte)'.')) next++;
        if (name == next || next >= value.Length || value[next] is not ((byte)'(' or (byte)'`' or (byte)'[' or (byte)'=')) return default;
        var rest = value[next..];
        var tail = rest.TrimEnd(" \t\r\n;"u8);
        var reopened = tail.Length > 1 && tail[^1] == quote && "+-*/|&^?:;"u8.Contains(tail[..^1].TrimEnd(" "u8)[^1]);
        return reopened || rest.IndexOf("//"u8) >= 0 || rest.IndexOf("<!--"u8) >= 0 ? new(InjectionKind.Script, context, sign) : default;
    }
}
