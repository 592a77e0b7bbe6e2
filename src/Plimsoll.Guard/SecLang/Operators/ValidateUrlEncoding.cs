using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Has a percent sign without two digits.</summary>
internal static class ValidateUrlEncoding
{
    public static readonly Operator Word = Operator.Asking("validateUrlEncoding", "has a wrong percent escape", HasWrongEscape);

    private static bool HasWrongEscape(ReadOnlySpan<byte> value)
    {
        for (var at = value.IndexOf((byte)'%'); at >= 0 && at < value.Length; at++)
        {
            if (value[at] != '%') continue;
            if (!HexDigits.Are(value[(at + 1)..], 2)) return true;
            at += 2;
        }
        return false;
    }
}
