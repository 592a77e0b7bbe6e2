using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Plimsoll.Guard.Events;

/// <summary>
/// JSON as people read it: `a < b` and backticks as they are, where the base library's default writes `\u003C` for the sake of web
/// pages. Escaped are quotes and backslashes, and whatever a terminal would obey or nobody would see: control characters, those that
/// turn the direction of text or have no width (category Cf), separators of lines and paragraphs, and what is not assigned.
/// </summary>
internal sealed class ReadableJson : JavaScriptEncoder
{
    public static readonly ReadableJson Instance = new();

    private static readonly char[] ascii = [.. Enumerable.Range(' ', 0x7F - ' ').Select(letter => (char)letter).Where(letter => letter is not ('"' or '\\'))];
    private static readonly SearchValues<char> plain = SearchValues.Create(ascii);
    private static readonly SearchValues<byte> plainBytes = SearchValues.Create(Encoding.ASCII.GetBytes(ascii));

    /// <summary>Two halves of a pair, `\uD83D\uDE00`.</summary>
    public override int MaxOutputCharactersPerInputCharacter => 12;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar switch
    {
        '"' or '\\' => true,
        >= ' ' and < 0x7F => false,
        _ => !Rune.IsValid(unicodeScalar) || Rune.GetUnicodeCategory(new Rune(unicodeScalar)) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned,
    };

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var all = new ReadOnlySpan<char>(text, textLength);
        for (var at = 0; all[at..].IndexOfAnyExcept(plain) is var next and >= 0;)
        {
            at += next;
            if (Rune.DecodeFromUtf16(all[at..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value)) return at;
            at += length;
        }
        return -1;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (var at = 0; utf8Text[at..].IndexOfAnyExcept(plainBytes) is var next and >= 0;)
        {
            at += next;
            if (Rune.DecodeFromUtf8(utf8Text[at..], out var rune, out var length) != OperationStatus.Done || WillEncode(rune.Value)) return at;
            at += length;
        }
        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var to = new Span<char>(buffer, bufferLength);
        var letter = unicodeScalar switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', _ => '\0' };
        if (letter != '\0') return to.TryWrite(CultureInfo.InvariantCulture, $"\\{letter}", out numberOfCharactersWritten);
        Span<char> halves = stackalloc char[2];
        var length = new Rune(unicodeScalar).EncodeToUtf16(halves);
        return length == 1
            ? to.TryWrite(CultureInfo.InvariantCulture, $"\\u{(int)halves[0]:X4}", out numberOfCharactersWritten)
            : to.TryWrite(CultureInfo.InvariantCulture, $"\\u{(int)halves[0]:X4}\\u{(int)halves[1]:X4}", out numberOfCharactersWritten);
    }
}
