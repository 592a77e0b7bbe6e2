using System.Collections.Immutable;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Reports.CycloneDx;

/// <summary>
/// The `bom-ref` of every package: its purl with `@`, `:` and `/` written plainly, which some consumers insist on, and
/// a number behind it where that is taken.
/// </summary>
internal sealed class References
{
    public const string Image = "image";
    public const string Os = "os";

    private readonly string[] refs;
    private readonly HashSet<string> used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> installed = new(StringComparer.Ordinal);

    public References(ImmutableArray<Package> packages)
    {
        refs = new string[packages.Length];
        // Installed packages first: dependencies mean them, not what a later layer removed.
        for (var i = 0; i < packages.Length; i++)
            if (packages[i].RemovedIn is null) installed.TryAdd(packages[i].Key, refs[i] = Take(packages[i].Purl));
        for (var i = 0; i < packages.Length; i++)
            if (packages[i].RemovedIn is not null) refs[i] = Take(packages[i].Purl);
    }

    public string this[int package] => refs[package];

    public static string Application(int index) => $"application-{index + 1}";

    /// <summary>Of a package that is part of another.</summary>
    public string Part(int package, PackageUrl part) => $"{refs[package]}|{Plain(part)}";

    /// <summary>The reference of an installed package; null when none has that key.</summary>
    public string? Find(string key) => installed.GetValueOrDefault(key);

    private string Take(PackageUrl purl)
    {
        var plain = Plain(purl);
        var reference = plain;
        for (var n = 2; !used.Add(reference); n++) reference = $"{plain}|{n}";
        return reference;
    }

    private static string Plain(PackageUrl purl)
    {
        var key = purl.ToString();
        if (!key.Contains('%', StringComparison.Ordinal)) return key;
        return key.Replace("%40", "@", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal);
    }
}
