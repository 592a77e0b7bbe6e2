using System.Collections.Immutable;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Plans;

/// <summary>What upgrades the packages of one kind, and how it is told to.</summary>
/// <param name="Id">For people: `apt`, `npm`.</param>
/// <param name="Command">The shell command that brings these packages; null where a person edits a file.</param>
/// <param name="DockerfileLine">The line of a Dockerfile; null where it is not done there.</param>
internal sealed record PackageManager(string Id, Func<ImmutableArray<Upgrade>, string?> Command, Func<ImmutableArray<Upgrade>, string?> DockerfileLine)
{
    /// <summary>What else to know before the command runs, a sentence.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// Every package manager that a plan names. Distributions keep the newest version of a package only, so their managers are
/// given names and bring that version or a later one; those of languages are given the exact version.
/// </summary>
internal static class PackageManagers
{
    private const string Later = "The distribution keeps only the newest version, so the one named here or a later one comes.";

    private static readonly PackageManager apt = System("apt",
        names => $"apt-get update && apt-get install -y --only-upgrade {names}",
        names => $"RUN apt-get update && apt-get install -y --only-upgrade {names} && rm -rf /var/lib/apt/lists/*");

    private static readonly PackageManager apk = System("apk", names => $"apk add --no-cache --upgrade {names}", names => $"RUN apk add --no-cache --upgrade {names}");

    private static readonly Dictionary<string, PackageManager> languages = new(StringComparer.Ordinal)
    {
        ["pypi"] = Language("pip", all => $"pip install {Each(all, one => $"{one.Name}=={one.To}")}", inImage: true),
        ["gem"] = Language("gem", all => string.Join(" && ", all.Select(one => $"gem install {Shell.Quote(one.Name)} --version {Shell.Quote(one.To)}")), inImage: true) with { Note = "With a Gemfile, set the version there and run `bundle install`." },
        ["cargo"] = Language("cargo", all => string.Join(" && ", all.Select(one => $"cargo update --package {Shell.Quote($"{one.Name}@{one.From}")} --precise {Shell.Quote(one.To)}"))),
        ["composer"] = Language("composer", all => $"composer require --with-all-dependencies {Each(all, one => $"{one.Name}:{one.To}")}"),
        ["nuget"] = Language("dotnet", all => string.Join(" && ", all.Select(one => $"dotnet add package {Shell.Quote(one.Name)} --version {Shell.Quote(one.To)}"))),
        ["maven"] = Language("maven", all => string.Join(" && ", all.Select(one => $"mvn versions:use-dep-version -Dincludes={Shell.Quote(one.Name)} -DdepVersion={Shell.Quote(one.To)} -DforceVersion=true"))) with { Note = "What another dependency brings needs its version in `dependencyManagement` of the pom.xml." },
        ["golang"] = Language("go", Go),
    };

    /// <summary>For a package of the operating system; null when the image has no manager for it.</summary>
    public static PackageManager? OfSystem(Package package, ScanResult result) => package.Purl.Type switch
    {
        "deb" => Has(result, "apt") ? apt : null,
        "apk" => Has(result, "apk-tools") ? apk : null,
        "rpm" => Rpm(result),
        _ => null,
    };

    /// <summary>For a package of a language; null for npm, whose commands depend on the project, and where nothing is known.</summary>
    public static PackageManager? OfLanguage(Package package) => languages.GetValueOrDefault(package.Purl.Type);

    private static PackageManager? Rpm(ScanResult result)
    {
        foreach (var id in (ReadOnlySpan<string>)["dnf", "dnf5", "microdnf", "tdnf", "yum", "zypper"])
            if (Has(result, id))
                return id == "zypper"
                    ? System("zypper", names => $"zypper --non-interactive update {names}", names => $"RUN zypper --non-interactive update {names} && zypper clean --all")
                    : System(id, names => $"{id} -y {(id is "yum" or "tdnf" ? "update" : "upgrade")} {names}", names => $"RUN {id} -y {(id is "yum" or "tdnf" ? "update" : "upgrade")} {names} && {id} clean all");
        return null;
    }

    private static bool Has(ScanResult result, string name) => result.Packages.Any(package => package.RemovedIn is null && package.Name == name && Upgrades.IsSystem(package));

    private static PackageManager System(string id, Func<string, string> command, Func<string, string> line)
    {
        static string Names(ImmutableArray<Upgrade> all) => string.Join(' ', all.SelectMany(one => one.Packages).Select(package => package.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Shell.Quote));
        return new PackageManager(id, all => command(Names(all)), all => line(Names(all))) { Note = Later };
    }

    private static PackageManager Language(string id, Func<ImmutableArray<Upgrade>, string?> command, bool inImage = false) =>
        new(id, command, all => inImage ? $"RUN {command(all)}" : null);

    /// <summary>The standard library comes with the compiler.</summary>
    private static string? Go(ImmutableArray<Upgrade> all)
    {
        var modules = all.Where(one => one.Name != "stdlib").ToList();
        var toolchain = all.FirstOrDefault(one => one.Name == "stdlib");
        var parts = new List<string>();
        if (toolchain is not null) parts.Add($"go get go@{Shell.Quote(toolchain.To.TrimStart('v'))}");
        if (modules.Count > 0) parts.Add($"go get {Each(modules, one => $"{one.Name}@v{one.To.TrimStart('v')}")}");
        parts.Add("go mod tidy");
        return string.Join(" && ", parts);
    }

    private static string Each(IEnumerable<Upgrade> all, Func<Upgrade, string> text) => string.Join(' ', all.Select(text).Distinct(StringComparer.Ordinal).Select(Shell.Quote));
}

/// <summary>Words for a POSIX shell: names and versions come from the image and from advisories, and must stay words.</summary>
internal static class Shell
{
    public static string Quote(string word)
    {
        foreach (var c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/' or ':' or '=' or ',' or '+' or '@' or '%'))
                return $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        return word.Length == 0 || word[0] == '-' ? $"'{word}'" : word;
    }
}
