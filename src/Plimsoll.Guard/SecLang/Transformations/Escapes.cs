namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>escapeSeqDecode, jsDecode, cssDecode.</summary>
internal static class Escapes
{
    /// <summary>Escapes of ANSI C: `\n`, `\x41`, `\101`. What is none stays.</summary>
    public static int AnsiC(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] != '\\' || rest.IsEmpty) output[length++] = value[at++];
            else if (Control(rest[0]) is > 0 and var control)
            {
                output[length++] = (byte)control;
                at += 2;
            }
            else if (rest[0] is (byte)'\\' or (byte)'?' or (byte)'\'' or (byte)'"')
            {
                output[length++] = rest[0];
                at += 2;
            }
            else if (rest[0] is (byte)'x' or (byte)'X' && Encodings.AreHex(rest[1..], 2)) at += Hex(rest[1..], 2, output, ref length) + 2;
            else if (rest[0] is >= (byte)'0' and <= (byte)'7') at += Octal(rest, 3, output, ref length) + 1;
            else
            {
                output[length++] = value[at++];
                output[length++] = value[at++];
            }
        }
        return length;
    }

    /// <summary>Escapes of JavaScript: `\u0041`, `\x41`, `\101`, `\n`; any other byte stands for itself.</summary>
    public static int JavaScript(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] != '\\' || rest.IsEmpty) output[length++] = value[at++];
            else if (rest[0] == 'u' && Encodings.AreHex(rest[1..], 4)) at += Hex(rest[1..], 4, output, ref length) + 2;
            else if (rest[0] == 'x' && Encodings.AreHex(rest[1..], 2)) at += Hex(rest[1..], 2, output, ref length) + 2;
            else if (rest[0] is >= (byte)'0' and <= (byte)'7') at += Octal(rest, 3, output, ref length) + 1;
            else
            {
                output[length++] = Control(rest[0]) is > 0 and var control ? (byte)control : rest[0];
                at += 2;
            }
        }
        return length;
    }

    /// <summary>Escapes of CSS: one to six digits with a blank after them, or any other byte; a line that a backslash ends goes on.</summary>
    public static int Css(ReadOnlySpan<byte> value, Span<byte> output)
    {
        const int mostDigits = 6;
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            if (value[at] != '\\')
            {
                output[length++] = value[at++];
                continue;
            }
            var rest = value[++at..];
            if (rest.IsEmpty) break;
            var digits = 0;
            while (digits < mostDigits && Encodings.AreHex(rest[digits..], 1)) digits++;
            if (digits > 0)
            {
                Hex(rest, digits, output, ref length);
                at += digits;
                if (at < value.Length && Blanks.IsBlank(value[at])) at++;
            }
            else if (rest[0] == '\n') at++;
            else
            {
                output[length++] = rest[0];
                at++;
            }
        }
        return length;
    }

    private static int Control(byte letter) => letter switch
    {
        (byte)'a' => 7,
        (byte)'b' => 8,
        (byte)'f' => 12,
        (byte)'n' => 10,
        (byte)'r' => 13,
        (byte)'t' => 9,
        (byte)'v' => 11,
        _ => 0,
    };

    private static int Hex(ReadOnlySpan<byte> digits, int count, Span<byte> output, ref int length)
    {
        var number = 0;
        foreach (var digit in digits[..count]) number = (number << 4) | Encodings.Hex(digit);
        // Four digits and more may be a full-width form.
        output[length++] = count >= 4 ? Encodings.Narrow(number & 0xFFFF) : (byte)number;
        return count;
    }

    /// <summary>At most three digits, as long as they are a byte.</summary>
    private static int Octal(ReadOnlySpan<byte> digits, int most, Span<byte> output, ref int length)
    {
        var number = 0;
        var count = 0;
        while (count < most && count < digits.Length && digits[count] is >= (byte)'0' and <= (byte)'7' && (number << 3 | digits[count] - '0') < 256) number = (number << 3) | (digits[count++] - '0');
        output[length++] = (byte)number;
        return count;
    }
}
