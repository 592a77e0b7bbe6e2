using System.Globalization;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>`redirect:https://a.example/?from=%{REQUEST_URI}`: where a client that is refused is sent.</summary>
internal sealed class Redirection(Macro address)
{
    /// <summary>Bytes of an address. Servers take 8,190 for a whole request line.</summary>
    public const int Most = 4_096;

    /// <summary>Bytes other than visible ASCII are percent-encoded: none ends a line. Empty when the address is, or is longer than <see cref="Most"/>.</summary>
    public Bytes Address(Transaction transaction)
    {
        const int encoded = 3;
        var plain = address.Expand(transaction).Span;
        if (plain.Length is 0 or > Most) return Bytes.Empty;
        var room = transaction.Scratch.Reserve(encoded * plain.Length);
        if (room.IsEmpty) return Bytes.Empty;
        var length = 0;
        foreach (var letter in plain)
        {
            if (letter is > (byte)' ' and < 0x7F)
            {
                room[length++] = letter;
                continue;
            }
            room[length++] = (byte)'%';
            letter.TryFormat(room[length..], out var written, "X2", CultureInfo.InvariantCulture);
            length += written;
        }
        return length > Most ? Bytes.Empty : transaction.Scratch.Take(length);
    }
}
