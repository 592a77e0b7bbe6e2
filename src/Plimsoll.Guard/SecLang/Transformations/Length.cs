using System.Buffers.Text;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>How many bytes there are, as a decimal number.</summary>
internal static class Length
{
    public static readonly Transformation Word = new("length", "its number of bytes", Apply, least: 20);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => Utf8Formatter.TryFormat(value.Length, output, out var length) ? length : 0;
}
