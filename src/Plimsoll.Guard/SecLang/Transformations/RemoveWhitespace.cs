namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>White space is left out, the no-break space A0 among it.</summary>
internal static class RemoveWhitespace
{
    public static readonly Transformation Word = new("removeWhitespace", "without white space", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAny(WhiteSpace.WithNoBreak)) return -1;
        var length = 0;
        foreach (var one in value)
            if (!WhiteSpace.WithNoBreak.Contains(one)) output[length++] = one;
        return length;
    }
}
