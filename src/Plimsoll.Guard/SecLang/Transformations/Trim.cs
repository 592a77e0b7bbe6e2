namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>White space around the value is left out.</summary>
internal static class Trim
{
    public static readonly Transformation Word = new("trim", "without blanks around it", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => WhiteSpace.Trim(value, output, left: true, right: true);
}
