using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// OSV (https://google.github.io/osv.dev/data/): a folder for each ecosystem, with an `all.zip` of its records. A
/// mirror has these folders at its top or in `osv/`.
/// </summary>
internal sealed class OsvFeed : AdvisoryFeed
{
    private const string File = "all.zip";

    public override string Id => "osv";

    public override string Describes => "OSV: advisories of package ecosystems and distributions, an archive for each";

    /// <summary>The archives are made anew several times a day.</summary>
    public override TimeSpan StaleAfter => TimeSpan.FromDays(7);

    public override string? PartOf(string path) => path.Split('/') switch
    {
        [var ecosystem, File] when ecosystem != Id => Ecosystem(ecosystem),
        ["osv", var ecosystem, File] => Ecosystem(ecosystem),
        _ => null,
    };

    protected override void Read(FeedFile file, AdvisoryImport to, CancellationToken cancelled)
    {
        var faults = new List<string>();
        new OsvArchive(file).Read((where, json) =>
        {
            faults.Clear();
            var advisory = OsvReader.Read(json, Id, faults);
            if (faults.Count > 0) to.Fault(ProblemKind.Malformed, where, string.Join("; ", faults) + (advisory is null ? "; it is not imported" : "; the rest of it is imported"));
            if (advisory is not null) to.Add(where, advisory);
        }, (where, why) => to.Fault(why.Kind, where, why.Message), cancelled);
    }

    /// <summary>Servers and mirrors write `Red%20Hat` for `Red Hat`.</summary>
    private static string? Ecosystem(string folder) => Uri.UnescapeDataString(folder) is { Length: > 0 and <= 100 } name && !name.Any(char.IsControl) ? name : null;
}
