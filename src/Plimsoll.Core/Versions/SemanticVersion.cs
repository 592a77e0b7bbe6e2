namespace Plimsoll.Core.Versions;

/// <summary>What is accepted beyond the grammar of Semantic Versioning 2.0.0.</summary>
[Flags]
internal enum SemanticForms
{
    /// <summary>Only what always is: one or two numbers instead of three, the absent ones being zero.</summary>
    None = 0,

    /// <summary>Leading zeros in numbers.</summary>
    LeadingZeros = 1,

    /// <summary>After three numbers a pre-release without its dash: `1.2.3beta`.</summary>
    BarePreview = 2,
}

/// <summary>The parts of a semantic version (https://semver.org/spec/v2.0.0.html) and their precedence.</summary>
internal readonly ref struct SemanticVersion
{
    public ReadOnlySpan<char> Major { get; private init; }
    public ReadOnlySpan<char> Minor { get; private init; }
    public ReadOnlySpan<char> Patch { get; private init; }

    /// <summary>Identifiers of the pre-release, without the dash; empty for a release.</summary>
    public ReadOnlySpan<char> Preview { get; private init; }

    /// <summary>Identifiers of the build, without the plus sign.</summary>
    public ReadOnlySpan<char> Build { get; private init; }

    /// <summary>Whether identifiers of the pre-release are its runs of letters and of digits, `rc1` being as `rc.1`.</summary>
    private bool InRuns { get; init; }

    public static bool TryParse(ReadOnlySpan<char> text, SemanticForms forms, out SemanticVersion version)
    {
        version = default;
        if (text.Length > VersionSchemes.MaxLength || !TryNumbers(ref text, forms, out var numbers, out version)) return false;
        ReadOnlySpan<char> preview = default, build = default;
        var zeros = (forms & SemanticForms.LeadingZeros) != 0;
        if ((forms & SemanticForms.BarePreview) != 0 && numbers == 3)
        {
            // The dash is then part of the first identifier when nothing else can be.
            if (text.Length > 1 && text[0] == '-' && IsOfIdentifier(text[1])) text = text[1..];
            if (!text.IsEmpty && text[0] != '+' && !TryIdentifiers(ref text, zeros, out preview)) return false;
        }
        else if (text.StartsWith('-'))
        {
            text = text[1..];
            if (!TryIdentifiers(ref text, zeros, out preview)) return false;
        }
        if (text.StartsWith('+'))
        {
            text = text[1..];
            if (!TryIdentifiers(ref text, zeros: true, out build)) return false;
        }
        version = new SemanticVersion { Major = version.Major, Minor = version.Minor, Patch = version.Patch, Preview = preview, Build = build };
        return text.IsEmpty;
    }

    /// <summary>Numbers and, with nothing between, a word with a number, as Go names its own releases: `1.22rc1`.</summary>
    public static bool TryParseToolchain(ReadOnlySpan<char> text, out SemanticVersion version)
    {
        version = default;
        if (text.Length > VersionSchemes.MaxLength || !TryNumbers(ref text, SemanticForms.None, out _, out version)) return false;
        if (text.IsEmpty) return true;
        var preview = text;
        var word = Digits.TakeLetters(ref text);
        version = new SemanticVersion { Major = version.Major, Minor = version.Minor, Patch = version.Patch, Preview = preview, InRuns = true };
        return word is "alpha" or "beta" or "rc" && Digits.Only(text) && IsNumber(text, zeros: false);
    }

    /// <summary>Order by precedence: builds do not count.</summary>
    public static int Compare(SemanticVersion left, SemanticVersion right)
    {
        var order = CompareNumbers(left, right);
        if (order != 0) return order;
        if (left.Preview.IsEmpty || right.Preview.IsEmpty) return (left.Preview.IsEmpty ? 1 : 0) - (right.Preview.IsEmpty ? 1 : 0);
        return CompareIdentifiers(left.Preview, left.InRuns, right.Preview, right.InRuns);
    }

    public static int CompareNumbers(SemanticVersion left, SemanticVersion right)
    {
        var order = Digits.Compare(left.Major, right.Major);
        if (order == 0) order = Digits.Compare(left.Minor, right.Minor);
        return order == 0 ? Digits.Compare(left.Patch, right.Patch) : order;
    }

    /// <summary>Numbers below words, words by their characters, and the shorter first when all that both have is the same.</summary>
    public static int CompareIdentifiers(ReadOnlySpan<char> left, bool leftInRuns, ReadOnlySpan<char> right, bool rightInRuns)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var a = Next(ref left, leftInRuns);
            var b = Next(ref right, rightInRuns);
            var number = Digits.Only(a);
            if (number != Digits.Only(b)) return number ? -1 : 1;
            var order = number ? Digits.Compare(a, b) : a.SequenceCompareTo(b);
            if (order != 0) return order;
        }
        return (left.IsEmpty ? 0 : 1) - (right.IsEmpty ? 0 : 1);
    }

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> identifiers, bool inRuns)
    {
        if (inRuns) return Digits.TakeLetters(ref identifiers) is { IsEmpty: false } word ? word : Digits.TakeNumber(ref identifiers);
        var dot = identifiers.IndexOf('.');
        var identifier = dot < 0 ? identifiers : identifiers[..dot];
        identifiers = dot < 0 ? default : identifiers[(dot + 1)..];
        return identifier;
    }

    private static bool TryNumbers(scoped ref ReadOnlySpan<char> text, SemanticForms forms, out int count, out SemanticVersion version)
    {
        var (zeros, valid) = ((forms & SemanticForms.LeadingZeros) != 0, true);
        ReadOnlySpan<char> major = Digits.TakeNumber(ref text), minor = default, patch = default;
        valid &= IsNumber(major, zeros);
        count = 1;
        if (text.StartsWith('.'))
        {
            text = text[1..];
            minor = Digits.TakeNumber(ref text);
            valid &= IsNumber(minor, zeros);
            count = 2;
        }
        if (count == 2 && text.StartsWith('.'))
        {
            text = text[1..];
            patch = Digits.TakeNumber(ref text);
            valid &= IsNumber(patch, zeros);
            count = 3;
        }
        version = new SemanticVersion { Major = major, Minor = minor, Patch = patch };
        return valid;
    }

    private static bool TryIdentifiers(scoped ref ReadOnlySpan<char> text, bool zeros, out ReadOnlySpan<char> identifiers)
    {
        identifiers = text;
        for (var start = 0; ; start++)
        {
            var end = start;
            while (end < text.Length && IsOfIdentifier(text[end])) end++;
            var identifier = text[start..end];
            if (identifier.IsEmpty || (Digits.Only(identifier) && !IsNumber(identifier, zeros))) return false;
            start = end;
            if (end < text.Length && text[end] == '.') continue;
            identifiers = text[..end];
            text = text[end..];
            return true;
        }
    }

    private static bool IsNumber(ReadOnlySpan<char> digits, bool zeros) => !digits.IsEmpty && (zeros || digits.Length == 1 || digits[0] != '0');

    private static bool IsOfIdentifier(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';
}
