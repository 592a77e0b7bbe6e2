using System.Globalization;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>How one application is known by the strings of its program or library, and where among them its version is.</summary>
/// <param name="Name">Of the package, `pkg:generic/NAME`.</param>
/// <param name="Cpe">Vendor and product in NVD's dictionary, `f5:nginx`.</param>
/// <param name="Anchor">The string that the version is found by; Latin-1, `\0` where it must begin or end.</param>
/// <param name="Version">Takes the version from the text around the anchor.</param>
/// <param name="Plausible">Bounds of its first number, and fewest numbers.</param>
/// <param name="Proof">Strings that must be there, too: parts of the program that no client, module or document has.</param>
internal sealed record NativeProgram(string Name, string Cpe, string Anchor, NativeVersion Version, (int From, int To, int Parts) Plausible, params string[] Proof)
{
    /// <summary>Written from the application's source alone: no real build of it could be had to prove it on.</summary>
    public bool IsUnproven { get; init; }

    public string CpeOf(string version) => $"cpe:2.3:a:{Cpe}:{version.Replace("+", "\\+", StringComparison.Ordinal)}:*:*:*:*:*:*:*";

    /// <summary>Whether a version is one that this application can have.</summary>
    public bool IsPlausible(string version)
    {
        var parts = version.Split('.', '-', '+');
        return parts.Count(part => part.Length > 0 && char.IsAsciiDigit(part[0])) >= Plausible.Parts
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first >= Plausible.From && first <= Plausible.To;
    }
}

/// <summary>Takes a version from text.</summary>
/// <param name="Reach">Bytes before and after the anchor that it looks at.</param>
/// <param name="Take">From the text and the anchor's start and end in it; null when there is none.</param>
internal sealed record NativeVersion(int Reach, Func<string, int, int, string?> Take)
{
    private const int MaxVersion = 64;

    /// <summary>Directly behind the anchor, and one of some characters behind it.</summary>
    public static NativeVersion After(string ends) => new(MaxVersion, (text, _, end) => At(text, end, ends));

    /// <summary>Directly in front of the anchor, behind a blank or NUL.</summary>
    public static NativeVersion Before() => new(MaxVersion, (text, start, _) =>
        text.LastIndexOfAny([' ', '\0'], Math.Max(0, start - 1)) is var blank and >= 0 ? At(text, blank + 1, "-,+") : null);

    /// <summary>The nearest that stands between a string and one of some characters.</summary>
    /// <param name="back">How many characters of that string are the version's own; then no letter, digit or dot is in front of it.</param>
    /// <param name="except">A version that stands there, too, and is another's: the one that a fork is compatible with.</param>
    public static NativeVersion Near(string before, string ends, int reach, int back = 0, string? except = null) => new(reach, (text, start, _) =>
    {
        string? nearest = null;
        var distance = int.MaxValue;
        for (var at = text.IndexOf(before, StringComparison.Ordinal); at >= 0; at = text.IndexOf(before, at + 1, StringComparison.Ordinal))
            if (Math.Abs(at - start) < distance && (back == 0 || at == 0 || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] == '.')) && At(text, at + before.Length - back, ends) is { } version && version != except) (nearest, distance) = (version, Math.Abs(at - start));
        return nearest;
    });

    /// <summary>`version 36, subversion 0` of Perl 5.</summary>
    public static NativeVersion Perl() => new(MaxVersion, (text, _, end) =>
    {
        const string Middle = ", subversion ";
        var minor = Digits(text, end);
        var middle = end + minor.Length;
        if (minor.Length == 0 || !text.AsSpan(middle).StartsWith(Middle)) return null;
        var patch = Digits(text, middle + Middle.Length);
        return patch.Length == 0 ? null : $"5.{minor}.{patch}";
    });

    /// <summary>`JRE (17.0.9+9-Debian)` behind the virtual machine's own version, which up to Java 8 is another: `1.8.0_392` is of `25.392-b08`.</summary>
    public static NativeVersion Java() => new(2 * MaxVersion, (text, _, end) =>
    {
        const string Before = " JRE (";
        var at = text.IndexOf(Before, end, StringComparison.Ordinal) + Before.Length;
        if (at < Before.Length) return null;
        if (At(text, at, ")-") is { } version) return version;
        var old = At(text, at, "_");
        var update = old is null ? default : Digits(text, at + old.Length + 1);
        return update.Length is > 0 and < 5 ? $"{old}_{update}" : null;
    });

    /// <summary>
    /// Two to five numbers with dots, then perhaps a letter (`1.1.1w`), a label (`rc1`, `-beta2`) or a build (`+12`), at a place;
    /// null when there is none, or none of the characters behind it. What a distribution adds is left out.
    /// </summary>
    private static string? At(string text, int at, string ends)
    {
        var end = at;
        for (var numbers = 1; ; numbers++)
        {
            var digits = Digits(text, end).Length;
            if (digits is 0 or > 5) return null;
            end += digits;
            if (numbers == 5 || end + 1 >= text.Length || text[end] != '.' || !char.IsAsciiDigit(text[end + 1])) break;
            end++;
        }
        if (!text.AsSpan(at, end - at).Contains('.')) return null;
        if (end < text.Length && text[end] == '+' && Digits(text, end + 1).Length is > 0 and < 4 and var build) end += 1 + build;
        else
        {
            var label = end < text.Length && text[end] == '-' ? end + 1 : end;
            var letters = label;
            while (letters < text.Length && char.IsAsciiLetterLower(text[letters])) letters++;
            var number = Digits(text, letters).Length;
            if (text[label..letters] is "rc" or "beta" or "alpha" or "b" or "a" or "pre" or "dev" || (number == 0 && label == end && letters - label is 1 or 2)) end = letters + number;
        }
        return end < text.Length && ends.Contains(text[end], StringComparison.Ordinal) ? text[at..end] : null;
    }

    private static ReadOnlySpan<char> Digits(string text, int at)
    {
        var end = Math.Min(at, text.Length);
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return text.AsSpan(Math.Min(at, text.Length), end - Math.Min(at, text.Length));
    }
}
