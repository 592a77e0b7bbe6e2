namespace Plimsoll.Guard.Sql;

/// <summary>One rule of `known-bad.yaml`.</summary>
internal sealed record KnownBadRule(string Id, string Says)
{
    /// <summary>Words of statements from their beginning: `a|b`, `*`, `?`, `...`.</summary>
    public required IReadOnlyList<string[]> Statements { get; init; }

    public required IReadOnlyList<string> Functions { get; init; }
    public required IReadOnlySet<string> Names { get; init; }

    /// <summary>First arguments of set_config; `?` for one that is not written as a plain string.</summary>
    public required IReadOnlySet<string> Settings { get; init; }

    /// <summary>What CREATE EXTENSION may name.</summary>
    public required IReadOnlySet<string> Trusted { get; init; }

    public required IReadOnlyList<string> Refuses { get; init; }
    public required IReadOnlyList<string> Passes { get; init; }

    public bool Matches(IReadOnlyList<ShapeToken> statement)
    {
        if (Functions.Count > 0 && Facts.Calls(statement).Any(IsFunction)) return true;
        if (Names.Count > 0 && statement.Any(token => token.Kind == ShapeTokenKind.Name && Names.Contains(Lower(token.Text)))) return true;
        if (Settings.Count > 0 && HasSetting(statement)) return true;
        if (Statements.Count == 0) return false;
        var outside = statement.Where(token => token.Depth == 0 && token.Text is not ("(" or ")")).ToList();
        return Statements.Any(pattern => Matches(pattern, 0, outside, 0)) && !IsTrusted(outside);
    }

    /// <summary>A quoted name in capitals is another one, and no function of the server has capitals; comparing without case errs to the safe side.</summary>
    private static string Lower(string name) => name.ToLowerInvariant();

    private bool IsFunction(string called)
    {
        var name = Lower(called);
        foreach (var function in Functions)
            if (function[^1] == '*' ? name.StartsWith(function[..^1], StringComparison.Ordinal) : name == function) return true;
        return false;
    }

    private bool HasSetting(IReadOnlyList<ShapeToken> statement)
    {
        for (var i = 0; i + 1 < statement.Count; i++)
        {
            if (statement[i].Kind != ShapeTokenKind.Name || Lower(statement[i].Text) != "set_config" || statement[i + 1].Text != "(") continue;
            var name = i + 3 < statement.Count && statement[i + 2].Kind == ShapeTokenKind.Value && statement[i + 3].Text == "," ? statement[i + 2].Text : "?";
            var isPlain = name.Length > 2 && name[0] == '\'' && name[1] != '#';
            if (Settings.Contains(isPlain ? name[1..^1] : "?")) return true;
        }
        return false;
    }

    private bool IsTrusted(List<ShapeToken> statement)
    {
        if (Trusted.Count == 0 || statement is not [{ Text: "create" }, ..]) return false;
        var name = statement is [_, _, { Text: "if" }, { Text: "not" }, { Text: "exists" }, var third, ..] ? third : statement.Count > 2 ? statement[2] : default;
        return name.Text is not null && Trusted.Contains(name.Text);
    }

    private static bool Matches(string[] pattern, int at, List<ShapeToken> statement, int token)
    {
        for (; at < pattern.Length; at++, token++)
        {
            var word = pattern[at];
            if (word == "...") return true;
            if (word == "*")
            {
                for (var rest = token; rest <= statement.Count; rest++)
                    if (Matches(pattern, at + 1, statement, rest)) return true;
                return false;
            }
            if (token == statement.Count) return false;
            if (word == "?" ? statement[token].Kind != ShapeTokenKind.Value : statement[token].Kind != ShapeTokenKind.Name || !word.Split('|').Contains(Lower(statement[token].Text))) return false;
        }
        return token == statement.Count;
    }
}
