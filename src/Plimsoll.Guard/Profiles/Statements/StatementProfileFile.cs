using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>
/// A profile as YAML, format plimsoll/profile/1: `schema`, and `postgres`, a list of identities with their statements. Other members
/// belong to other protocols and stay as they are. docs/schema/profile-1.schema.json has its form, docs/guard-postgres.md its meaning.
/// </summary>
internal static class StatementProfileFile
{
    /// <summary>The member of the file that is read here.</summary>
    public const string Member = "postgres";

    private const int mostIdentities = 1_000;
    private const int mostStatements = 100_000;

    /// <returns>An empty profile when the file is not there.</returns>
    /// <exception cref="PlimsollException">With every fault.</exception>
    public static StatementProfile Read(string file)
    {
        if (!File.Exists(file)) return StatementProfile.Empty;
        var faults = new Faults(file);
        if (YamlFile.Load(file, ProfileStore.MostBytes, ProfileStore.Bounds, faults) is { } node)
        {
            var root = new Section(node, "the file", faults);
            if (root.Required("schema", $"schema: {ProfileFile.Schema}") is { } schema && schema.Text != ProfileFile.Schema) faults.Add(schema, $"`schema` is `{schema.Text}`", $"This guard reads `{ProfileFile.Schema}`.");
            var all = root.Items(Member, mostIdentities).Select(identity => Identity(new(identity, "an identity", faults), faults)).ToList();
            if (faults.Count == 0) return StatementProfile.Of(all.SelectMany(one => one.Statements.Select(entry => (one.Identity, entry))));
        }
        if (faults.Count == 0) return StatementProfile.Empty;
        throw new PlimsollException("guard-profile", string.Join('\n', faults.Sentences), "docs/guard-postgres.md has every key.");
    }

    private static IdentityProfile Identity(Section section, Faults faults)
    {
        string Name(string key, string example) => section.Required(key, example)?.Text ?? "";
        var identity = new Identity(Name("database", "database: shop"), Name("user", "user: web"), section.Take("application")?.Text ?? "");
        var statements = section.Items("statements", mostStatements).Select(node => Statement(new(node, "a statement", faults), faults)).ToList();
        section.End();
        return new(identity, statements);
    }

    private static StatementEntry Statement(Section section, Faults faults)
    {
        ImmutableArray<string> Names(string key) => [.. section.Items(key, Sql.Facts.Most).Select(node => node.Text ?? "")];
        var text = section.Required("text", "text: select ?") is { } node ? section.Text(node) ?? "" : "";
        var entry = new StatementEntry(text)
        {
            Kind = section.Text("kind") ?? "",
            Reads = Names("reads"),
            Writes = Names("writes"),
            Columns = Names("columns"),
            Functions = Names("functions"),
            Accepts = Names("accepts"),
            Rows = section.Number("rows", 0, 1, int.MaxValue),
            Bytes = section.Bytes("bytes", 0, 1, long.MaxValue >> 1),
            PerMinute = section.Number("per-minute", 0, 1, int.MaxValue),
            Reason = section.Text("reason") ?? "",
        };
        if (section.Text("id") is { } id && id != entry.Id) faults.Add(section.Node, $"`id` is `{id}`, and that of the text is `{entry.Id}`", "Take `id` out when the text was changed on purpose.");
        section.End();
        return entry;
    }

    /// <summary>Replaces the file in one step; what other protocols have in it stays.</summary>
    /// <exception cref="PlimsollException">It cannot be written.</exception>
    public static void Write(string file, StatementProfile profile) => ProfileStore.Write(file, $"schema: {ProfileFile.Schema}\n{ProfileStore.Lines(file, Member, others: true)}{Text(profile)}");

    /// <summary>Empty when there are no statements.</summary>
    public static string Text(StatementProfile profile)
    {
        var text = new StringBuilder();
        if (profile.Postgres.Count > 0) text.Append(CultureInfo.InvariantCulture, $"{Member}:\n");
        foreach (var (identity, statements) in profile.Postgres)
        {
            if (statements.Count == 0) continue;
            text.Append(CultureInfo.InvariantCulture, $"- database: {Quoted(identity.Database)}\n  user: {Quoted(identity.User)}\n");
            if (identity.Application.Length > 0) text.Append(CultureInfo.InvariantCulture, $"  application: {Quoted(identity.Application)}\n");
            text.Append("  statements:\n");
            foreach (var entry in statements)
            {
                text.Append(CultureInfo.InvariantCulture, $"  - text: {Quoted(entry.Text)}\n    id: \"{entry.Id}\"\n");
                if (entry.Kind.Length > 0) text.Append(CultureInfo.InvariantCulture, $"    kind: {Quoted(entry.Kind)}\n");
                Names(text, "reads", entry.Reads);
                Names(text, "writes", entry.Writes);
                Names(text, "columns", entry.Columns);
                Names(text, "functions", entry.Functions);
                Names(text, "accepts", entry.Accepts);
                if (entry.Rows > 0) text.Append(CultureInfo.InvariantCulture, $"    rows: {entry.Rows}\n");
                if (entry.Bytes > 0) text.Append(CultureInfo.InvariantCulture, $"    bytes: {entry.Bytes}\n");
                if (entry.PerMinute > 0) text.Append(CultureInfo.InvariantCulture, $"    per-minute: {entry.PerMinute}\n");
                if (entry.Reason.Length > 0) text.Append(CultureInfo.InvariantCulture, $"    reason: {Quoted(entry.Reason)}\n");
            }
        }
        return text.ToString();
    }

    private static void Names(StringBuilder text, string key, ImmutableArray<string> names)
    {
        if (names.Length > 0) text.Append(CultureInfo.InvariantCulture, $"    {key}: [{string.Join(", ", names.Select(Quoted))}]\n");
    }

    /// <summary>In double quotes, as YAML 1.2 has them; control characters escaped.</summary>
    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var letter in value)
        {
            if (letter is '"' or '\\') text.Append('\\').Append(letter);
            else if (letter < ' ' || letter is '\u007F' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF') text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");
            else text.Append(letter);
        }
        return text.Append('"').ToString();
    }
}
