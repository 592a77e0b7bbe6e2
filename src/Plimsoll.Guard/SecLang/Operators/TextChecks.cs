using System.Text.Unicode;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Operators that ask something of the form of a value.</summary>
internal static class TextChecks
{
    /// <summary>A percent sign without two digits.</summary>
    public static bool HasWrongEscape(ReadOnlySpan<byte> value)
    {
        for (var at = value.IndexOf((byte)'%'); at >= 0 && at < value.Length; at++)
        {
            if (value[at] != '%') continue;
            if (!Transformations.Encodings.AreHex(value[(at + 1)..], 2)) return true;
            at += 2;
        }
        return false;
    }

    public static bool IsNotUtf8(ReadOnlySpan<byte> value) => !Utf8.IsValid(value);
}
