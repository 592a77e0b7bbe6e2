namespace Plimsoll.Core.Versions;

/// <summary>
/// Debian's order, `[epoch:]upstream[-revision]` (deb-version(7)): parts of digits compare as numbers; in the others `~`
/// comes before the end, letters before all other characters. An absent epoch or revision is 0. Upstream versions that
/// begin with a letter are accepted, as dpkg does with a warning.
/// </summary>
internal sealed class DpkgVersionScheme : IVersionScheme
{
    public string Id => "dpkg";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!Version.TryParse(left, out var a) || !Version.TryParse(right, out var b)) return false;
        order = Digits.Compare(a.Epoch, b.Epoch);
        if (order == 0) order = Compare(a.Upstream, b.Upstream);
        if (order == 0) order = Compare(a.Revision, b.Revision);
        return true;
    }

    /// <summary>Not when `~` and the word for a preview or for version control stand in the upstream version; a backport's `~bpo12` in the revision is stable.</summary>
    public bool IsStable(ReadOnlySpan<char> version)
    {
        if (!Version.TryParse(version, out var parsed)) return false;
        var rest = parsed.Upstream;
        while (rest.IndexOf('~') is >= 0 and var mark)
        {
            rest = rest[mark..].TrimStart('~');
            var word = Digits.TakeLetters(ref rest);
            if (PreviewWord.Stage(word) >= 0 || PreviewWord.IsVersionControl(word)) return false;
        }
        return true;
    }

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while (Weight(left) != 0 || Weight(right) != 0)
            {
                var order = Weight(left) - Weight(right);
                if (order != 0) return order;
                left = left[1..];
                right = right[1..];
            }
            var numbers = Digits.Compare(Digits.TakeNumber(ref left), Digits.TakeNumber(ref right));
            if (numbers != 0) return numbers;
        }
        return 0;
    }

    /// <summary>Of the first character; a digit weighs as little as the end.</summary>
    private static int Weight(ReadOnlySpan<char> text) =>
        text.IsEmpty || char.IsAsciiDigit(text[0]) ? 0 : text[0] == '~' ? -1 : char.IsAsciiLetter(text[0]) ? text[0] : text[0] + char.MaxValue;

    private readonly ref struct Version
    {
        public ReadOnlySpan<char> Epoch { get; private init; }
        public ReadOnlySpan<char> Upstream { get; private init; }
        public ReadOnlySpan<char> Revision { get; private init; }

        public static bool TryParse(ReadOnlySpan<char> text, out Version version)
        {
            version = default;
            if (text.Length > VersionSchemes.MaxLength) return false;
            var colon = text.IndexOf(':');
            if (colon >= 0 && !Digits.Only(text[..colon])) return false;
            var rest = text[(colon + 1)..];
            var dash = rest.LastIndexOf('-');
            version = new Version
            {
                Epoch = colon < 0 ? default : text[..colon],
                Upstream = dash < 0 ? rest : rest[..dash],
                Revision = rest[(dash < 0 ? rest.Length : dash + 1)..],
            };
            return !version.Upstream.IsEmpty && Consists(version.Upstream, of: ".+~-:") && (dash < 0 || (!version.Revision.IsEmpty && Consists(version.Revision, of: ".+~")));
        }

        /// <summary>Letters, digits and these.</summary>
        private static bool Consists(ReadOnlySpan<char> text, string of)
        {
            foreach (var c in text)
                if (!char.IsAsciiLetterOrDigit(c) && !of.Contains(c, StringComparison.Ordinal)) return false;
            return true;
        }
    }
}
