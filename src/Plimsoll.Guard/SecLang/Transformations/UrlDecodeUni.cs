namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>As urlDecode; `%u0041` too.</summary>
internal static class UrlDecodeUni
{
    public static readonly Transformation Word = new("urlDecodeUni", "percent decoded, %u too", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => UrlDecode.Apply(value, output, isUnicode: true);
}
