using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Plans;

/// <summary>What is known of a newer base image: by its name, by how long its system is supported, and by its registry's tags where they were asked for.</summary>
internal sealed class BaseUpgrade
{
    private readonly string? name;
    private readonly SupportFinding? ended;
    private readonly string? newer;

    public BaseUpgrade(ScanResult result)
    {
        name = result.Image.Base?.Name;
        ended = result.Support?.Findings.FirstOrDefault(finding => finding is { Subject: SupportSubject.System, IsPastEnd: true, MoveTo: not null });
        newer = name is null ? null : ended is not null ? Newer(name, ended) : Tagged(name, result.Freshness);
    }

    /// <summary>Whether the base has to change even if that fixes no finding.</summary>
    public bool IsDue => ended is not null;

    public string Title => (name, ended) switch
    {
        (null, null) => "rebuild on a newer base image",
        (null, { } end) => $"move to a base image with {end.Title} {end.MoveTo!.Name}",
        ({ } known, null) => newer is not null ? $"upgrade base image {known} to {newer}" : $"rebuild on the newest build of {known}",
        ({ } known, { } end) => newer is not null ? $"upgrade base image {known} to {newer}" : $"upgrade base image {known} to one with {end.Title} {end.MoveTo!.Name}",
    };

    public string? Command => name is not null && (ended is null || newer is not null) ? "docker build --pull ." : null;

    public string? DockerfileLine => newer is not null ? $"FROM {newer}" : name is not null && ended is null ? $"FROM {name}" : null;

    public string? Reason => ended is null ? null : $"{ended.Title} {ended.Cycle} is past its end of life.";

    /// <summary>For who upgrades the packages of a system that is past its end.</summary>
    public string? SystemNote => ended is null ? null : $"{ended.Title} {ended.Cycle} is past its end of life: no further fixes come, so move to {ended.Title} {ended.MoveTo!.Name}.";

    public IEnumerable<string> Notes
    {
        get
        {
            if (name is null) yield return "The name of the base image is not known: `--base` with an image that has one tells it.";
            yield return "That the newer base image has the fixed versions is expected, not seen: `plimsoll diff` of both images shows it.";
        }
    }

    /// <summary>Whatever a base image with a name brings is upgraded there.</summary>
    public bool Brings(Upgrade upgrade) => name is not null && upgrade.Packages.All(package => package.Origin == LayerOrigin.Base);

    /// <summary>The newest tag of the same major version that the registry has; null when it was not asked or has none.</summary>
    private static string? Tagged(string name, NewestVersions? freshness)
    {
        var colon = name.LastIndexOf(':');
        var tag = freshness?.Images.FirstOrDefault(image => image is { IsBase: true, Standing: Standing.Behind })?.NewestOfMajor;
        return tag is null || colon <= name.LastIndexOf('/') || name.Contains('@', StringComparison.Ordinal) ? null : $"{name[..colon]}:{tag}";
    }

    /// <summary>The name with another release in its tag, where the tag begins with the one that ended: `debian:10-slim`. Null where nothing tells how it is called.</summary>
    private static string? Newer(string name, SupportFinding ended)
    {
        var colon = name.LastIndexOf(':');
        if (colon <= name.LastIndexOf('/') || ended.Cycle is not { } cycle || name.Contains('@', StringComparison.Ordinal)) return null;
        var tag = name[(colon + 1)..];
        if (!name[..colon].EndsWith(ended.Product, StringComparison.OrdinalIgnoreCase) || !tag.StartsWith(cycle, StringComparison.Ordinal)) return null;
        var rest = tag[cycle.Length..];
        return rest.Length == 0 || rest[0] == '-' ? $"{name[..(colon + 1)]}{ended.MoveTo!.Name}{rest}" : null;
    }
}
