namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Each byte becomes two small digits.</summary>
internal static class HexEncode
{
    public static readonly Transformation Word = new("hexEncode", "hexadecimal encoded", Apply, factor: 2);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        Convert.TryToHexStringLower(value, output, out var length);
        return length;
    }
}
