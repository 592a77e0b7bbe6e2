using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// One record of OSV, schema 1 (https://ossf.github.io/osv-schema/): a JSON object with `id`, `modified`, names of the
/// same and of like vulnerabilities, and `affected`, a list of packages with ranges of versions, versions, or both.
/// Ratings that databases put beside the schema are read where they are words: GitHub's `database_specific.severity`,
/// Debian's `urgency`, Ubuntu's priority, RustSec's `informational`; so are GitHub's `database_specific.cwe_ids`. Events stand in the record's order, which the schema leaves open.
/// </summary>
internal static class OsvReader
{
    /// <summary>Bytes of one record: kernel advisories that list every version have some MiB.</summary>
    public const int MostBytes = 32 << 20;

    /// <param name="json">One record.</param>
    /// <param name="faults">Gets what could not be read: sentences about the record, without their end. The rest of it is good.</param>
    /// <returns>The advisory; null when nothing can be made of it, and <paramref name="faults"/> then says why.</returns>
    public static Advisory? Read(ReadOnlySpan<byte> json, string feed, List<string> faults)
    {
        if (json.StartsWith("\uFEFF"u8)) json = json[3..];
        var fields = new OsvFields(json, faults);
        var record = new OsvRecord();
        try
        {
            fields.Start();
            while (fields.Member()) Take(ref fields, record);
            fields.End();
        }
        catch (JsonException)
        {
            faults.Add($"it is no JSON object after its first {fields.Consumed:N0} bytes");
            return null;
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader says so of text that is no Unicode.
            faults.Add($"a text after its first {fields.Consumed:N0} bytes is no Unicode");
            return null;
        }
        if (string.IsNullOrEmpty(record.Id))
        {
            faults.Add("it has no `id`");
            return null;
        }
        if (!record.HasModified) faults.Add("it has no `modified`");
        return record.ToAdvisory(feed);
    }

    private static void Take(ref OsvFields from, OsvRecord record)
    {
        if (from.Is("id"u8)) record.Id = from.Text("id");
        else if (from.Is("modified"u8)) (record.Modified, record.HasModified) = (from.Time("modified"), true);
        else if (from.Is("published"u8)) record.Published = from.Time("published");
        else if (from.Is("withdrawn"u8)) record.Withdrawn = from.Time("withdrawn");
        else if (from.Is("aliases"u8)) from.Texts("aliases", record.Aliases);
        else if (from.Is("upstream"u8)) from.Texts("upstream", record.Upstream);
        else if (from.Is("related"u8)) from.Texts("related", record.Related);
        else if (from.Is("summary"u8)) record.Summary = from.Text("summary");
        else if (from.Is("details"u8)) record.Details = from.Text("details");
        else if (from.Is("severity"u8)) Severities(ref from, "severity", record.Severities);
        else if (from.Is("references"u8)) References(ref from, record);
        else if (from.Is("database_specific"u8)) DatabaseSpecific(ref from, record);
        else if (from.Is("affected"u8)) OsvAffected.Read(ref from, record);
        else if (from.Is("schema_version"u8)) SchemaVersion(ref from);
        else from.Skip(); // Credits, and what is new in the schema: nothing that decides what is affected, or the first number of its version would rise.
    }

    private static void SchemaVersion(ref OsvFields from)
    {
        if (from.Text("schema_version") is { } version && version.Split('.')[0] != "1") from.Fault($"its `schema_version` is `{version}`, expected 1; what that version changed is not known");
    }

    internal static void Severities(ref OsvFields from, string where, List<Severity> to)
    {
        if (!from.EnterList(where)) return;
        while (from.Item(where))
        {
            if (!from.EnterObject(where)) continue; // It has said so.
            string? type = null, score = null;
            while (from.Member())
            {
                if (from.Is("type"u8)) type = from.Text(where + "[].type");
                else if (from.Is("score"u8)) score = from.Text(where + "[].score");
                else from.Skip(); // Who rated it (`source`).
            }
            if (string.IsNullOrEmpty(type) || string.IsNullOrEmpty(score)) from.Fault($"a rating in `{where}` has no type or no score");
            else to.Add(new Severity(type, score));
        }
    }

    private static void References(ref OsvFields from, OsvRecord record)
    {
        if (!from.EnterList("references")) return;
        while (from.Item("references"))
        {
            if (!from.EnterObject("references")) continue; // It has said so.
            string? type = null, url = null;
            while (from.Member())
            {
                if (from.Is("type"u8)) type = from.Text("references[].type");
                else if (from.Is("url"u8)) url = from.Text("references[].url");
                else from.Skip(); // Not in the schema.
            }
            if (string.IsNullOrEmpty(url)) from.Fault("a reference has no `url`");
            else (type == "ADVISORY" ? record.AdvisoryPages : record.Pages).Add(url);
        }
    }

    private static void DatabaseSpecific(ref OsvFields from, OsvRecord record)
    {
        if (!from.EnterObject("database_specific")) return;
        while (from.Member())
        {
            // The members are each database's own: another kind than a text has another meaning.
            if (from.Is("severity"u8)) record.Word = from.TextOrSkip() ?? record.Word;
            else if (from.Is("url"u8)) record.OwnPage = from.TextOrSkip();
            else if (from.Is("cwe_ids"u8)) from.TextsOrSkip(record.Weaknesses);
            else from.Skip();
        }
    }
}

/// <summary>A record on its way to an <see cref="Advisory"/>.</summary>
internal sealed class OsvRecord
{
    public string? Id { get; set; }
    public DateTimeOffset? Modified { get; set; }
    public bool HasModified { get; set; }
    public DateTimeOffset? Published { get; set; }
    public DateTimeOffset? Withdrawn { get; set; }
    public List<string> Aliases { get; } = [];
    public List<string> Upstream { get; } = [];
    public List<string> Related { get; } = [];
    public string? Summary { get; set; }
    public string? Details { get; set; }
    public List<Severity> Severities { get; } = [];
    public List<AffectedPackage> Affected { get; } = [];

    /// <summary>The database's page of it, for those that name it.</summary>
    public string? OwnPage { get; set; }

    public List<string> AdvisoryPages { get; } = [];
    public List<string> Pages { get; } = [];

    /// <summary>Kinds of weakness as they are written, `CWE-79`.</summary>
    public List<string> Weaknesses { get; } = [];

    /// <summary>The database's rating in a word.</summary>
    public string? Word { get; set; }

    public Advisory ToAdvisory(string feed) => new()
    {
        Id = Id!,
        Feed = feed,
        Aliases = [.. Aliases],
        Upstream = [.. Upstream],
        Related = [.. Related],
        Modified = Modified,
        Published = Published,
        Withdrawn = Withdrawn,
        Summary = Summary,
        Details = Details,
        // An empty word rates nothing.
        Severities = string.IsNullOrEmpty(Word) ? [.. Severities] : [.. Severities, new Severity(Owner(), Word)],
        Weaknesses = FeedWeaknesses.Of(Weaknesses),
        Affected = [.. Affected],
        References = [.. new[] { OwnPage }.OfType<string>().Concat(AdvisoryPages).Concat(Pages).Distinct(StringComparer.Ordinal)],
    };

    /// <summary>Who gave the word: GitHub its own, else the database of the ecosystem.</summary>
    private string Owner() => Id!.StartsWith("GHSA-", StringComparison.Ordinal) ? "GHSA"
        : Affected.Count > 0 ? EcosystemNames.Root(Affected[0].Ecosystem)
        : Id.Split('-')[0];
}
