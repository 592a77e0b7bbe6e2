namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>As far as it is base64, line ends aside: what follows the first other byte is left out.</summary>
internal static class Base64Decode
{
    public static readonly Transformation Word = new("base64Decode", "base64 decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var decoder = new Base64Bits(output);
        foreach (var one in value)
            if (!decoder.Take(one) && one is not ((byte)'\r' or (byte)'\n')) break;
        return decoder.Length;
    }
}
