using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Vex;

/// <summary>Whether a package is what a package URL names (ECMA-427): what the URL leaves out fits anything, what it names has to be the same.</summary>
internal static class PurlMatch
{
    public static bool Fits(PackageUrl named, Package package)
    {
        var own = package.Purl;
        if (named.Type != own.Type || !Same(named.Namespace, own.Namespace) || (named.Subpath is not null && named.Subpath != own.Subpath)) return false;
        // `arch=source` names a distribution's source package, and with it all that is built from it.
        if (named.Qualifiers.GetValueOrDefault("arch") == "source")
            return Same(named.Name, package.SourceName ?? package.Name) && (named.Version is null || named.Version == (package.SourceVersion ?? package.Version)) && Fit(named, own, except: "arch");
        return Same(named.Name, own.Name) && (named.Version is null || named.Version == own.Version) && Fit(named, own, except: null);
    }

    private static bool Fit(PackageUrl named, PackageUrl own, string? except) =>
        named.Qualifiers.All(qualifier => qualifier.Key == except || own.Qualifiers.GetValueOrDefault(qualifier.Key) == qualifier.Value);

    /// <summary>npm, PyPI and distributions have names in lower case, and others do not tell packages apart by it.</summary>
    private static bool Same(string? left, string? right) => string.Equals(left ?? "", right ?? "", StringComparison.OrdinalIgnoreCase);
}
