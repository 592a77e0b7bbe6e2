namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>White space before the value is left out.</summary>
internal static class TrimLeft
{
    public static readonly Transformation Word = new("trimLeft", "without blanks before it", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => WhiteSpace.Trim(value, output, left: true, right: false);
}
