namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>A body that a rule declares to be a form, whatever its type: `a=1&amp;b=2`, percent-encoded, `+` for a blank.</summary>
internal static class FormReading
{
    /// <summary>As many as of a form that is declared as one.</summary>
    private const int most = 1_000;

    public static void Read(Transaction transaction, ReadOnlySpan<byte> body)
    {
        var count = 0;
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            if (pair.IsEmpty) continue;
            if (count++ == most)
            {
                transaction.IsIncomplete = true;
                return;
            }
            var equals = pair.IndexOf((byte)'=');
            transaction.Add(MemberSet.BodyParameters, Decode(transaction.Scratch, equals < 0 ? pair : pair[..equals]), Decode(transaction.Scratch, equals < 0 ? default : pair[(equals + 1)..]));
        }
    }

    private static Bytes Decode(Scratch scratch, ReadOnlySpan<byte> text)
    {
        var room = scratch.Reserve(text.Length);
        if (room.IsEmpty) return Bytes.Empty;
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]))
            {
                room[length++] = (byte)((Convert.FromHexString([(char)text[at + 1], (char)text[at + 2]]))[0]);
                at += 2;
            }
            else room[length++] = text[at] == '+' ? (byte)' ' : text[at];
        }
        return scratch.Take(length);
    }
}
