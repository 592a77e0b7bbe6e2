using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace Plimsoll.Guard.Normalisation;

/// <summary>A value that is base64 or base64url (RFC 4648) of text, as a whole or after `;base64,` of a data URL. Eight bytes at least: shorter ones are words.</summary>
internal static class Base64Text
{
    private const int shortest = 11;
    private static readonly SearchValues<byte> alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="u8);

    /// <summary>Whether <see cref="Decode"/> may find something: the alphabet is right and the beginning is text.</summary>
    public static bool IsPossible(ReadOnlySpan<byte> text)
    {
        if (text.Length < shortest) return false;
        text = Payload(text);
        if (text.Length < shortest || text.Length % 4 == 1 || text.ContainsAnyExcept(alphabet) || text.Contains((byte)'=')) return false;
        Span<byte> start = stackalloc byte[16];
        return Decode(text[..Math.Min(text.Length, start.Length)], start, isWhole: text.Length <= start.Length) > 0;
    }

    /// <summary>Bytes written; 0 when it is not base64 of text. For a value that <see cref="IsPossible"/> alone.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> target) => Decode(Payload(text), target, isWhole: true);

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> text)
    {
        if (text[0] == 'd' && text.StartsWith("data:"u8) && text.IndexOf(";base64,"u8) is >= 0 and var mark) text = text[(mark + 8)..];
        return text.TrimEnd((byte)'=');
    }

    /// <summary>Of a beginning the last character may be cut.</summary>
    private static bool IsUtf8(ReadOnlySpan<byte> text, bool isWhole)
    {
        for (var cut = 0; cut <= (isWhole ? 0 : 3); cut++)
            if (Utf8.IsValid(text[..^cut])) return true;
        return false;
    }

    private static int Decode(ReadOnlySpan<byte> text, Span<byte> target, bool isWhole)
    {
        text.CopyTo(target);
        var copy = target[..(text.Length + 3 & ~3)];
        copy[text.Length..].Fill((byte)'=');
        copy.Replace((byte)'-', (byte)'+');
        copy.Replace((byte)'_', (byte)'/');
        if (Base64.DecodeFromUtf8InPlace(copy, out var written) != OperationStatus.Done) return 0;
        var decoded = copy[..written];
        return decoded.ContainsAnyInRange((byte)0, (byte)8) || decoded.ContainsAnyInRange((byte)0x0E, (byte)0x1F) || !IsUtf8(decoded, isWhole) ? 0 : written;
    }
}
