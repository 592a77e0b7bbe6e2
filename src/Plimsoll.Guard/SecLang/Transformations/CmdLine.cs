using System.Buffers;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Quotes, backslashes and carets are left out, `,`, `;` and runs of white space become one blank, blanks before `/` and `(` are left out, letters become small.</summary>
internal static class CmdLine
{
    private static readonly SearchValues<byte> changed = SearchValues.Create("\\\"'^,; \t\r\nABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    public static readonly Transformation Word = new("cmdLine", "written as a shell would read it", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAny(changed)) return -1;
        var length = 0;
        var afterBlank = false;
        foreach (var one in value)
        {
            switch (one)
            {
                case (byte)'"' or (byte)'\'' or (byte)'\\' or (byte)'^':
                    break;
                case (byte)' ' or (byte)',' or (byte)';' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    if (!afterBlank) output[length++] = (byte)' ';
                    afterBlank = true;
                    break;
                case (byte)'/' or (byte)'(':
                    if (afterBlank) length--;
                    output[length++] = one;
                    afterBlank = false;
                    break;
                default:
                    output[length++] = char.IsAsciiLetterUpper((char)one) ? (byte)(one | 0x20) : one;
                    afterBlank = false;
                    break;
            }
        }
        return length;
    }
}
