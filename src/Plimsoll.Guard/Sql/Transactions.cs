namespace Plimsoll.Guard.Sql;

/// <summary>Statements that only begin and end transactions and savepoints; they touch no data, and the names in them may be new each time.</summary>
internal static class Transactions
{
    private static readonly HashSet<string> words = new(["begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"], StringComparer.Ordinal);

    /// <summary>Whether a query has nothing else. Prepared transactions, which outlive their session, are something else.</summary>
    public static bool IsControl(IReadOnlyList<IReadOnlyList<ShapeToken>> query)
    {
        foreach (var statement in query)
        {
            if (statement is not [{ Kind: ShapeTokenKind.Name, Text: var first }, ..] || !words.Contains(first)) return false;
            foreach (var token in statement)
                if (token.Kind is not ShapeTokenKind.Name && token.Text != "," || token.Text == "prepared") return false;
        }
        return true;
    }
}
