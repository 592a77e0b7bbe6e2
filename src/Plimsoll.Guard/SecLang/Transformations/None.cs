namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The transformations before it do not count.</summary>
internal static class None
{
    public static readonly Transformation Word = new("none", "as it is", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => -1;
}
