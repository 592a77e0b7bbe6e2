using System.Text;

namespace Plimsoll.Scan.Advisories;

/// <summary>
/// How ecosystems spell names: the one place that decides which spellings are the same package, at import and at look-up.
/// Ecosystems are as OSV writes them (https://ossf.github.io/osv-schema/#affectedpackage-field): a root, and for most
/// distributions a release after a colon.
/// </summary>
internal static class EcosystemNames
{
    /// <summary>The root of OSV's ranges over commits that name no package; the name is then the repository.</summary>
    public const string Git = "GIT";

    /// <summary>`Debian` of `Debian:12`.</summary>
    public static string Root(string ecosystem) => ecosystem.Split(':', 2)[0];

    /// <summary>
    /// What a look-up finds an ecosystem by: root and release. What follows Maven's and Packagist's colon is a repository
    /// that serves the package, which images do not tell.
    /// </summary>
    public static string Key(string ecosystem) => Root(ecosystem) is "Maven" or "Packagist" ? Root(ecosystem) : ecosystem;

    /// <summary>The spelling that all spellings of one package share.</summary>
    public static string Normalise(string ecosystem, string name) => Root(ecosystem) switch
    {
        "PyPI" => Python(name),
        "NuGet" or "Packagist" or "GitHub Actions" or "VSCode" => name.ToLowerInvariant(),
        Git or "SwiftURL" => Repository(name),
        _ => name,
    };

    /// <summary>PEP 503: lower case, and runs of `-`, `_` and `.` are one `-`.</summary>
    private static string Python(string name)
    {
        var normal = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (letter is not ('-' or '_' or '.')) normal.Append(char.ToLowerInvariant(letter));
            else if (normal.Length == 0 || normal[^1] != '-') normal.Append('-');
        }
        return normal.ToString();
    }

    /// <summary>`github.com/a/b` of `https://GitHub.com/a/b.git`: forges tell neither case nor these endings apart.</summary>
    private static string Repository(string url)
    {
        var normal = url.ToLowerInvariant();
        var scheme = normal.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0) normal = normal[(scheme + 3)..];
        normal = normal.TrimEnd('/');
        return normal.EndsWith(".git", StringComparison.Ordinal) ? normal[..^4] : normal;
    }
}
