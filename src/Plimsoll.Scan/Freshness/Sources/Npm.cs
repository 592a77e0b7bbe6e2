using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// npm's registry (https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md): `NAME`, abbreviated, has
/// `dist-tags` of which `latest` is what `npm install` takes, and `versions` by version, some with `deprecated`. At
/// `npm_config_registry`, which npm itself heeds.
/// </summary>
internal sealed class Npm() : RegistrySource(SourceId, "npm")
{
    public const string SourceId = "npm";

    private const int MostWarning = 200;

    /// <summary>As npm asks: registries that do not know the abbreviated form answer with the full one.</summary>
    protected override string Accept => "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

    protected override Uri Root(Asking asking) => RootOf(asking, "npm_config_registry", "https://registry.npmjs.org/");

    /// <summary>A scoped name is one segment: `@scope%2Fname`.</summary>
    protected override Uri Address(Uri root, Package package) => new(root, package.Name.StartsWith('@') ? $"@{Uri.EscapeDataString(package.Name[1..])}" : Uri.EscapeDataString(package.Name));

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        using var json = JsonDocument.Parse(document);
        if (json.RootElement.Member("versions").ValueKind != JsonValueKind.Object) throw new InvalidDataException("it has no versions");
        return new Published([.. json.RootElement.Member("versions").Members().Select(version => new Release(version.Name, Warning(version.Value.Member("deprecated"))))], json.RootElement.Member("dist-tags").Text("latest"));
    }

    /// <summary>As npm chooses: what `latest` names if it is in all ranges, else the newest in them, one that is not deprecated if there is any.</summary>
    protected override string? Allowed(Package package, Published published, Asking asking)
    {
        var ranges = new List<NpmRange>();
        foreach (var text in package.Locations.SelectMany(location => asking.Ranges[location.Path]).Distinct(StringComparer.Ordinal))
            if (text is not null && NpmRange.TryParse(WithoutAlias(text), out var range)) ranges.Add(range);
            else return null; // An address, a tag or a folder: any version or one only.
        if (ranges.Count == 0) return null;
        if (published.Latest is { } latest && IsAllowed(latest)) return latest;
        var allowed = published.Releases.Where(release => IsAllowed(release.Version)).ToList();
        return Newest(allowed.Where(release => release.Warning is null).Select(release => release.Version)) ?? Newest(allowed.Select(release => release.Version));

        bool IsAllowed(string version) => ranges.TrueForAll(range => range.Contains(version));
    }

    /// <summary>`npm:other@^1.2` is the package `other` under another name.</summary>
    private static string WithoutAlias(string range) => range.StartsWith("npm:", StringComparison.Ordinal) ? range.LastIndexOf('@') is > 4 and var at ? range[(at + 1)..] : "" : range;

    /// <summary>A sentence, or a mere `true`; an empty one and `false` withdraw it.</summary>
    private static string? Warning(JsonElement deprecated) => deprecated.ValueKind switch
    {
        JsonValueKind.True => "deprecated",
        JsonValueKind.String when deprecated.GetString() is { Length: > 0 } why => $"deprecated: {(why.Length > MostWarning ? why[..MostWarning] + "…" : why)}",
        _ => null,
    };
}
