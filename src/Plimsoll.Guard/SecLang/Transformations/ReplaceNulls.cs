namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Each NUL becomes a blank.</summary>
internal static class ReplaceNulls
{
    public static readonly Transformation Word = new("replaceNulls", "NUL made a blank", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)0)) return -1;
        value.Replace(output, (byte)0, (byte)' ');
        return value.Length;
    }
}
