using System.Text;

namespace Plimsoll.Guard.Egress.Dns;

/// <summary>
/// Names of RFC 1035, section 3.1: labels of at most 63 bytes, each with its length before it, 255 bytes together; a label may be a
/// pointer to an earlier place in the message (section 4.1.4). Only letters, digits, `-` and `_` are read: what hosts are called.
/// </summary>
internal static class DnsName
{
    /// <summary>Bytes of a name with its lengths.</summary>
    public const int MostBytes = 255;

    private const int mostLabel = 63;
    private const int pointer = 0xC0;

    /// <summary>Pointers in one name. Each must lead back, so a name ends in any case; servers write one or two.</summary>
    private const int mostPointers = 16;

    /// <param name="at">Where the name begins; behind it afterwards.</param>
    /// <param name="mayPoint">False in a question, where there is nothing to point at.</param>
    /// <returns>Lower case without a dot at its end, the root as ``; null when it is malformed.</returns>
    public static string? Read(ReadOnlySpan<byte> message, ref int at, bool mayPoint)
    {
        Span<char> text = stackalloc char[MostBytes];
        var (length, place, pointers, bytes) = (0, at, 0, 0);
        var end = -1;
        while (true)
        {
            if ((uint)place >= (uint)message.Length) return null;
            int label = message[place];
            if ((label & pointer) == pointer)
            {
                if (!mayPoint || place + 1 >= message.Length || ++pointers > mostPointers) return null;
                var target = (label & 0x3F) << 8 | message[place + 1];
                if (target >= place) return null;
                if (end < 0) end = place + 2;
                place = target;
                continue;
            }
            if (label > mostLabel || (bytes += label + 1) > MostBytes) return null;
            place++;
            if (label == 0) break;
            if (place + label > message.Length) return null;
            if (length > 0) text[length++] = '.';
            foreach (var letter in message.Slice(place, label))
            {
                if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'-' or (byte)'_')) return null;
                text[length++] = char.ToLowerInvariant((char)letter);
            }
            place += label;
        }
        at = end < 0 ? place : end;
        return new(text[..length]);
    }

    /// <returns>Bytes that were written.</returns>
    /// <param name="name">As <see cref="Read"/> gives it.</param>
    public static int Write(string name, Span<byte> into)
    {
        var at = 0;
        foreach (var label in name.Length == 0 ? [] : name.Split('.'))
        {
            into[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, into[at..]);
        }
        into[at++] = 0;
        return at;
    }
}
