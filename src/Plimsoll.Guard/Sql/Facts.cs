using System.Collections.Immutable;

namespace Plimsoll.Guard.Sql;

/// <summary>What a query does, for people who review it and for rules.</summary>
/// <param name="Kind">`select`, `insert`, `create table`; several with a comma.</param>
/// <param name="IsParsed">PostgreSQL's own grammar said so; otherwise the words did, and tables are not known.</param>
internal sealed record Facts(string Kind, ImmutableArray<string> Reads, ImmutableArray<string> Writes, ImmutableArray<string> Columns, ImmutableArray<string> Functions, bool IsParsed)
{
    /// <summary>Of each list; what is more is left out of a profile.</summary>
    public const int Most = 64;

    private static readonly HashSet<string> twoWords = new(["create", "alter", "drop", "set", "comment", "refresh", "declare", "fetch", "lock"], StringComparer.Ordinal);

    /// <summary>By the grammar where it is there and takes the query, by words otherwise.</summary>
    public static Facts Of(ReadOnlySpan<byte> query, IReadOnlyList<IReadOnlyList<ShapeToken>> shape) => Grammar.Read(query) ?? ByWords(shape);

    public static Facts ByWords(IReadOnlyList<IReadOnlyList<ShapeToken>> shape)
    {
        var kinds = shape.Select(KindOf).Distinct(StringComparer.Ordinal);
        var functions = shape.SelectMany(Calls).ToImmutableSortedSet(StringComparer.Ordinal);
        return new(string.Join(", ", kinds), [], [], [], [.. functions.Take(Most)], IsParsed: false);
    }

    private static string KindOf(IReadOnlyList<ShapeToken> statement)
    {
        var words = statement.TakeWhile(token => token.Kind == ShapeTokenKind.Name).Select(token => token.Text).ToList();
        if (words.Count == 0) return "select"; // In brackets.
        return twoWords.Contains(words[0]) && words.Count > 1 ? $"{words[0]} {words[1]}" : words[0];
    }

    /// <summary>Names that stand before a bracket.</summary>
    public static IEnumerable<string> Calls(IReadOnlyList<ShapeToken> statement)
    {
        for (var i = 0; i + 1 < statement.Count; i++)
            if (statement[i].Kind == ShapeTokenKind.Name && statement[i + 1] is { Kind: ShapeTokenKind.Punctuation, Text: "(" }) yield return statement[i].Text;
    }
}
