using System.Collections.Immutable;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// The `affected` list of an OSV record. An entry names its package, or only repositories in ranges of kind GIT: then it
/// is one package of ecosystem `GIT` for each repository, and its versions are tags of it. OSV's conversion of CVEs adds to
/// such a range what the CVE says of versions: `database_specific.extracted_events` (once `versions`), events like any others.
/// </summary>
internal static class OsvAffected
{
    /// <summary>One entry on its way.</summary>
    private sealed class Entry
    {
        public string? Ecosystem { get; set; }
        public string? Name { get; set; }
        public bool HasPackage { get; set; }
        public List<AffectedRange> Ranges { get; } = [];
        public List<string> Versions { get; } = [];
        public List<Severity> Severities { get; } = [];
        public List<string> Words { get; } = [];

        /// <summary>GitHub's word on where a range ends that has no fixed version: `&lt;= 1.2.3`.</summary>
        public string? LastKnown { get; set; }

        /// <summary>RustSec's mark of what is no vulnerability: `unmaintained`, `unsound`, `notice`.</summary>
        public string? Informational { get; set; }
    }

    public static void Read(ref OsvFields from, OsvRecord record)
    {
        if (!from.EnterList("affected")) return;
        while (from.Item("affected"))
        {
            if (!from.EnterObject("affected")) continue; // It has said so.
            var entry = new Entry();
            while (from.Member())
            {
                if (from.Is("package"u8)) Package(ref from, entry);
                else if (from.Is("ranges"u8)) Ranges(ref from, entry);
                else if (from.Is("versions"u8)) from.Texts("affected[].versions", entry.Versions);
                else if (from.Is("severity"u8)) OsvReader.Severities(ref from, "affected[].severity", entry.Severities);
                else if (from.Is("ecosystem_specific"u8)) Specific(ref from, "affected[].ecosystem_specific", entry);
                else if (from.Is("database_specific"u8)) Specific(ref from, "affected[].database_specific", entry);
                else from.Skip(); // Not in the schema.
            }
            Add(ref from, entry, record);
        }
    }

    private static void Package(ref OsvFields from, Entry entry)
    {
        if (!from.EnterObject("affected[].package")) return;
        entry.HasPackage = true;
        while (from.Member())
        {
            if (from.Is("ecosystem"u8)) entry.Ecosystem = from.Text("affected[].package.ecosystem");
            else if (from.Is("name"u8)) entry.Name = from.Text("affected[].package.name");
            else from.Skip(); // The package URL says the same.
        }
    }

    private static void Ranges(ref OsvFields from, Entry entry)
    {
        const string where = "affected[].ranges";
        if (!from.EnterList(where)) return;
        while (from.Item(where))
        {
            if (!from.EnterObject(where)) continue; // It has said so.
            string? type = null, repository = null;
            List<RangeEvent> events = [], extracted = [];
            while (from.Member())
            {
                if (from.Is("type"u8)) type = from.Text(where + "[].type");
                else if (from.Is("repo"u8)) repository = from.Text(where + "[].repo");
                else if (from.Is("events"u8)) Events(ref from, where + "[].events", events);
                else if (from.Is("database_specific"u8)) Extracted(ref from, extracted);
                else from.Skip(); // Not in the schema.
            }
            RangeKind? kind = type switch { "ECOSYSTEM" => RangeKind.Ecosystem, "SEMVER" => RangeKind.SemVer, "GIT" => RangeKind.Git, _ => null };
            if (kind is not { } known) from.Fault($"a range of `affected` is of type `{OsvFields.Short(type ?? "")}`, expected ECOSYSTEM, SEMVER or GIT; it is not read");
            else if (events.Count == 0) from.Fault("a range of `affected` has no events; it says nothing");
            else entry.Ranges.Add(new AffectedRange(known, [.. events]) { Repository = repository });
            // Bounds that are no plain versions (`<4.3.4`, names of branches) bound nothing.
            if (kind == RangeKind.Git && extracted.Count > 0 && extracted.TrueForAll(at => char.IsAsciiDigit(at.Version[0]))) entry.Ranges.Add(new AffectedRange(RangeKind.Ecosystem, [.. extracted]) { Repository = repository });
        }
    }

    private static void Extracted(ref OsvFields from, List<RangeEvent> events)
    {
        const string where = "affected[].ranges[].database_specific";
        if (!from.EnterObject(where)) return;
        while (from.Member())
        {
            if (from.Is("extracted_events"u8) || from.Is("versions"u8)) Events(ref from, where + ".extracted_events", events);
            else from.Skip(); // What a database says of its own work on the range.
        }
    }

    private static void Events(ref OsvFields from, string where, List<RangeEvent> events)
    {
        if (!from.EnterList(where)) return;
        while (from.Item(where))
        {
            if (!from.EnterObject(where)) continue; // It has said so.
            var before = events.Count;
            while (from.Member())
            {
                RangeEventKind? kind = from.Is("introduced"u8) ? RangeEventKind.Introduced
                    : from.Is("fixed"u8) ? RangeEventKind.Fixed
                    : from.Is("last_affected"u8) ? RangeEventKind.LastAffected
                    : from.Is("limit"u8) ? RangeEventKind.Limit : null;
                if (kind is not { } known) from.Skip(); // If nothing else is in it, it is a fault below.
                else if (from.Text(where + "[]") is { Length: > 0 } version) events.Add(new RangeEvent(known, version));
            }
            if (events.Count == before) from.Fault($"an event of a range is none of introduced, fixed, last_affected and limit with a version; it is not read");
        }
    }

    private static void Specific(ref OsvFields from, string where, Entry entry)
    {
        if (!from.EnterObject(where)) return;
        while (from.Member())
        {
            // The members are each database's own: another kind than a text has another meaning.
            if (from.Is("urgency"u8) || from.Is("priority"u8) || from.Is("ubuntu_priority"u8) || from.Is("severity"u8))
            {
                if (from.TextOrSkip() is { Length: > 0 } word) entry.Words.Add(word);
            }
            else if (from.Is("informational"u8)) entry.Informational = from.TextOrSkip() ?? entry.Informational;
            else if (from.Is("last_known_affected_version_range"u8)) entry.LastKnown = from.TextOrSkip() ?? entry.LastKnown;
            else from.Skip();
        }
    }

    private static void Add(ref OsvFields from, Entry entry, OsvRecord record)
    {
        if (entry.HasPackage)
        {
            if (string.IsNullOrEmpty(entry.Ecosystem) || string.IsNullOrEmpty(entry.Name))
            {
                from.Fault("a package of `affected` has no ecosystem or no name; it is not read");
                return;
            }
            // A package has its own ranges beside those of commits.
            record.Affected.Add(ToPackage(ref from, entry, entry.Ecosystem, entry.Name, entry.Ranges.Where(range => range.Kind == RangeKind.Git || range.Repository is null)));
            return;
        }
        var repositories = entry.Ranges.Where(range => range.Repository is { Length: > 0 }).GroupBy(range => range.Repository!).ToList();
        if (repositories.Count == 0 || entry.Ranges.Exists(range => range is { Kind: RangeKind.Git, Repository: null or "" })) from.Fault("an entry of `affected` names neither a package nor a repository; it is not read");
        // Ranges of versions beside those of commits are of the same project: curl writes them so.
        var shared = entry.Ranges.Where(range => range.Kind != RangeKind.Git && range.Repository is null or "").ToList();
        foreach (var repository in repositories) record.Affected.Add(ToPackage(ref from, entry, EcosystemNames.Git, repository.Key, repository.Concat(shared).Select(range => range.Kind == RangeKind.Git ? range : range with { Repository = null })));
    }

    private static AffectedPackage ToPackage(ref OsvFields from, Entry entry, string ecosystem, string name, IEnumerable<AffectedRange> ranges)
    {
        var root = EcosystemNames.Root(ecosystem);
        var end = LastKnown(ref from, entry.LastKnown);
        var words = entry.Words.Distinct(StringComparer.Ordinal).Select(word => new Severity(root, word));
        if (!string.IsNullOrEmpty(entry.Informational)) words = words.Append(new Severity("RustSec", entry.Informational));
        return new AffectedPackage
        {
            Ecosystem = ecosystem,
            Name = name,
            Ranges = [.. ranges.Select(range => end is { } known && IsOpen(range) ? range with { Events = range.Events.Add(known) } : range)],
            Versions = [.. entry.Versions],
            // Debian writes it in the place of an urgency.
            Status = entry.Words.Contains("end-of-life") ? AffectedStatus.EndOfSupport : AffectedStatus.Affected,
            Severities = [.. entry.Severities, .. words],
        };
    }

    /// <summary>Whether a range was begun once more than ended.</summary>
    private static bool IsOpen(AffectedRange range) =>
        range.Kind != RangeKind.Git && range.Events.Count(at => at.Kind == RangeEventKind.Introduced) > range.Events.Count(at => at.Kind != RangeEventKind.Introduced);

    private static RangeEvent? LastKnown(ref OsvFields from, string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var (sign, kind) = text.StartsWith("<=", StringComparison.Ordinal) ? (2, RangeEventKind.LastAffected)
            : text[0] == '<' ? (1, RangeEventKind.Fixed)
            : text[0] == '=' ? (1, RangeEventKind.LastAffected) : (0, default);
        var version = text[sign..].Trim();
        if (sign > 0 && version.Length > 0 && !version.AsSpan().ContainsAny(",<>= ")) return new RangeEvent(kind, version);
        from.Fault($"`last_known_affected_version_range` is `{OsvFields.Short(text)}`, expected `<= VERSION` or `< VERSION`; the range stays open");
        return null;
    }
}
