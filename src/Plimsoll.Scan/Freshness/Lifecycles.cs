using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>How long the system, the applications and what they run on are supported, from the lifecycle data of a database.</summary>
internal sealed class Lifecycles
{
    private readonly LifecycleTable table;
    private readonly ScanResult result;
    private readonly ImageFiles? files;
    private readonly DateOnly today;
    private readonly Products products;
    private readonly List<SupportFinding> findings = [];
    private readonly List<string> notes = [];

    private Lifecycles(LifecycleTable table, ScanResult result, ImageFiles? files, DateOnly today)
    {
        (this.table, this.result, this.files, this.today) = (table, result, files, today);
        products = new Products(table, result.Os);
    }

    /// <param name="folder">Of the database.</param>
    /// <param name="files">Null for a bill of materials, which has none.</param>
    public static Support Judge(string folder, ScanResult result, ImageFiles? files, DateTimeOffset now, ProblemLog problems)
    {
        try
        {
            using var data = LifecycleTable.OpenIn(folder);
            if (data is null) return new Support { Notes = ["There are no lifecycle data, so nothing is known of ends of life; `plimsoll db update --ecosystems lifecycle` fetches them."] };
            var lifecycles = new Lifecycles(data, result, files, DateOnly.FromDateTime(now.UtcDateTime));
            lifecycles.System();
            lifecycles.Applications();
            lifecycles.Packages();
            return lifecycles.Support(folder, now);
        }
        catch (PlimsollException damaged)
        {
            problems.Report(ProblemKind.Unreadable, EndOfLife.FeedId, $"{damaged.Message.TrimEnd('.')}; nothing is known of ends of life");
            return new Support { Notes = ["The lifecycle data are damaged, so nothing is known of ends of life; `plimsoll db update --ecosystems lifecycle` fetches them anew."] };
        }
    }

    private void System()
    {
        if (result.Os is not { } os) return; // The report says that the system is unknown.
        if (LifecycleProducts.OfSystem(os) is not { } id || table.Find(id) is not { } product) notes.Add($"The lifecycle data do not know the system `{os.Id}`, so nothing is known of its end of life.");
        else findings.Add(Judging.Judge(product, SupportSubject.System, os.VersionId, os.VersionCodename, today));
    }

    private void Applications()
    {
        foreach (var application in result.Applications)
        {
            if (LifecycleProducts.OfApplication(application.Name) is not { } id || table.Find(id) is not { } product) continue; // A user's own program has no lifecycle there.
            var package = result.Packages.FirstOrDefault(package => package.Key == application.PackageKey);
            findings.Add(Judging.Judge(product, SupportSubject.Application, application.Version, codename: null, today) with
            {
                MaintainedBy = package is null ? null : products.MaintainerOf(package),
                Packages = package is null ? [] : [package.Key],
            });
        }
    }

    private void Packages()
    {
        foreach (var package in result.Packages)
        {
            if (package.RemovedIn is not null) continue; // It is not there any more.
            if (package.Purl is { Type: "generic", Name: "openjdk" }) JavaRuntime(package);
            else if (products.Of(package) is var (id, version) && table.Find(id) is { } product) Add(product, version, package);
        }
    }

    private void JavaRuntime(Package package)
    {
        if (files is not null && package.Locations.Select(location => Products.OfJavaRuntime(files, location.Path)).FirstOrDefault(id => id is not null) is { } id && table.Find(id) is { } product) Add(product, Products.JavaVersion(package.Version), package);
        else notes.Add($"Who built OpenJDK {package.Version} is not known, so neither is its end of life.");
    }

    private void Add(Core.Lifecycles.Lifecycle product, string version, Package package) =>
        findings.Add(Judging.Judge(product, SupportSubject.Package, version, codename: null, today) with { MaintainedBy = products.MaintainerOf(package), Packages = [package.Key] });

    private Support Support(string folder, DateTimeOffset now)
    {
        var asOf = FeedStates.Read(folder).Find(EndOfLife.FeedId, EndOfLife.FeedId).Checked is { } confirmed && confirmed > table.Header.Fetched ? confirmed : table.Header.Fetched;
        if (now - asOf > new EndOfLife().StaleAfter)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The lifecycle data are {(now - asOf).TotalDays:N0} days old; newer releases and changed dates are not known. `plimsoll db update --ecosystems lifecycle` fetches them."));
        return new Support { AsOf = asOf, Findings = Merge(findings), Notes = [.. notes.Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>The application and its packages are one finding, if they are the same version of the same product.</summary>
    private static ImmutableArray<SupportFinding> Merge(IEnumerable<SupportFinding> all) =>
    [
        .. all.GroupBy(finding => (finding.Product, finding.Version, finding.MaintainedBy))
            .Select(same => same.MinBy(finding => finding.Subject)! with { Packages = [.. same.SelectMany(finding => finding.Packages).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] })
            .OrderBy(finding => finding.Subject).ThenBy(finding => finding.Title, StringComparer.Ordinal).ThenBy(finding => finding.Version, StringComparer.Ordinal).ThenBy(finding => finding.MaintainedBy, StringComparer.Ordinal),
    ];
}
