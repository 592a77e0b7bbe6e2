namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Has bytes outside of ranges such as `9,32-126`.</summary>
internal static class ValidateByteRange
{
    public static readonly Operator Word = new("validateByteRange", "has bytes outside of {0}", static (argument, place, faults) => ByteRangeProbe.Compile(argument, place, faults));
}
