namespace Plimsoll.Core.Versions;

/// <summary>
/// A lenient order for applications that are found as bare programs, whatever their makers write: every text of visible ASCII
/// and blanks that has a digit is a version, in these parts, one after another:
/// <list type="number">
/// <item>What stands before the first digit does not count (`v`, `OpenSSH_`, `nginx/`), nor does an epoch (`1:`).</item>
/// <item>Numbers with `.` or `_` between them; absent ones are zero.</item>
/// <item>Any number of marks, each after at most one of `. - _ + ~` or a blank. A preview with its number comes before
/// the version without it: `dev snapshot nightly canary`, `alpha`, `beta`, `milestone ea`, `pre preview`, `rc cr`, and with
/// a number `M1`, or with nothing before them `a1 b1`. One or two letters at once after a number are a later release
/// (`1.1.1w`, `1.0.2zh`), and so is a patch: `p1 sp1 u392 r1 patch1 update1 hotfix1 security1`, or a dash and numbers in a
/// word without letters (`6.9.11-60`).</item>
/// <item>From the first other thing on, all is a packager's or builder's tail and does not count: `-0ubuntu0.22.04.1`,
/// `-fips`, `+8`, `.Final`, ` (Debian)`.</item>
/// </list>
/// </summary>
internal sealed class GenericVersionScheme : IVersionScheme
{
    private const int Release = 6, Letter = 7, Patch = 8;

    public string Id => "generic";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!Reader.TryOpen(left, out var a) || !Reader.TryOpen(right, out var b)) return false;
        order = Digits.CompareDotted(a.Numbers, b.Numbers);
        while (order == 0)
        {
            order = a.Read().CompareTo(b.Read());
            if (order != 0 || a.Stage == Release) break;
            order = a.Letters.CompareTo(b.Letters, StringComparison.OrdinalIgnoreCase);
            if (order == 0) order = Digits.CompareDotted(a.Numbers, b.Numbers);
        }
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version)
    {
        if (!Reader.TryOpen(version, out var reader)) return false;
        while (reader.Read() > Release) { }
        return reader.Stage == Release;
    }

    private ref struct Reader
    {
        private ReadOnlySpan<char> rest;

        /// <summary>Of the last mark that was read: the stage of a preview, or a constant above; <see cref="Release"/> at the end.</summary>
        public int Stage { get; private set; }

        /// <summary>Of a later release by letters.</summary>
        public ReadOnlySpan<char> Letters { get; private set; }

        /// <summary>Of the version at first, then of the last mark that was read.</summary>
        public ReadOnlySpan<char> Numbers { get; private set; }

        public static bool TryOpen(ReadOnlySpan<char> text, out Reader reader)
        {
            reader = default;
            if (text.Length > VersionSchemes.MaxLength) return false;
            var start = text.Length;
            for (var i = text.Length - 1; i >= 0; i--)
            {
                if (text[i] is < ' ' or > '~') return false;
                if (char.IsAsciiDigit(text[i])) start = i;
            }
            if (start == text.Length) return false;
            reader.rest = text[start..];
            var afterEpoch = reader.rest;
            Digits.TakeNumber(ref afterEpoch);
            if (afterEpoch.StartsWith(':') && Digits.StartsWithDigit(afterEpoch[1..])) reader.rest = afterEpoch[1..];
            reader.TakeNumbers();
            return true;
        }

        public int Read() => Stage = Next();

        private int Next()
        {
            Letters = default;
            Numbers = default;
            var attached = true;
            var dash = rest.StartsWith('-');
            if (!rest.IsEmpty && rest[0] is '.' or '-' or '_' or '+' or '~' or ' ')
            {
                rest = rest[1..];
                attached = false;
            }
            if (Digits.StartsWithDigit(rest)) return dash && !FirstWordHasLetters(rest) ? TakeNumbers(Patch) : Tail();
            var word = Digits.TakeLetters(ref rest);
            if (word.IsEmpty) return Tail();
            var stage = PreviewWord.Stage(word);
            if (stage < 0 && IsPatch(word)) stage = Patch;
            if (word.Length == 1)
            {
                var alone = !Digits.StartsWithDigit(rest) || (!attached && word[0] is 'a' or 'A' or 'b' or 'B');
                if (!alone && stage >= 0) return TakeNumbers(stage);
            }
            else if (stage >= 0)
            {
                if (rest.Length > 1 && rest[0] is '.' or '-' or '_' && char.IsAsciiDigit(rest[1])) rest = rest[1..];
                return TakeNumbers(stage);
            }
            if (!attached || word.Length > 2 || Digits.StartsWithDigit(rest)) return Tail();
            Letters = word;
            return Letter;
        }

        private int Tail()
        {
            rest = default;
            return Release;
        }

        private int TakeNumbers(int stage)
        {
            TakeNumbers();
            return stage;
        }

        private void TakeNumbers()
        {
            var from = rest;
            Digits.TakeNumber(ref rest);
            while (rest.Length > 1 && rest[0] is '.' or '_' && char.IsAsciiDigit(rest[1]))
            {
                rest = rest[1..];
                Digits.TakeNumber(ref rest);
            }
            Numbers = from[..^rest.Length];
        }

        private static bool FirstWordHasLetters(ReadOnlySpan<char> text)
        {
            foreach (var c in text)
            {
                if (c == ' ') return false;
                if (char.IsAsciiLetter(c)) return true;
            }
            return false;
        }

        private static bool IsPatch(ReadOnlySpan<char> word)
        {
            ReadOnlySpan<string> words = ["p", "pl", "patch", "sp", "u", "update", "r", "rev", "security", "hotfix", "fix", "cu"];
            foreach (var known in words)
                if (word.Equals(known, StringComparison.OrdinalIgnoreCase)) return true;
            return false;
        }
    }
}
