using System.Text;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>Makes texts that are versions or nearly so, and texts that differ from them by little.</summary>
/// <param name="random">The same seed makes the same texts.</param>
/// <param name="alphabet">Characters that changes put in.</param>
/// <param name="longestNumber">Digits of the longest number, for oracles that have a bound.</param>
/// <param name="pieces">What may follow the numbers; `#` is a number.</param>
internal sealed class VersionMaker(Random random, string alphabet, int longestNumber, params string[] pieces)
{
    private static readonly string[] Small = ["0", "0", "1", "1", "2", "3", "9", "10", "11", "00", "01", "010", "100"];

    /// <summary>Pairs of which most are changes of one another.</summary>
    public IEnumerable<(string Left, string Right)> Pairs(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var left = Make();
            yield return (left, random.Next(5) == 0 ? Make() : Change(left));
        }
    }

    public string Make()
    {
        var text = new StringBuilder(Number());
        for (var n = random.Next(4); n > 0; n--) text.Append('.').Append(Number());
        for (var n = random.Next(4); n > 0; n--) text.Append(Piece());
        return text.ToString();
    }

    /// <summary>One to three small changes.</summary>
    public string Change(string text)
    {
        for (var n = 1 + random.Next(6) / 3; n > 0; n--) text = ChangeOnce(text);
        return text.Length == 0 ? Number() : text;
    }

    private string ChangeOnce(string text)
    {
        var at = random.Next(text.Length + 1);
        var character = Math.Min(at, Math.Max(0, text.Length - 1));
        switch (random.Next(10))
        {
            case 0: return text.Insert(at, alphabet[random.Next(alphabet.Length)].ToString());
            case 1: return text.Length > 1 ? text.Remove(character, 1) : text;
            case 2: return text.Length > 0 ? text.Remove(character, 1).Insert(character, alphabet[random.Next(alphabet.Length)].ToString()) : text;
            case 3: return text + Piece();
            case 4: return text[..at];
            case 5: return text + ".0";
            case 6: return text.Insert(at, Piece());
            case 7: return random.Next(2) == 0 ? text.ToUpperInvariant() : text.ToLowerInvariant();
            default:
                // Another number in the place of one.
                var start = text.IndexOfAny("0123456789".ToCharArray(), character);
                if (start < 0) return text + Number();
                var end = start;
                while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
                return text[..start] + Number() + text[end..];
        }
    }

    private string Piece() => pieces[random.Next(pieces.Length)].Replace("#", random.Next(6) == 0 ? "" : Number(), StringComparison.Ordinal);

    private string Number() => random.Next(12) switch
    {
        0 => random.NextInt64(1, 1_000_000_000).ToString()[..1] + random.NextInt64(1_000_000, 10_000_000),
        1 => new string('9', longestNumber),
        2 => "1" + new string('0', longestNumber - 1),
        _ => Small[random.Next(Small.Length)],
    };
}
