using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Bills;

/// <summary>What a bill of materials says, gathered in any order; <see cref="ToResult"/> makes one result of it.</summary>
internal sealed class Bill(string path, ProblemLog problems, Limits limits)
{
    /// <summary>Components: ten times what the largest real images have.</summary>
    internal const int MostComponents = 500_000;

    /// <summary>Dependencies of all components together; npm's largest trees have some ten thousand.</summary>
    internal const int MostDependencies = 2_000_000;

    private readonly List<Component> components = [];
    private readonly List<(string From, string To)> dependencies = [];
    private readonly HashSet<string> described = new(StringComparer.Ordinal);
    private readonly HashSet<string> incomplete = new(StringComparer.Ordinal);
    private readonly List<string> notes = [];
    private string? saidIncomplete;

    public ProblemLog Problems => problems;

    /// <summary>`cyclonedx` or `spdx`.</summary>
    public string Format { get; set; } = "";

    /// <summary>What the bill is about; null until it is known.</summary>
    public Component? Subject { get; set; }

    public BillProperties Properties { get; set; } = BillProperties.None;

    /// <summary>Texts of the licences that the bill lists by names of its own.</summary>
    public Dictionary<string, string> LicenseTexts { get; } = new(StringComparer.Ordinal);

    public void Add(Component component)
    {
        if (components.Count == MostComponents) problems.Report(ProblemKind.LimitReached, path, $"it has more than {MostComponents:N0} components; the others were not read");
        if (components.Count <= MostComponents) components.Add(component); // One more than the limit, so that it is said once.
    }

    public void Depend(string from, string to)
    {
        if (dependencies.Count == MostDependencies) problems.Report(ProblemKind.LimitReached, path, $"it has more than {MostDependencies:N0} dependencies; the others were not read");
        if (dependencies.Count <= MostDependencies) dependencies.Add((from, to));
    }

    public void Describe(string reference) => described.Add(reference);
    public void IncompleteIfSubject(string reference) => incomplete.Add(reference);
    public void SaysIncomplete(string how) => saidIncomplete ??= how;
    public void Malformed(string message) => problems.Report(ProblemKind.Malformed, path, message);

    public ScanResult ToResult()
    {
        if (components.Count > MostComponents) components.RemoveAt(MostComponents);
        FindSubject();
        var own = OwnFacts.Of(this, limits);
        var inventory = new BillInventory(path, problems, LicenseTexts, $"sbom/{Format}", own is not null);
        OsRelease? os = null;
        var applications = new List<(Component Component, Application Application)>();
        foreach (var component in components)
        {
            if (ReferenceEquals(component, Subject) && !IsPackageToo(component)) continue; // It is what the result is about.
            if (own?.Application(component) is { } application) applications.Add((component, application));
            else if (component.Kind == ComponentKind.System && os is null) os = System(component);
            else inventory.Add(component);
        }
        inventory.Link(dependencies, components);
        var packages = inventory.ToPackages();
        ReportIncomplete(own);
        notes.AddRange(inventory.Notes);
        return new ScanResult
        {
            Image = Image(own),
            Os = os,
            Applications = [.. applications.Select(pair => pair.Application with { PackageKey = inventory.FirstNeedOf(pair.Component) })],
            ApplicationNote = own is null ? "A bill of materials of another tool does not say how a container is started, so its application is not known." : own.ApplicationNote,
            Packages = packages,
            Problems = [.. problems.All().Concat(own?.Problems ?? []).Distinct().Order()],
            Notes = [.. own?.Notes ?? [], .. notes],
            Counts = new ScanCounts(0, 0, 0, null),
        };
    }

    /// <summary>SPDX names it by reference; CycloneDX has it apart, but as a package it counts like the others.</summary>
    private void FindSubject()
    {
        if (Subject is not null) components.Insert(0, Subject);
        else if (described.Count == 1) Subject = components.Find(component => component.Reference is { } reference && described.Contains(reference));
        if (Subject?.Reference is { } about && incomplete.Contains(about)) SaysIncomplete("what it describes contains `NOASSERTION`");
    }

    /// <summary>A project or program with a purl of its own is one of the packages; an image is not.</summary>
    private static bool IsPackageToo(Component subject) =>
        subject.Purl is { } text && PackageUrlParser.TryParse(text, out var purl) && purl.Type is not ("oci" or "docker");

    private Image Image(OwnFacts? own)
    {
        var image = new Image { Reference = path, Source = SourceKind.Sbom };
        if (own is not null) return own.Image(image);
        if (Subject is not { } about) return image;
        if (!about.IsContainer)
        {
            if (!IsPackageToo(about)) notes.Add($"The bill of materials is about {about.Title}.");
            return image;
        }
        var digest = about.Digest ?? (Digest.TryParse(about.Version, out var version) ? version : null);
        return image with
        {
            Names = [string.IsNullOrEmpty(about.Version) || about.Version.Contains(':', StringComparison.Ordinal) ? about.Name : $"{about.Name}:{about.Version}"],
            ManifestDigest = digest,
        };
    }

    private static OsRelease System(Component component) => new()
    {
        Id = component.Name,
        VersionId = string.IsNullOrEmpty(component.Version) ? null : component.Version,
        PrettyName = component.Description,
        Location = component.Locations.IsEmpty ? new Location("") : component.Locations[0],
    };

    /// <summary>A bill that says why it is incomplete has said it; one that only says that it is, is a problem by itself.</summary>
    private void ReportIncomplete(OwnFacts? own)
    {
        if (saidIncomplete is not null && own?.Problems.IsEmpty != false)
            problems.Report(ProblemKind.Unreadable, path, $"it says of itself that it is incomplete: {saidIncomplete}");
    }
}
