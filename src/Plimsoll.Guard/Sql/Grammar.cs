using System.Collections.Immutable;
using System.Text.Json;

namespace Plimsoll.Guard.Sql;

/// <summary>
/// Facts from a tree of <see cref="PgQuery"/>: an object for each node whose one member is the node's type. Tables are RangeVar
/// (`schemaname`, `relname`), calls FuncCall (`funcname`: strings), columns ColumnRef (`fields`: strings or A_Star).
/// </summary>
internal static class Grammar
{
    /// <summary>Levels of a tree; the library gives up far earlier.</summary>
    private const int mostDepth = 512;

    public static bool IsThere => PgQuery.IsThere;

    /// <summary>Null when there is no grammar, or it does not take the query.</summary>
    public static Facts? Read(ReadOnlySpan<byte> query)
    {
        if (PgQuery.Parse(query) is not { } json) return null;
        try
        {
            using var tree = JsonDocument.Parse(json, new() { MaxDepth = mostDepth });
            var found = new Found();
            var kinds = new List<string>();
            foreach (var raw in tree.RootElement.GetProperty("stmts").EnumerateArray())
                foreach (var node in raw.GetProperty("stmt").EnumerateObject())
                {
                    kinds.Add(Kind(node));
                    found.Walk(node.Name, node.Value, isTarget: false);
                }
            return kinds.Count == 0 ? null : new(string.Join(", ", kinds.Distinct(StringComparer.Ordinal)), Sorted(found.Reads), Sorted(found.Writes), Sorted(found.Columns), Sorted(found.Functions), IsParsed: true);
        }
        catch (Exception thrown) when (thrown is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null; // Nested too deeply, or of a version with other trees: judged by its words.
        }
    }

    private static ImmutableArray<string> Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal).Take(Facts.Most)];

    /// <summary>`SelectStmt` as `select`, `CreateFunctionStmt` as `create function`.</summary>
    private static string Kind(JsonProperty node)
    {
        if (node.Name == "TransactionStmt" && node.Value.TryGetProperty("kind", out var kind)) return kind.GetString()!["TRANS_STMT_".Length..].ToLowerInvariant().Replace('_', ' ');
        var name = node.Name.EndsWith("Stmt", StringComparison.Ordinal) ? node.Name[..^4] : node.Name;
        return string.Concat(name.Select((letter, i) => char.IsAsciiLetterUpper(letter) ? (i > 0 ? " " : "") + char.ToLowerInvariant(letter) : letter.ToString()));
    }

    private sealed class Found
    {
        public HashSet<string> Reads { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Writes { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Columns { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Functions { get; } = new(StringComparer.Ordinal);

        public void Walk(string type, JsonElement node, bool isTarget)
        {
            switch (type)
            {
                case "RangeVar" or "relation" when node.TryGetProperty("relname", out var table):
                    (isTarget ? Writes : Reads).Add(node.TryGetProperty("schemaname", out var schema) ? $"{schema.GetString()}.{table.GetString()}" : table.GetString()!);
                    return;
                case "FuncCall" when node.TryGetProperty("funcname", out var function):
                    Functions.Add(string.Join('.', Strings(function)));
                    break;
                case "ColumnRef" when node.TryGetProperty("fields", out var fields):
                    Columns.Add(string.Join('.', Strings(fields)));
                    return;
                case "ResTarget" when isTarget && node.TryGetProperty("name", out var column):
                    Columns.Add(column.GetString()!);
                    break;
            }
            var writes = type is "InsertStmt" or "UpdateStmt" or "DeleteStmt" or "MergeStmt" or "CreateStmt" or "TruncateStmt" || (type == "CopyStmt" && node.TryGetProperty("is_from", out var from) && from.ValueKind == JsonValueKind.True);
            if (node.ValueKind == JsonValueKind.Object)
                foreach (var member in node.EnumerateObject())
                    Walk(member.Name, member.Value, writes ? member.Name is "relation" or "relations" or "cols" : isTarget && type is "relations" or "cols");
            else if (node.ValueKind == JsonValueKind.Array)
                foreach (var item in node.EnumerateArray())
                    if (item.ValueKind == JsonValueKind.Object)
                        foreach (var member in item.EnumerateObject()) Walk(member.Name, member.Value, isTarget);
        }

        private static IEnumerable<string> Strings(JsonElement list)
        {
            foreach (var item in list.EnumerateArray())
                yield return item.TryGetProperty("String", out var text) && text.TryGetProperty("sval", out var value) ? value.GetString()! : "*";
        }
    }
}
