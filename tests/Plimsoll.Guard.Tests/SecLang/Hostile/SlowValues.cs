using System.Text;
using Plimsoll.Guard.SecLang.Prefilter;
using Plimsoll.Guard.Tests.SecLang.Prefilter;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>How a value is made: what stands before a repetition, what is repeated, and what spoils the end.</summary>
/// <param name="Shape">0 to 5, how the parts are put together.</param>
internal sealed record Recipe(string Before, string Pump, string Other, string End, int Shape)
{
    /// <summary>Letters are bytes.</summary>
    public byte[] Value(int length)
    {
        var text = new StringBuilder(length + End.Length);
        switch (Shape)
        {
            case 0: // One beginning.
                text.Append(Before);
                Fill(Pump, length);
                break;
            case 1: // Beginnings all along.
                Fill(Before + Pump, length);
                break;
            case 2: // Beginnings, then what each of them goes on with.
                Fill(Before + Pump + Pump + Pump, length / 4);
                Fill(Pump, length);
                break;
            case 3: // Two repetitions, one after the other.
                text.Append(Before);
                Fill(Pump, length / 2);
                Fill(Other, length);
                break;
            case 4: // Two repetitions within each other.
                text.Append(Before);
                Fill(Pump + Other, length);
                break;
            default: // A beginning in the middle.
                Fill(Pump, length / 2);
                text.Append(Before);
                Fill(Other, length);
                break;
        }
        if (text.Length > length) text.Length = length;
        return Encoding.Latin1.GetBytes(text.Append(End).ToString());

        void Fill(string piece, int until)
        {
            do text.Append(piece.Length == 0 ? " " : piece);
            while (text.Length < until);
        }
    }
}

/// <summary>Recipes for values that one pattern is slow on, made of its tree and changed at random.</summary>
internal sealed class SlowValues
{
    private static readonly string[] signs = ["a", " ", "(", "\"", "'", "<", "/", ".", "1", "\\", "$", "=", ";", "\n"];
    private static readonly string[] ends = ["", "!", "\x01", " ", "a", ")"];

    private readonly PatternNode tree;
    private readonly PatternStrings strings;
    private readonly Random random;
    private readonly List<(IReadOnlyList<PatternNode> Before, PatternNode Part)> repetitions = [];

    public SlowValues(PatternNode tree, int seed)
    {
        (this.tree, random) = (tree, new(seed));
        strings = new(random);
        Find(tree, []);
    }

    public Recipe New() => new(Before(), Pump(), Pump(), ends[random.Next(ends.Length)], random.Next(6));

    /// <summary>The same with one part another.</summary>
    public Recipe Changed(Recipe recipe) => random.Next(5) switch
    {
        0 => recipe with { Before = Before() },
        1 => recipe with { Pump = Pump() },
        2 => recipe with { Other = Pump() },
        3 => recipe with { End = ends[random.Next(ends.Length)] },
        _ => recipe with { Shape = random.Next(6) },
    };

    private string Before()
    {
        if (repetitions.Count == 0 || random.Next(4) == 0) return Cut(strings.Next(tree));
        return random.Next(8) == 0 ? "" : string.Concat(repetitions[random.Next(repetitions.Count)].Before.Select(strings.Next));
    }

    private string Pump()
    {
        if (repetitions.Count > 0 && random.Next(5) > 0 && strings.Next(repetitions[random.Next(repetitions.Count)].Part) is { Length: > 0 } pump) return pump;
        return random.Next(4) == 0 ? Cut(strings.Next(tree)) : signs[random.Next(signs.Length)];
    }

    private string Cut(string text) => text[..Math.Min(text.Length, random.Next(40) + 1)];

    private List<PatternNode> Find(PatternNode node, List<PatternNode> before)
    {
        const int many = 16;
        switch (node)
        {
            case PatternNode.Sequence { Parts: var parts }:
                return parts.Aggregate(before, (all, part) => Find(part, all));
            case PatternNode.Choice { Branches: var branches }:
                foreach (var branch in branches) Find(branch, before);
                break;
            case PatternNode.Repetition { Part: var part, Most: null or >= many }:
                repetitions.Add((before, part));
                Find(part, before);
                break;
        }
        return [.. before, node];
    }
}
