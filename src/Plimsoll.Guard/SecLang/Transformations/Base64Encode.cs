using System.Buffers.Text;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>RFC 4648, section 4, with padding.</summary>
internal static class Base64Encode
{
    public static readonly Transformation Word = new("base64Encode", "base64 encoded", Apply, factor: 2, least: 4);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        Base64.EncodeToUtf8(value, output, out _, out var length);
        return length;
    }
}
