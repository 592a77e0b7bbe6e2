using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Bills;

/// <summary>
/// Components as packages. Equal ones are joined; what has no purl is a problem, since nothing else says which
/// package of which ecosystem it is, and so is what has no version.
/// </summary>
/// <param name="foundBy">What packages are said to be found by where the bill does not say it.</param>
/// <param name="isOwn">Whether Plimsoll wrote the bill.</param>
internal sealed class BillInventory(string path, ProblemLog problems, Dictionary<string, string> licenseTexts, string foundBy, bool isOwn)
{
    private static readonly string[] scoped = ["npm", "maven", "golang", "composer", "github", "huggingface", "swift"];

    private readonly Dictionary<(string Key, int? RemovedIn), Item> items = [];
    private readonly Dictionary<string, Item> byReference = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> needs = new(StringComparer.Ordinal);
    private int data;
    private int excluded;

    public IEnumerable<string> Notes
    {
        get
        {
            if (data > 0) yield return $"{data:N0} components are files, data or keys without a purl: no packages.";
            if (excluded > 0) yield return $"{excluded:N0} components are not listed: the bill of materials excludes them from what it describes.";
        }
    }

    public void Add(Component component)
    {
        var removedIn = isOwn ? component.Properties.Number("plimsoll:removedIn") : null;
        if (string.IsNullOrEmpty(component.Purl))
        {
            if (component.Kind == ComponentKind.Data) data++;
            else problems.Report(ProblemKind.Malformed, path, $"the component {component.Title} has no purl, so it is not known which package it is; it was left out");
            return;
        }
        if (!PackageUrlParser.TryParse(component.Purl, out var purl))
        {
            problems.Report(ProblemKind.Malformed, path, $"the component {component.Title} has the purl `{component.Purl}`, which is none; it was left out");
            return;
        }
        if (component.IsExcluded && removedIn is null)
        {
            excluded++;
            return;
        }
        if (isOwn && Owner(component) is { } owner)
        {
            owner.Contains.Add(purl);
            return;
        }
        if (string.IsNullOrEmpty(component.Version) && string.IsNullOrEmpty(purl.Version))
            problems.Report(ProblemKind.Malformed, path, $"the component {component.Title} has no version; it is listed without one");
        if (string.IsNullOrEmpty(purl.Version) && !isOwn) purl = purl with { Version = component.Version };
        Join(component, Package(component, purl), removedIn);
    }

    /// <summary>A dependency on or of something that is no package leads to none; what it is not is told elsewhere.</summary>
    /// <param name="all">Every component of the bill, packages or not.</param>
    public void Link(List<(string From, string To)> dependencies, List<Component> all)
    {
        var known = all.Select(component => component.Reference).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (from, to) in dependencies)
            if ((known.Contains(from) ? known.Contains(to) ? null : to : from) is { } missing)
                problems.Report(ProblemKind.Malformed, path, $"`{from}` depends on `{to}`, but nothing in the bill has the reference `{missing}`; the dependency was left out");
            else if (byReference.TryGetValue(to, out var needed))
            {
                if (byReference.TryGetValue(from, out var item)) item.Needs(needed);
                else needs.TryAdd(from, needed.Package.Key);
            }
    }

    /// <summary>Key of the package that a component which is none comes from.</summary>
    public string? FirstNeedOf(Component component) => component.Reference is { } reference ? needs.GetValueOrDefault(reference) : null;

    public ImmutableArray<Package> ToPackages() =>
        [.. items.Values.Select(item => item.ToPackage()).OrderBy(package => package.Key, StringComparer.Ordinal).ThenBy(package => package.RemovedIn ?? int.MaxValue)];

    private void Join(Component component, Package package, int? removedIn)
    {
        var key = (package.Key, removedIn);
        if (items.TryGetValue(key, out var item)) item.Merge(package);
        else items.Add(key, item = new Item(package with { RemovedIn = removedIn }));
        if (component.Reference is not { } reference) return; // Nothing can depend on it.
        if (!byReference.TryAdd(reference, item) && byReference[reference] != item)
            problems.Report(ProblemKind.Malformed, path, $"the reference `{reference}` names several components; dependencies are those of the first");
    }

    /// <summary>The OS package of ours that installed this one; null for a package that stands for itself.</summary>
    private Item? Owner(Component component) =>
        component.Within?.Reference is { } outer && byReference.TryGetValue(outer, out var item) ? item
        : component.Properties.First("plimsoll:partOf") is { } key ? items.GetValueOrDefault((key, (int?)null))
        : null;

    private Package Package(Component component, PackageUrl purl) => new()
    {
        Purl = purl,
        Name = NameOf(component, purl),
        Version = string.IsNullOrEmpty(component.Version) ? purl.Version ?? "" : component.Version,
        Cpe = string.IsNullOrEmpty(component.Cpe) ? null : component.Cpe,
        SourceName = component.Properties.First("plimsoll:source:name"),
        SourceVersion = component.Properties.First("plimsoll:source:version"),
        Architecture = isOwn ? component.Properties.First("plimsoll:architecture") : purl.Qualifiers.GetValueOrDefault("arch"),
        Licenses = component.LicenseExpression is { } license ? [licenseTexts.GetValueOrDefault(license, license)] : component.Licenses,
        Supplier = string.IsNullOrEmpty(component.Supplier) ? null : component.Supplier,
        Locations = component.Locations.IsEmpty && component.Properties.First("cdx:npm:package:path") is { Length: > 0 } folder ? [new Location(folder)] : component.Locations,
        FoundBy = component.Properties.First("plimsoll:foundBy") ?? foundBy,
        OwnedFiles = component.Properties.Number("plimsoll:ownedFiles"),
        Origin = OwnFacts.Origin(component.Properties.First("plimsoll:origin")),
        IsGuess = isOwn && component.IsUnsure,
    };

    /// <summary>As the ecosystem writes it: with its scope or group where that is part of the name, which only some bills write so.</summary>
    private string NameOf(Component component, PackageUrl purl)
    {
        var name = component.Name.Length > 0 ? component.Name : purl.Name;
        if (!isOwn && (!scoped.Contains(purl.Type) || name.AsSpan().ContainsAny('/', ':'))) return name;
        var space = isOwn || !string.IsNullOrEmpty(component.Group) ? component.Group : purl.Namespace;
        return string.IsNullOrEmpty(space) ? name : purl.Type == "maven" ? $"{space}:{name}" : $"{space}/{name}";
    }

    /// <summary>A package in the making.</summary>
    private sealed class Item(Package first)
    {
        private readonly HashSet<Location> locations = [.. first.Locations];
        private readonly HashSet<string> licenses = new(first.Licenses, StringComparer.Ordinal);
        private readonly HashSet<string> dependencies = new(StringComparer.Ordinal);

        public Package Package => first;
        public HashSet<PackageUrl> Contains { get; } = [];

        public void Merge(Package same)
        {
            locations.UnionWith(same.Locations);
            licenses.UnionWith(same.Licenses);
        }

        public void Needs(Item needed)
        {
            if (needed != this) dependencies.Add(needed.Package.Key);
        }

        public Package ToPackage() => first with
        {
            Locations = [.. locations.Order()],
            Licenses = [.. licenses.Order(StringComparer.Ordinal)],
            Dependencies = [.. dependencies.Order(StringComparer.Ordinal)],
            Contains = [.. Contains.OrderBy(purl => purl.ToString(), StringComparer.Ordinal)],
        };
    }
}
