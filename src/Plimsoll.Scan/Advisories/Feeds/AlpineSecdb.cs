using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// The security databases of Alpine (https://secdb.alpinelinux.org/, one for each release and repository) and, in the
/// same format, of Wolfi and Chainguard: `distroversion`, `urlprefix`, and `packages`, each a `pkg` with the `name` of a
/// source package and `secfixes`: by the version that fixes (`0`: never was affected), identifiers, several of one
/// vulnerability in one text with spaces between them. What is not fixed is not listed. A vulnerability that stands at
/// several versions was fixed again after an incomplete fix or a relapse, so that only the last of them counts.
/// One advisory for each vulnerability of each source package.
/// </summary>
internal sealed class AlpineSecdb : AdvisoryFeed
{
    public const string FeedId = "secdb";

    /// <summary>Where Alpine has a folder for each release, `v3.20/main.json` and `v3.20/community.json`.</summary>
    public const string Publisher = "https://secdb.alpinelinux.org/";

    /// <summary>Wolfi's and Chainguard's, which a mirror has as `wolfi/security.json` and `chainguard/security.json`.</summary>
    public const string WolfiPublisher = "https://packages.wolfi.dev/os/security.json";
    public const string ChainguardPublisher = "https://packages.cgr.dev/chainguard/security.json";

    /// <summary>The repositories of a release that have a database.</summary>
    public static readonly ImmutableArray<string> FileNames = ["community.json", "main.json"];

    public override string Id => FeedId;
    public override string Describes => "The security databases of Alpine, Wolfi and Chainguard: which version of a package fixes what";
    public override TimeSpan StaleAfter => TimeSpan.FromDays(7);

    public override string? PartOf(string path) => path.Split('/') switch
    {
        [FeedId, "wolfi", "security.json"] => "Wolfi",
        [FeedId, "chainguard", "security.json"] => "Chainguard",
        [FeedId, var release, var file] when FileNames.Contains(file) && release.Length is > 0 and < 20 => $"Alpine:{release}",
        _ => null,
    };

    /// <exception cref="UnreadableException">It is no database, or not all of it.</exception>
    public static void Read(Stream source, string where, Action<Advisory> add, ProblemLog problems)
    {
        string? release = null, prefix = null;
        var hasPackages = false;
        var waiting = new List<(string Name, List<(string Version, string[] Ids)> Fixes)>();
        JsonStream.Read(source, where, problems, json => json.Members("the document", name =>
        {
            if (name == "distroversion") json.Value("`distroversion`", value => release = value.AsText());
            else if (name == "urlprefix") json.Value("`urlprefix`", value => prefix = value.AsText());
            else if (name == "packages")
            {
                hasPackages = true;
                json.Items("`packages`", () => json.Value("a package", value => ReadPackage(value, where, waiting, problems)));
            }
        }));
        var ecosystem = Ecosystem(release, prefix);
        if (!hasPackages) throw new UnreadableException(ProblemKind.Malformed, "expected a member `packages`, but there is none");
        if (ecosystem is null) throw new UnreadableException(ProblemKind.Malformed, $"expected `distroversion`, or the `urlprefix` of Wolfi or Chainguard, but found `{release}` and `{prefix}`");
        foreach (var (name, fixes) in waiting) Add(ecosystem, name, fixes, add);
    }

    protected override void Read(FeedFile file, AdvisoryImport to, CancellationToken cancelled) => FeedContent.Read(file, content => Read(content, file.Path, advisory =>
    {
        cancelled.ThrowIfCancellationRequested();
        to.Add(file.Path, advisory);
    }, to.Problems));

    /// <summary>`Alpine:v3.20`, `Alpine:edge`; Wolfi and Chainguard have no releases.</summary>
    private static string? Ecosystem(string? release, string? prefix) =>
        !string.IsNullOrEmpty(release) ? $"Alpine:{release}"
        : prefix is null ? null
        : prefix.Contains("wolfi", StringComparison.Ordinal) ? "Wolfi"
        : prefix.Contains("cgr.dev", StringComparison.Ordinal) ? "Chainguard"
        : null;

    /// <summary>The release may stand behind the packages, so they wait: the largest database known has 2,000 of them.</summary>
    private static void ReadPackage(JsonElement item, string where, List<(string Name, List<(string Version, string[] Ids)> Fixes)> waiting, ProblemLog problems)
    {
        var package = item.Member("pkg");
        if (package.Text("name") is not { Length: > 0 } name || package.Member("secfixes").ValueKind != JsonValueKind.Object)
        {
            problems.Report(ProblemKind.Malformed, where, $"expected a `pkg` with `name` and `secfixes`, but found none in an item of `packages` (name `{package.Text("name")}`); it was left out");
            return;
        }
        var fixes = new List<(string Version, string[] Ids)>();
        foreach (var fix in package.Member("secfixes").Members())
            foreach (var entry in fix.Value.Items())
                if (entry.AsText()?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ids) fixes.Add((fix.Name, ids));
                else problems.Report(ProblemKind.Malformed, where, $"`{name}` has an entry without identifiers at version `{fix.Name}`; it was left out");
        waiting.Add((name, fixes));
    }

    private static void Add(string ecosystem, string name, List<(string Version, string[] Ids)> fixes, Action<Advisory> add)
    {
        foreach (var same in fixes.GroupBy(fix => fix.Ids[0], StringComparer.Ordinal))
        {
            var versions = same.Select(fix => fix.Version).Where(version => version != "0").Distinct(StringComparer.Ordinal).ToList();
            add(new Advisory
            {
                Id = same.Key,
                Feed = FeedId,
                Aliases = [.. same.SelectMany(fix => fix.Ids).Where(id => id != same.Key).Distinct(StringComparer.Ordinal)],
                Affected =
                [
                    new AffectedPackage
                    {
                        Ecosystem = ecosystem,
                        Name = name,
                        Ranges = [.. versions.Select(FeedRanges.Until)],
                        Status = versions.Count == 0 ? AffectedStatus.NotAffected : AffectedStatus.Affected,
                    },
                ],
                References = ecosystem.StartsWith("Alpine:", StringComparison.Ordinal) && same.Key.StartsWith("CVE-", StringComparison.Ordinal) ? [$"https://security.alpinelinux.org/vuln/{same.Key}"] : [],
            });
        }
    }
}
