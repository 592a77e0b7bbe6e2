using System.Text;
using System.Text.Unicode;

namespace Plimsoll.Guard.Normalisation;

/// <summary>What is odd about the bytes of a decoded value: NUL, bytes that are not UTF-8, overlong forms.</summary>
internal static class Text
{
    /// <summary>One vectorised look for an ordinary value.</summary>
    public static void Check(ValueArena arena, Slice slice, Origin origin, int at)
    {
        var text = arena[slice];
        if (!text.ContainsAnyExceptInRange((byte)1, (byte)0x7F)) return;
        if (text.Contains((byte)0)) arena.Note(Ambiguity.NulByte, origin, at);
        CheckUtf8(arena, text, origin, at);
    }

    public static void CheckUtf8(ValueArena arena, ReadOnlySpan<byte> text, Origin origin, int at)
    {
        if (Utf8.IsValid(text)) return;
        arena.Note(Ambiguity.InvalidUtf8, origin, at);
        if (HasOverlong(text)) arena.Note(Ambiguity.OverlongUtf8, origin, at);
    }

    /// <summary>C0 and C1, E0 below A0, F0 below 90 lead a character in more bytes than it needs.</summary>
    public static bool HasOverlong(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i + 1 < text.Length; i++)
        {
            var next = text[i + 1];
            if ((next & 0xC0) != 0x80) continue;
            if (text[i] is 0xC0 or 0xC1 || text[i] == 0xE0 && next < 0xA0 || text[i] == 0xF0 && next < 0x90) return true;
        }
        return false;
    }

    /// <summary>The UTF-8 of a code point; a surrogate gets the three bytes that it would have.</summary>
    public static int Encode(uint scalar, Span<byte> target)
    {
        if (Rune.TryCreate(scalar, out var rune)) return rune.EncodeToUtf8(target);
        target[0] = (byte)(0xE0 | scalar >> 12 & 0xF);
        target[1] = (byte)(0x80 | scalar >> 6 & 0x3F);
        target[2] = (byte)(0x80 | scalar & 0x3F);
        return 3;
    }

    /// <summary>The value of a hex digit; -1 for none.</summary>
    public static int Hex(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => Ascii.EqualsIgnoreCase(left, right);

    /// <summary>Without spaces and tabs at both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && text[0] is (byte)' ' or (byte)'\t') text = text[1..];
        while (!text.IsEmpty && text[^1] is (byte)' ' or (byte)'\t') text = text[..^1];
        return text;
    }
}
