using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Asks something of the form of a value.</summary>
internal sealed class FunctionProbe(FunctionProbe.Question question) : Probe
{
    public delegate bool Question(ReadOnlySpan<byte> value);

    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
    {
        if (!question(value)) return Answer.No;
        captures?.Set(0, new(0, value.Length));
        return Answer.Yes;
    }
}
