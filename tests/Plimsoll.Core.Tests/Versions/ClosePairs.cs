namespace Plimsoll.Core.Tests.Versions;

/// <summary>Texts that differ little from versions, and from one another: where orders go wrong. The same for the same seed.</summary>
internal sealed class ClosePairs
{
    private readonly Random random;
    private readonly string[] versions;
    private readonly string[] pieces;

    /// <param name="pieces">What may be put in, beside the runs of digits, the words and the separators of the versions.</param>
    public ClosePairs(int seed, IEnumerable<string> versions, params string[] pieces)
    {
        random = new Random(seed);
        this.versions = [.. versions];
        this.pieces = [.. this.versions.SelectMany(Pieces).Where(piece => piece.Length < 12).Concat(pieces).Concat(["0", "1", "9", "10", "00", "01"]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public IEnumerable<(string Left, string Right)> Take(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var left = Changed(Seed(), random.Next(3));
            yield return (left, Changed(random.Next(6) == 0 ? Seed() : left, random.Next(4)));
        }
    }

    /// <summary>Texts that come from one.</summary>
    public string[] Family(int size)
    {
        var family = new string[size];
        family[0] = Changed(Seed(), random.Next(3));
        for (var i = 1; i < size; i++) family[i] = Changed(family[random.Next(i)], random.Next(1, 3));
        return family;
    }

    private string Seed() => versions[random.Next(versions.Length)];

    private string Piece() => pieces[random.Next(pieces.Length)];

    private string Changed(string text, int times)
    {
        for (; times > 0; times--) text = Changed(text);
        return text;
    }

    private string Changed(string text)
    {
        if (text.Length == 0) return Piece();
        var at = random.Next(text.Length);
        switch (random.Next(10))
        {
            case 0: return text.Remove(at, 1);
            case 1: return text[..at];
            case 2: return text + Piece();
            case 3: return text.Insert(at, Piece());
            case 4: return text[..at] + Piece() + text[(at + 1)..];
            case 5: return text.Insert(at, text[at..random.Next(at, Math.Min(text.Length, at + 6))]);
            case 6: return text[..at] + (char.IsAsciiLetterUpper(text[at]) ? char.ToLowerInvariant(text[at]) : char.ToUpperInvariant(text[at])) + text[(at + 1)..];
            case 7 when at + 1 < text.Length: return $"{text[..at]}{text[at + 1]}{text[at]}{text[(at + 2)..]}";
            default:
                var digit = text.IndexOfAny("0123456789".ToCharArray(), at);
                if (digit < 0) return text + Piece();
                return random.Next(4) == 0 ? text.Insert(digit, "0") : text[..digit] + (char)('0' + random.Next(10)) + text[(digit + 1)..];
        }
    }

    private static IEnumerable<string> Pieces(string version)
    {
        for (var start = 0; start < version.Length;)
        {
            var end = start + 1;
            while (end < version.Length && Kind(version[end]) == Kind(version[start]) && Kind(version[end]) < 2) end++;
            yield return version[start..end];
            start = end;
        }
    }

    private static int Kind(char c) => char.IsAsciiDigit(c) ? 0 : char.IsAsciiLetter(c) ? 1 : 2;
}
