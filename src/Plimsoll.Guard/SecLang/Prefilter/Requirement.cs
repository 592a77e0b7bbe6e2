namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// What a value must have to be matched: one of some literals, in whatever case of ASCII letters, or one of some bytes. Compares by
/// content.
/// </summary>
internal sealed class Requirement : IEquatable<Requirement>
{
    /// <summary>Longer literals are cut to their rarest stretch: the automaton stays small, and so many bytes say enough.</summary>
    private const int longest = 8;

    private readonly string key;

    private Requirement(IReadOnlyList<string> literals, ByteSet bytes)
    {
        (Literals, Bytes) = (literals, bytes);
        Likelihood = literals.Count > 0 ? literals.Sum(Rarity.Of) : bytes.Bytes().Sum(Rarity.Of);
        key = literals.Count > 0 ? string.Join('\n', literals) : bytes.ToString();
    }

    /// <summary>Bytes as Latin-1, letters small, at least two each; empty when it asks for single bytes.</summary>
    public IReadOnlyList<string> Literals { get; }

    /// <summary>In any case.</summary>
    public ByteSet Bytes { get; }

    /// <summary>How likely one of them begins at a place of ordinary text.</summary>
    public double Likelihood { get; }

    public static Requirement Of(ByteSet bytes) => new([], bytes.InAnyCase());

    /// <summary>Null when one of the literals is empty: that asks for nothing.</summary>
    public static Requirement? Of(IEnumerable<string> literals)
    {
        var all = literals.Select(Fold).ToList();
        if (all.Count == 0 || all.Exists(literal => literal.Length == 0)) return null;
        if (all.Exists(literal => literal.Length == 1)) return Of(ByteSet.Of([.. all.Select(literal => (byte)literal.MinBy(one => Rarity.Of((byte)one)))]));
        return new([.. all.Select(Rarest).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], ByteSet.Empty);
    }

    /// <summary>What a match of the one or of the other must have.</summary>
    public static Requirement? Either(IEnumerable<Requirement> some)
    {
        var all = some.ToList();
        if (all.TrueForAll(one => one.Literals.Count > 0)) return Of(all.SelectMany(one => one.Literals));
        return Of(all.Aggregate(ByteSet.Empty, (set, one) => set | (one.Literals.Count > 0 ? ByteSet.Of([.. one.Literals.Select(literal => (byte)literal.MinBy(letter => Rarity.Of((byte)letter)))]) : one.Bytes)));
    }

    private static string Fold(string text) => string.Create(text.Length, text, static (output, text) =>
    {
        for (var i = 0; i < output.Length; i++) output[i] = char.IsAsciiLetterUpper(text[i]) ? (char)(text[i] | 0x20) : text[i];
    });

    private static string Rarest(string literal)
    {
        if (literal.Length <= longest) return literal;
        return Enumerable.Range(0, literal.Length - longest + 1).Select(start => literal.Substring(start, longest)).MinBy(Rarity.Of)!;
    }

    public bool Equals(Requirement? other) => other is not null && key == other.key;

    public override bool Equals(object? other) => Equals(other as Requirement);

    public override int GetHashCode() => key.GetHashCode(StringComparison.Ordinal);
}

/// <summary>How often bytes come in the values of ordinary requests, roughly: it chooses what is looked for, and decides nothing.</summary>
internal static class Rarity
{
    private static readonly double[] bytes = Table();

    public static double Of(byte value) => bytes[value];

    public static double Of(string literal)
    {
        var product = 1.0;
        foreach (var letter in literal) product *= bytes[letter];
        return product;
    }

    private static double[] Table()
    {
        var table = new double[256];
        Array.Fill(table, 0.0005);
        for (var value = 0; value < 32; value++) table[value] = 0.00005;
        Set(0.07, "eatio");
        Set(0.045, "nrslcd");
        Set(0.025, "umphgbfwy");
        Set(0.015, "vkxjqz");
        Set(0.03, "0123456789");
        Set(0.03, " /.");
        Set(0.012, "-_;,:=");
        Set(0.004, "()+*\"%&?");
        Set(0.002, "'");
        return table;

        void Set(double often, string letters)
        {
            foreach (var letter in letters)
            {
                table[letter] = often;
                if (char.IsAsciiLetter(letter)) table[letter & ~0x20] = often;
            }
        }
    }
}
