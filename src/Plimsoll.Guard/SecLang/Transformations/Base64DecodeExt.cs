namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Base64 in which bytes of any other kind may stand; they are left out.</summary>
internal static class Base64DecodeExt
{
    public static readonly Transformation Word = new("base64DecodeExt", "base64 decoded, other bytes left out", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var decoder = new Base64Bits(output);
        foreach (var one in value) decoder.Take(one);
        return decoder.Length;
    }
}
