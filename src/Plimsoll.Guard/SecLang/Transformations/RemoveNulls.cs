namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>NUL is left out.</summary>
internal static class RemoveNulls
{
    public static readonly Transformation Word = new("removeNulls", "without NUL", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)0)) return -1;
        var length = 0;
        foreach (var one in value)
            if (one != 0) output[length++] = one;
        return length;
    }
}
