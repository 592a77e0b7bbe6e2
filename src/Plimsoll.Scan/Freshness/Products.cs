using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>Says of packages which product of endoflife.date they are releases of, in which upstream version.</summary>
internal sealed class Products(LifecycleTable table, OsRelease? os)
{
    /// <summary>
    /// Marks in versions of packages that vendors and not the distribution made for it: PostgreSQL's and NodeSource's
    /// repositories, deb.sury.org, MariaDB, Remi, nginx for rpm.
    /// </summary>
    private static readonly string[] vendors = ["pgdg", "nodesource", "sury.org", "+maria~", ".remi", ".ngx"];

    private static readonly char[] endOfName = [.. "0123456789."];

    /// <summary>Null for what is no release of a product that the data know.</summary>
    public (string Product, string Version)? Of(Package package) => IsOsPackage(package)
        ? OfOsPackage(package) is { } product ? (product, Naming.Upstream(package)) : null
        : package.Purl switch
        {
            { Type: "generic" } => With(LifecycleProducts.OfApplication(package.Name) ?? table.FindByPurl(package.Purl).FirstOrDefault(), package.Version),
            { Type: "golang", Namespace: null or "", Name: "stdlib" } => ("go", package.Version),
            { Type: "maven", Namespace: "org.apache.tomcat" or "org.apache.tomcat.embed", Name: "tomcat-catalina" or "tomcat-embed-core" } => ("tomcat", package.Version),
            var purl => With(table.FindByPurl(purl).FirstOrDefault(), package.Version.TrimStart('v')),
        };

    /// <summary>The distribution that answers for a package; null when a vendor or nobody known does.</summary>
    public string? MaintainerOf(Package package)
    {
        if (!IsOsPackage(package) || os is null || Array.Exists(vendors, mark => package.Version.Contains(mark, StringComparison.Ordinal))) return null;
        // nginx.org, Docker and MySQL end their versions in `~bookworm`; Debian's own end in `~deb12u1` and `~bpo12+1`.
        if (os.VersionCodename is { Length: > 0 } codename && package.Version.EndsWith($"~{codename}", StringComparison.Ordinal)) return null;
        return os.VersionId is null ? os.Id : $"{os.Id} {os.VersionId}";
    }

    private string? OfOsPackage(Package package)
    {
        var source = package.SourceName ?? package.Name;
        var bare = source.TrimEnd(endOfName).TrimEnd('-');
        return (source, bare) switch
        {
            ("apache2", _) => "apache-http-server",
            (_, "openjdk") => null, // Each distribution builds it by itself; no cycle of the data is theirs.
            _ => LifecycleProducts.OfApplication(source) ?? LifecycleProducts.OfApplication(bare)
                ?? table.FindByPurl(package.Purl with { Name = source }).FirstOrDefault()
                ?? table.FindByRepology(source).FirstOrDefault() ?? (bare.Length > 2 ? table.FindByRepology(bare).FirstOrDefault() : null),
        };
    }

    private static bool IsOsPackage(Package package) => package.Purl.Type is "deb" or "apk" or "rpm" or "alpm";

    private static (string, string)? With(string? product, string version) => product is null ? null : (product, version);

    /// <summary>Who built a Java runtime decides how long it is supported. Its file `release` (OpenJDK's build, `IMPLEMENTOR="…"`) says who.</summary>
    /// <param name="file">Of the runtime: its libjvm.so, or that file.</param>
    public static string? OfJavaRuntime(ImageFiles files, string file)
    {
        if (!files.TryFind(file, out var at)) return null;
        for (var folder = at.Parent; !folder.IsRoot; folder = folder.Parent)
            if (folder.TryFind("release", out var release) && release.IsFile) return OfBuilder(release);
        return null;
    }

    /// <summary>Java 8 calls itself 1.8.0_392, and its builders call it 8u392.</summary>
    public static string JavaVersion(string version) => version.StartsWith("1.", StringComparison.Ordinal) ? version["1.".Length..].Replace(".0_", "u", StringComparison.Ordinal) : version;

    private static string? OfBuilder(ImageFile release)
    {
        const int MostBytes = 64 << 10; // It has a few KB: a line for each module.
        string text;
        try
        {
            text = System.Text.Encoding.UTF8.GetString(release.ReadBytes(MostBytes).Span);
        }
        catch (UnreadableException)
        {
            return null; // Whoever asked says that the builder is not known.
        }
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith("IMPLEMENTOR=", StringComparison.Ordinal));
        return line?["IMPLEMENTOR=".Length..].Trim(' ', '\r', '"') switch
        {
            "Eclipse Adoptium" or "AdoptOpenJDK" => "eclipse-temurin",
            "Amazon.com Inc." => "amazon-corretto",
            "Azul Systems, Inc." => "azul-zulu",
            "BellSoft" => "bellsoft-liberica",
            "International Business Machines Corporation" => "ibm-semeru-runtime",
            "Microsoft" => "microsoft-build-of-openjdk",
            "Oracle Corporation" => "openjdk-builds-from-oracle",
            "Red Hat, Inc." => "red-hat-build-of-openjdk",
            "SAP SE" => "sapmachine",
            _ => null,
        };
    }
}
