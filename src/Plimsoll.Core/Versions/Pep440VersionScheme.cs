using System.Buffers;

namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Python packages (PEP 440, now the PyPA's "Version specifiers"): `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`,
/// with all spellings that it normalises: `v1.0`, `1.0-ALPHA.1`, `1.0-1`, `1.0.rev2`. Older free-form versions are none.
/// </summary>
internal sealed class Pep440VersionScheme : IVersionScheme
{
    private static readonly string[] PreWords = ["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"];
    private static readonly string[] PostWords = ["post", "rev", "r"];
    private static readonly string[] DevWords = ["dev"];
    private static readonly SearchValues<char> Dots = SearchValues.Create(".");
    private static readonly SearchValues<char> LocalSeparators = SearchValues.Create(".-_");

    public string Id => "pep440";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryRead(left, out var a) || !TryRead(right, out var b)) return false;
        order = Compare(in a, in b);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => TryRead(version, out var parts) && parts.Pre == '\0' && !parts.HasDev;

    private ref struct Parts
    {
        public ReadOnlySpan<char> Epoch, Release, PreNumber, PostNumber, DevNumber, Local;
        /// <summary>`a`, `b`, `r` for rc, or NUL for none.</summary>
        public char Pre;
        public bool HasPost, HasDev;

        /// <summary>A development release of a final release is older than all its previews.</summary>
        public readonly int PreRank => Pre switch { 'a' => 1, 'b' => 2, 'r' => 3, _ => HasDev && !HasPost ? 0 : 4 };
    }

    private static bool TryRead(ReadOnlySpan<char> text, out Parts parts)
    {
        parts = default;
        text = text.Trim();
        if (!VersionText.IsPlausible(text)) return false;
        if (text[0] is 'v' or 'V') text = text[1..];
        var digits = Digits.Count(text);
        if (digits > 0 && digits < text.Length && text[digits] == '!')
        {
            parts.Epoch = text[..digits];
            text = text[(digits + 1)..];
            digits = Digits.Count(text);
        }
        if (digits == 0) return false;
        var end = digits;
        while (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1])) end += 1 + Digits.Count(text[(end + 1)..]);
        parts.Release = text[..end];
        text = text[end..];

        if (TryTakeTag(ref text, PreWords, out var word, out parts.PreNumber)) parts.Pre = word[0] is 'a' or 'b' ? word[0] : 'r';
        if (text is ['-', >= '0' and <= '9', ..])
        {
            digits = Digits.Count(text[1..]);
            parts.PostNumber = text.Slice(1, digits);
            parts.HasPost = true;
            text = text[(digits + 1)..];
        }
        else parts.HasPost = TryTakeTag(ref text, PostWords, out _, out parts.PostNumber);
        parts.HasDev = TryTakeTag(ref text, DevWords, out _, out parts.DevNumber);
        if (text.IsEmpty) return true;
        if (text[0] != '+') return false;
        parts.Local = text[1..];
        return IsLocal(parts.Local);
    }

    /// <summary>Takes `[.-_]word[.-_][number]` off the beginning, in any case; a number that is missing is empty, which means 0.</summary>
    private static bool TryTakeTag(scoped ref ReadOnlySpan<char> rest, string[] words, out string taken, out ReadOnlySpan<char> number)
    {
        var separator = rest is ['.' or '-' or '_', ..] ? 1 : 0;
        foreach (var word in words)
        {
            if (!rest[separator..].StartsWith(word, StringComparison.OrdinalIgnoreCase)) continue; // Not this word; when it is none of them, the answer is false.
            rest = rest[(separator + word.Length)..];
            if (rest is ['.' or '-' or '_', ..]) rest = rest[1..];
            number = rest[..Digits.Count(rest)];
            rest = rest[number.Length..];
            taken = word;
            return true;
        }
        number = default;
        taken = "";
        return false;
    }

    private static bool IsLocal(ReadOnlySpan<char> local)
    {
        if (local.IsEmpty || LocalSeparators.Contains(local[^1])) return false;
        while (!local.IsEmpty)
        {
            var part = VersionText.TakeUntil(ref local, LocalSeparators);
            if (part.IsEmpty) return false;
            foreach (var c in part)
                if (!char.IsAsciiLetterOrDigit(c)) return false;
        }
        return true;
    }

    private static int Compare(in Parts left, in Parts right)
    {
        var order = Digits.Compare(left.Epoch, right.Epoch);
        if (order == 0) order = CompareReleases(left.Release, right.Release);
        if (order == 0) order = left.PreRank.CompareTo(right.PreRank);
        if (order == 0) order = Digits.Compare(left.PreNumber, right.PreNumber);
        if (order == 0) order = left.HasPost.CompareTo(right.HasPost);
        if (order == 0) order = Digits.Compare(left.PostNumber, right.PostNumber);
        if (order == 0) order = right.HasDev.CompareTo(left.HasDev);
        if (order == 0) order = Digits.Compare(left.DevNumber, right.DevNumber);
        return order == 0 ? VersionText.CompareLabels(left.Local, right.Local, LocalSeparators, numbersAreNewer: true) : order;
    }

    private static int CompareReleases(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            var order = Digits.Compare(VersionText.TakeUntil(ref left, Dots), VersionText.TakeUntil(ref right, Dots));
            if (order != 0) return order;
        }
        return 0;
    }
}
