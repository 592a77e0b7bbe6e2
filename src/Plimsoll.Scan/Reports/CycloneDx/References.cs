using System.Collections.Immutable;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Reports.CycloneDx;

/// <summary>The `bom-ref` of every package: its purl, or that with a number where another version of it in the image has taken it.</summary>
internal sealed class References
{
    public const string Image = "image";
    public const string Os = "os";

    private readonly string[] refs;
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    public References(ImmutableArray<Package> packages)
    {
        refs = new string[packages.Length];
        // Installed packages first: dependencies mean them, not what a later layer removed.
        for (var i = 0; i < packages.Length; i++)
            if (packages[i].RemovedIn is null) refs[i] = Take(packages[i].Key);
        for (var i = 0; i < packages.Length; i++)
            if (packages[i].RemovedIn is not null) refs[i] = Take(packages[i].Key);
    }

    public string this[int package] => refs[package];

    public static string Application(int index) => $"application-{index + 1}";

    /// <summary>Of a package that is part of another.</summary>
    public string Part(int package, PackageUrl part) => $"{refs[package]}|{part}";

    public bool Exists(string reference) => used.Contains(reference);

    private string Take(string key)
    {
        var reference = key;
        for (var n = 2; !used.Add(reference); n++) reference = $"{key}|{n}";
        return reference;
    }
}
