using System.Buffers;

namespace Plimsoll.Guard.Injection;

/// <summary>
/// Judges whether a value, pasted into HTML, would execute or load something: in text, inside of each kind of attribute value, as an
/// address, inside of a script's string. Each reading is one pass over the value with the states of WHATWG's tokenizer; NUL bytes are
/// passed over, as filters and old browsers do. Nothing is allocated.
/// </summary>
internal static class MarkupInjection
{
    private static readonly SearchValues<byte> ends = SearchValues.Create(" \t\r\n\f/"u8);

    public static bool IsInjection(ReadOnlySpan<byte> value) => Judge(value).IsInjection;

    /// <summary>The first structure found to change, or nothing.</summary>
    public static InjectionEvidence Judge(ReadOnlySpan<byte> value)
    {
        if (MarkupAddress.Executes(value)) return new(InjectionKind.Scheme, InjectionContext.Bare, 0);
        var tag = value.IndexOf((byte)'<');
        var found = tag < 0 ? default : new MarkupTokenizer(value, tag, InjectionContext.Bare).Judge(inTag: false);
        if (found.IsInjection) return found;
        // Without a sign of equality no attribute has a value.
        var attributes = value.IndexOf((byte)'=') >= 0 || tag >= 0;
        if (attributes) found = Attribute(value, value.IndexOf((byte)'"'), InjectionContext.DoubleQuoted);
        if (attributes && !found.IsInjection) found = Attribute(value, value.IndexOf((byte)'\''), InjectionContext.SingleQuoted);
        if (attributes && !found.IsInjection) found = Attribute(value, value.IndexOf((byte)'`'), InjectionContext.Backquoted);
        if (attributes && !found.IsInjection) found = Attribute(value, value.IndexOfAny(ends), InjectionContext.Bare);
        if (!found.IsInjection) found = ScriptString.Judge(value, (byte)'\'', InjectionContext.SingleQuoted);
        if (!found.IsInjection) found = ScriptString.Judge(value, (byte)'"', InjectionContext.DoubleQuoted);
        if (!found.IsInjection) found = ScriptString.Judge(value, (byte)'`', InjectionContext.Backquoted);
        return found;
    }

    private static InjectionEvidence Attribute(ReadOnlySpan<byte> value, int end, InjectionContext context) =>
        end < 0 ? default : new MarkupTokenizer(value, end + 1, context).Judge(inTag: true);
}
