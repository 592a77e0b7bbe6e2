using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Events;

/// <summary>
/// Bytes of a request as events show them: what has structure stays, what could be a secret or of a person does not. Letters become
/// `a` and `A`, digits `0`, a byte above 7F `\xC_` by its first half; an escape stays when it hides neither letter nor digit.
/// </summary>
internal static class MaskedBytes
{
    /// <summary>Characters for one byte at most.</summary>
    public const int Longest = 4;

    /// <returns>Characters written.</returns>
    public static int Write(ReadOnlySpan<byte> bytes, Span<char> to)
    {
        var written = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var next = bytes[i];
            if (next == '%' && i + 2 < bytes.Length && Text.Hex(bytes[i + 1]) is >= 0 and var high && Text.Hex(bytes[i + 2]) is >= 0 and var low)
            {
                var isLetter = char.IsAsciiLetterOrDigit((char)(high << 4 | low));
                to[written++] = '%';
                to[written++] = isLetter ? '_' : (char)bytes[i + 1];
                to[written++] = isLetter || high >= 8 ? '_' : (char)bytes[i + 2];
                i += 2;
            }
            else if (next is > 0x7F or < 0x20 or 0x7F)
            {
                "\\x".CopyTo(to[written..]);
                to[written + 2] = Digit(next >> 4);
                to[written + 3] = next > 0x7F ? '_' : Digit(next & 15);
                written += 4;
            }
            else to[written++] = char.IsAsciiDigit((char)next) ? '0' : char.IsAsciiLetterLower((char)next) ? 'a' : char.IsAsciiLetterUpper((char)next) ? 'A' : (char)next;
        }
        return written;
    }

    private static char Digit(int value) => "0123456789ABCDEF"[value];
}
