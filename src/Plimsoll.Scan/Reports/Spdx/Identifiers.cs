using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Reports.Spdx;

/// <summary>
/// The `SPDXID` of every element: `SPDXRef-` and letters, digits, `.` and `-` (SPDX 2.3, 7.2). Those of packages are
/// made from type, name and version, with a number behind where that is taken.
/// </summary>
internal sealed class Identifiers
{
    public const string Document = "SPDXRef-DOCUMENT";
    public const string Image = "SPDXRef-Image";
    public const string Os = "SPDXRef-OperatingSystem";

    /// <summary>Characters of a name that are kept; the whole of it is in the element.</summary>
    private const int Longest = 120;

    private readonly string[] ids;
    private readonly ImmutableArray<(PackageUrl Purl, string Id)>[] parts;
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> byKey = new(StringComparer.Ordinal);

    public Identifiers(ImmutableArray<Package> packages)
    {
        ids = new string[packages.Length];
        parts = new ImmutableArray<(PackageUrl, string)>[packages.Length];
        for (var i = 0; i < packages.Length; i++) byKey.TryAdd(packages[i].Key, ids[i] = Take(packages[i].Purl));
        for (var i = 0; i < packages.Length; i++) parts[i] = [.. packages[i].Contains.Distinct().Select(part => (part, Take(part)))];
    }

    public string this[int package] => ids[package];

    public static string Application(int index) => $"SPDXRef-Application-{index + 1}";

    /// <summary>Of the packages that are part of a package.</summary>
    public ImmutableArray<(PackageUrl Purl, string Id)> Parts(int package) => parts[package];

    /// <summary>Null when no package has that key.</summary>
    public string? Find(string key) => byKey.GetValueOrDefault(key);

    /// <summary>Everything but letters, digits and `.` becomes one `-`.</summary>
    public static string Clean(string text)
    {
        var to = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var c in text)
        {
            if (to.Length == Longest) break; // Only a name for people is cut; what it names is told elsewhere.
            if (char.IsAsciiLetterOrDigit(c) || c == '.') to.Append(c);
            else if (to.Length > 0 && to[^1] != '-') to.Append('-');
        }
        return to.ToString().TrimEnd('-');
    }

    private string Take(PackageUrl purl)
    {
        var plain = "SPDXRef-Package-" + Clean($"{purl.Type}-{purl.Namespace}-{purl.Name}-{purl.Version}");
        var id = plain;
        for (var n = 2; !used.Add(id); n++) id = $"{plain}-{n}";
        return id;
    }
}
