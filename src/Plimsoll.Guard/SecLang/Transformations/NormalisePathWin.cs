namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>As normalisePath; backslashes are slashes.</summary>
internal static class NormalisePathWin
{
    public static readonly Transformation Word = new("normalisePathWin", "path normalised, backslashes too", Apply);
    public static readonly Transformation Alias = new("normalizePathWin", "path normalised, backslashes too", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => NormalisePath.Apply(value, output, isWindows: true);
}
