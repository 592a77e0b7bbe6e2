using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications;

/// <summary>A command line read by getopt(3) rules that stop at the first operand: what wrappers and servers do.</summary>
/// <param name="Given">Options by name (`-c`, `--config`), in order; the value is empty where an option takes none.</param>
/// <param name="Rest">From the first operand on.</param>
internal sealed record Options(ImmutableArray<(string Name, Value Value)> Given, ImmutableArray<Value> Rest)
{
    /// <summary>The value of the last of these options; null when none was given.</summary>
    public Value? Last(params ReadOnlySpan<string> names)
    {
        for (var i = Given.Length - 1; i >= 0; i--)
            if (names.Contains(Given[i].Name)) return Given[i].Value;
        return null;
    }

    /// <param name="shorts">Letters that take a value.</param>
    /// <param name="longs">Long options that take a value as the next word; with `=` any may.</param>
    /// <param name="mixed">Go on behind operands: they are collected in <see cref="Rest"/>.</param>
    public static Options Parse(ReadOnlySpan<Value> arguments, string shorts, ReadOnlySpan<string> longs, bool mixed = false)
    {
        var given = ImmutableArray.CreateBuilder<(string, Value)>();
        var rest = ImmutableArray.CreateBuilder<Value>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            if (word.Text == "--" && word.Known)
            {
                rest.AddRange(arguments[(i + 1)..]);
                break;
            }
            if (!word.Known || word.Text is not ['-', _, ..])
            {
                rest.AddRange(mixed ? arguments.Slice(i, 1) : arguments[i..]);
                if (mixed) continue; // Kept as an operand.
                break;
            }
            if (word.Text.StartsWith("--", StringComparison.Ordinal) || longs.Contains(word.Text))
            {
                var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0) given.Add((word.Text[..equals], word.Text[(equals + 1)..]));
                else given.Add((word.Text, longs.Contains(word.Text) && i + 1 < arguments.Length ? arguments[++i] : ""));
                continue;
            }
            for (var letter = 1; letter < word.Text.Length; letter++)
            {
                var name = "-" + word.Text[letter];
                if (!shorts.Contains(word.Text[letter], StringComparison.Ordinal))
                {
                    given.Add((name, ""));
                    continue; // One letter of several.
                }
                if (letter + 1 < word.Text.Length) given.Add((name, word.Text[(letter + 1)..]));
                else given.Add((name, i + 1 < arguments.Length ? arguments[++i] : ""));
                break;
            }
        }
        return new Options(given.ToImmutable(), rest.ToImmutable());
    }
}
