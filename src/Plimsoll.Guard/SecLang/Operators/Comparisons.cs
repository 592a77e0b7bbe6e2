using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

internal delegate bool Comparison(ReadOnlySpan<byte> value, ReadOnlySpan<byte> argument);

/// <summary>Operators that compare a value with their argument, which may have macros.</summary>
/// <param name="constant">The argument; null when it has macros.</param>
internal sealed class ComparingProbe(Comparison comparison, byte[]? constant) : Probe
{
    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures)
    {
        if (!comparison(value, constant ?? argument.Span)) return Answer.No;
        captures?.Set(0, new(0, value.Length));
        return Answer.Yes;
    }
}

internal static class Comparisons
{
    public static Comparison Of(string name) => name switch
    {
        "eq" => static (value, argument) => Notes.Number(value) == Notes.Number(argument),
        "ge" => static (value, argument) => Notes.Number(value) >= Notes.Number(argument),
        "gt" => static (value, argument) => Notes.Number(value) > Notes.Number(argument),
        "le" => static (value, argument) => Notes.Number(value) <= Notes.Number(argument),
        "lt" => static (value, argument) => Notes.Number(value) < Notes.Number(argument),
        "streq" => static (value, argument) => value.SequenceEqual(argument),
        "within" => static (value, argument) => argument.IndexOf(value) >= 0,
        "contains" or "strmatch" => static (value, argument) => value.IndexOf(argument) >= 0,
        "containsWord" => ContainsWord,
        "beginsWith" => static (value, argument) => value.StartsWith(argument),
        "endsWith" => static (value, argument) => value.EndsWith(argument),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not an operator that compares"),
    };

    private static bool ContainsWord(ReadOnlySpan<byte> value, ReadOnlySpan<byte> argument)
    {
        if (argument.IsEmpty) return true;
        for (var start = 0; value[start..].IndexOf(argument) is >= 0 and var found; start += found + 1)
        {
            var (at, end) = (start + found, start + found + argument.Length);
            if ((at == 0 || !IsOfWord(value[at - 1])) && (end == value.Length || !IsOfWord(value[end]))) return true;
        }
        return false;
    }

    private static bool IsOfWord(byte value) => char.IsAsciiLetterOrDigit((char)value) || value == '_';
}
