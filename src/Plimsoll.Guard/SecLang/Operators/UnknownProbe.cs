using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Cannot know.</summary>
internal sealed class UnknownProbe : Probe
{
    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null) => Answer.Unknown;
}
