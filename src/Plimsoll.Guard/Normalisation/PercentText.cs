namespace Plimsoll.Guard.Normalisation;

/// <summary>`%hh` inside of a value that was decoded already, or is not by its format, such as a cookie.</summary>
internal static class PercentText
{
    /// <summary>Bytes written; 0 when there is nothing to decode.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var written = 0;
        var isChanged = false;
        while (!text.IsEmpty)
        {
            var run = text.IndexOf((byte)'%');
            if (run < 0) run = text.Length;
            text[..run].CopyTo(target[written..]);
            written += run;
            text = text[run..];
            if (text.IsEmpty) break;
            var (high, low) = text.Length > 2 ? (Text.Hex(text[1]), Text.Hex(text[2])) : (-1, -1);
            var isEscape = high >= 0 && low >= 0;
            target[written++] = isEscape ? (byte)(high << 4 | low) : text[0];
            text = text[(isEscape ? 3 : 1)..];
            isChanged |= isEscape;
        }
        return isChanged ? written : 0;
    }
}
