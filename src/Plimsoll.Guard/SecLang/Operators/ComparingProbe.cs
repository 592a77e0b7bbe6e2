using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

internal delegate bool Comparison(ReadOnlySpan<byte> value, ReadOnlySpan<byte> argument);

/// <summary>Compares a value with an argument, which may have macros.</summary>
/// <param name="constant">The argument; null when it has macros.</param>
internal sealed class ComparingProbe(Comparison comparison, byte[]? constant) : Probe
{
    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
    {
        if (!comparison(value, constant ?? argument.Span)) return Answer.No;
        captures?.Set(0, new(0, value.Length));
        return Answer.Yes;
    }
}
