namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>As far as it is base64: what follows the first other byte is left out.</summary>
internal static class Base64Decode
{
    public static readonly Transformation Word = new("base64Decode", "base64 decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var decoder = new Base64Bits(output);
        foreach (var one in value)
            if (!decoder.Take(one)) break;
        return decoder.Length;
    }
}
