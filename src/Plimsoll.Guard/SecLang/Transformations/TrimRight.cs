namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>White space behind the value is left out.</summary>
internal static class TrimRight
{
    public static readonly Transformation Word = new("trimRight", "without blanks after it", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => WhiteSpace.Trim(value, output, left: false, right: true);
}
