using System.Text;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Values of pieces that transformations and operators have a meaning for, and of any bytes; the same for the same seed.</summary>
internal static class OracleValues
{
    /// <summary>One byte a character.</summary>
    private static readonly string[] pieces =
    [
        "a", "Z", "7", " ", "  ", "\t", "\r\n", "\n", "\v", "\f", "\0", "\u00A0", "'", "\"", "^", ",", ";", "(", ")", "|", "_", "-", "=", "==", "*", "~",
        "%41", "%4", "%", "%%41", "%u0041", "%U0041", "%uff1c", "%uFF5e", "%u00", "%u0141", "%u00g1", "%00", "+", "%C3%A9",
        "&lt;", "&lt", "&ltx", "&LT;", "&gt;", "&amp;", "&amp", "&quot;", "&nbsp;", "&foo;", "&;", "&", "&#x3c;", "&#X3C", "&#60;", "&#60", "&#", "&#x", "&#x;", "&#;", "&#0;", "&#256;", "&#x141;", "&#99999999999999999998;", "&#9223372036854775807;", "&#9223372036854775808;", "&#x8000000000000041;", "&#x7fffffffffffff41;", "&#18446744073709551681;", "&#xffffffffffffffffff;", "&#4294967356;", "&#-60;",
        "\\n", "\\a", "\\x41", "\\x4", "\\X41", "\\101", "\\777", "\\41", "\\8", "\\u0041", "\\u004", "\\uff1c", "\\", "\\\\", "\\\"", "\\?", "\\\n", "\\\r\n", "\\00003c ", "\\41 ", "\\41  ", "\\1", "\\1234567", "\\ff1c", "\\0ff1cz", "\\z", "\\c", "\\e",
        "/*", "*/", "/**/", "/", "*", "<!--", "-->", "--", "---", "#", "<!-", "-", ">",
        "../", "./", "//", "/..", "/.", "..", ".", "...", "\\..\\", "\\.\\", "/a/../", "a/", "/a/b",
        "0x4142", "0X41", "0x4", "0x", "0x41zz", "0x414", "00x41", "QUJD", "QUI=", "QQ==", "QQ=", "Q", "QUJDRA", "YWxl\ncnQ=", "-_", "SELECT",
        "\u00C3\u00A9", "\u00E2\u0082\u00AC", "\u00F0\u009F\u0098\u0080", "\u00F4\u0080\u0080\u0080", "\u00F4\u0090\u0080\u0080", "\u00C0\u00AF", "\u00E0\u0080\u00AF", "\u00ED\u00A0\u0080", "\u00C3", "\u00E2\u0082", "\u00F0\u009F\u0098", "\u0080", "\u00FF", "\u00EF\u00BC\u009C", "\u00C2\u0080", "\u00F8\u0088\u0080\u0080\u0080",
    ];

    public static byte[] One(Random random)
    {
        var text = new StringBuilder();
        for (var left = random.Next(random.Next(3) == 0 ? 40 : 6); left >= 0; left--)
        {
            if (random.Next(6) > 0) text.Append(pieces[random.Next(pieces.Length)]);
            else text.Append((char)random.Next(256));
        }
        return random.Next(50) == 0 ? [] : Encoding.Latin1.GetBytes(text.ToString());
    }

    public static IEnumerable<byte[]> Of(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++) yield return One(random);
    }

    /// <summary>A part of the value, or one with a byte more or less, or another value.</summary>
    public static byte[] Near(Random random, byte[] value)
    {
        if (random.Next(5) == 0) return One(random);
        var start = random.Next(3) == 0 ? random.Next(value.Length + 1) : 0;
        var part = value[start..(random.Next(3) == 0 ? random.Next(start, value.Length + 1) : value.Length)];
        return random.Next(8) switch { 0 => [.. part, (byte)random.Next(256)], 1 => [(byte)random.Next(256), .. part], _ => part };
    }

    public static string Shown(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (var one in bytes) text.Append(one is >= 32 and < 127 and not (byte)'"' and not (byte)'\\' ? ((char)one).ToString() : one switch { (byte)'\n' => "\\n", (byte)'\\' => "\\\\", (byte)'"' => "\\\"", _ => $"\\x{one:x2}" });
        return text.Append('"').ToString();
    }
}
