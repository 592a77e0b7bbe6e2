using System.Collections.Immutable;

namespace Plimsoll.Core.Versions;

/// <summary>Makes plain comparators of one alternative of an npm range. An upper bound that stands for a whole line of versions ends below its first pre-release, `-0`.</summary>
internal ref struct NpmRangeParser
{
    /// <summary>The comma is GitHub's.</summary>
    private const string Blanks = " \t\r\n,";

    private readonly ImmutableArray<NpmComparator>.Builder comparators = ImmutableArray.CreateBuilder<NpmComparator>();

    /// <summary>The least pre-release, where previews are to be in what begins with a whole line of versions.</summary>
    private readonly string least;
    private ReadOnlySpan<char> rest;

    private NpmRangeParser(ReadOnlySpan<char> text, bool previews)
    {
        rest = text;
        least = previews ? "-0" : "";
    }

    /// <param name="comparators">Empty when all versions are meant.</param>
    public static bool TryParse(ReadOnlySpan<char> text, bool previews, out ImmutableArray<NpmComparator> comparators)
    {
        var parser = new NpmRangeParser(text, previews);
        var done = parser.TryHyphen(text.Trim(Blanks)) ?? parser.TryComparators();
        comparators = parser.comparators.DrainToImmutable();
        return done;
    }

    /// <summary>Null when it is no hyphen range.</summary>
    private readonly bool? TryHyphen(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] != '-' || !Blanks.Contains(text[i - 1], StringComparison.Ordinal) || !Blanks.Contains(text[i + 1], StringComparison.Ordinal)) continue;
            if (!Partial.TryParse(text[..i].TrimEnd(Blanks), out var from) || !Partial.TryParse(text[(i + 1)..].TrimStart(Blanks), out var to)) return false;
            if (!from.IsAny) Add(NpmOperator.GreaterOrEqual, from.IsWhole ? from.Text + (from.HasPreview ? "" : least) : from.Lower + least);
            if (to.IsAny) return true;
            if (!to.IsWhole) Add(NpmOperator.Less, to.Next + "-0");
            else if (to.HasPreview || least.Length == 0) Add(NpmOperator.LessOrEqual, to.Text);
            else Add(NpmOperator.Less, $"{to.Major}.{to.Minor}.{Partial.Increment(to.Patch)}-0");
            return true;
        }
        return null;
    }

    private bool TryComparators()
    {
        while (true)
        {
            rest = rest.TrimStart(Blanks);
            if (rest.IsEmpty) return true;
            var sign = TakeSign();
            rest = rest.TrimStart(Blanks);
            var end = rest.IndexOfAny(Blanks);
            var text = end < 0 ? rest : rest[..end];
            rest = rest[text.Length..];
            if (!Partial.TryParse(text, out var version)) return false;
            Add(sign, version);
        }
    }

    private string TakeSign()
    {
        foreach (var sign in (ReadOnlySpan<string>)["~>", ">", "<", "^", "~", "="])
        {
            if (!rest.StartsWith(sign)) continue;
            rest = rest[sign.Length..];
            var after = rest.TrimStart(Blanks);
            if (sign == "=" || !after.StartsWith('=')) return sign;
            rest = after[1..];
            return sign is "<" or ">" ? sign + "=" : sign;
        }
        return "";
    }

    private readonly void Add(string sign, Partial version)
    {
        switch (sign)
        {
            case "^" or "~" or "~>" or "" or "=" when version.IsAny:
            case ">=" or "<=" when version.IsAny:
                return;
            case "<" or ">" when version.IsAny:
                Add(NpmOperator.Less, "0.0.0-0");
                return;
            case "^":
                Add(NpmOperator.GreaterOrEqual, version.Lower + (version.IsWhole ? "" : least));
                Add(NpmOperator.Less, version.NextOfCaret + "-0");
                return;
            case "~" or "~>":
                Add(NpmOperator.GreaterOrEqual, version.Lower + (version.IsWhole ? "" : least));
                Add(NpmOperator.Less, version.Next + "-0");
                return;
            case "" or "=":
                if (version.IsWhole) Add(NpmOperator.Equal, version.Text);
                else
                {
                    Add(NpmOperator.GreaterOrEqual, version.Lower + least);
                    Add(NpmOperator.Less, version.Next + "-0");
                }
                return;
            case ">":
                Add(version.IsWhole ? NpmOperator.Greater : NpmOperator.GreaterOrEqual, version.IsWhole ? version.Text : version.Next + least);
                return;
            case ">=":
                Add(NpmOperator.GreaterOrEqual, version.IsWhole ? version.Text : version.Lower + least);
                return;
            case "<":
                Add(NpmOperator.Less, version.IsWhole ? version.Text : version.Lower + "-0");
                return;
            default:
                Add(version.IsWhole ? NpmOperator.LessOrEqual : NpmOperator.Less, version.IsWhole ? version.Text : version.Next + "-0");
                return;
        }
    }

    /// <summary>A lower bound that holds everything is none.</summary>
    private readonly void Add(NpmOperator sign, string version)
    {
        if (sign != NpmOperator.GreaterOrEqual || version != "0.0.0" + least) comparators.Add(new NpmComparator(sign, version));
    }

    /// <summary>A version of which numbers may be absent, or `x`, `X` or `*`, which is the same.</summary>
    /// <param name="Minor">Null when it, and so the patch, may be any.</param>
    /// <param name="Preview">With what stands before it; empty when there is none.</param>
    private readonly record struct Partial(string? Major, string? Minor, string? Patch, string Preview)
    {
        /// <summary>Node's own limit; a bound made of it stays below ours.</summary>
        private const int Longest = 256;

        public bool IsAny => Major is null;
        public bool IsWhole => Patch is not null;
        public bool HasPreview => Preview.Length > 0;

        public string Text => $"{Major}.{Minor}.{Patch}{Preview}";

        /// <summary>The least version meant.</summary>
        public string Lower => IsWhole ? Text : $"{Major}.{Minor ?? "0"}.0";

        /// <summary>The first version after all with the same first number or, where there are two, the same first two.</summary>
        public string Next => Minor is null ? $"{Increment(Major)}.0.0" : $"{Major}.{Increment(Minor)}.0";

        /// <summary>The first version that differs in the leftmost number that is not zero.</summary>
        public string NextOfCaret =>
            Major != "0" || Minor is null ? $"{Increment(Major)}.0.0"
            : Minor != "0" || Patch is null ? $"{Major}.{Increment(Minor)}.0"
            : $"{Major}.{Minor}.{Increment(Patch)}";

        public static bool TryParse(ReadOnlySpan<char> text, out Partial version)
        {
            version = default;
            if (text.Length > Longest) return false;
            text = text.TrimStart("v=");
            var numbers = new string?[3];
            var count = 0;
            do
            {
                if (count > 0) text = text[1..];
                if (!TryNumber(ref text, out numbers[count])) return false;
            }
            while (++count < 3 && text.StartsWith('.'));
            // A version with ones in the place of what may be any: its tail must be good, too.
            if (!text.IsEmpty && ((count < 3 && text[0] != '+') || !NpmVersionScheme.TryParse($"1.1.1{text}", out _))) return false;
            var build = text.IndexOf('+');
            var preview = build < 0 ? text : text[..build];
            var any = numbers.AsSpan().IndexOf((string?)null);
            // Nothing says what a number after one that may be any would mean.
            if (any >= 0 && numbers.AsSpan(any).ContainsAnyExcept((string?)null)) return false;
            version = new Partial(numbers[0], numbers[1], numbers[2], any < 0 ? preview.ToString() : "");
            return true;
        }

        /// <summary>Adds one to a decimal number of any length.</summary>
        public static string Increment(string? number)
        {
            var digits = ("0" + number).ToCharArray();
            var i = digits.Length - 1;
            for (; digits[i] == '9'; i--) digits[i] = '0';
            digits[i]++;
            return new string(digits).TrimStart('0');
        }

        private static bool TryNumber(scoped ref ReadOnlySpan<char> text, out string? number)
        {
            number = null;
            if (!text.IsEmpty && text[0] is 'x' or 'X' or '*')
            {
                text = text[1..];
                return true;
            }
            var digits = Digits.TakeNumber(ref text);
            number = digits.ToString();
            return !digits.IsEmpty;
        }
    }
}
