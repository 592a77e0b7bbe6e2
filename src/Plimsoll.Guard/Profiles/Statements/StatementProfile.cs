using System.Collections.Immutable;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>Whose a session is, as its start-up says: only the user is proven, by the server.</summary>
/// <param name="Application">`application_name`, each number in it as `#`, so that a process number makes no other one.</param>
internal sealed record Identity(string Database, string User, string Application) : IComparable<Identity>
{
    public int CompareTo(Identity? other) => other is null ? 1 : string.CompareOrdinal(Key, other.Key);

    private string Key => $"{Database}\0{User}\0{Application}";

    public override string ToString() => $"database {Database}, user {User}, application {(Application.Length == 0 ? "(none)" : Application)}";
}

/// <summary>A shape in a profile, or one that waits to be accepted.</summary>
internal sealed record StatementEntry(string Text)
{
    public string Id => Shape.IdOf(Text);
    public string Kind { get; init; } = "";
    public ImmutableArray<string> Reads { get; init; } = [];
    public ImmutableArray<string> Writes { get; init; } = [];
    public ImmutableArray<string> Columns { get; init; } = [];
    public ImmutableArray<string> Functions { get; init; } = [];

    /// <summary>Ids of rules of what is known to be bad that do not hold for it.</summary>
    public ImmutableArray<string> Accepts { get; init; } = [];

    /// <summary>Of one execution; 0 for any number.</summary>
    public long Rows { get; init; }
    public long Bytes { get; init; }

    /// <summary>Executions of all sessions of the identity; 0 for any number.</summary>
    public int PerMinute { get; init; }

    /// <summary>Of a candidate: why it was refused.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>What one identity may do.</summary>
internal sealed record IdentityProfile(Identity Identity, IReadOnlyList<StatementEntry> Statements);

/// <summary>What was learned and accepted. In the order of a file: identities, then texts of shapes.</summary>
internal sealed record StatementProfile(IReadOnlyList<IdentityProfile> Postgres)
{
    public static readonly StatementProfile Empty = new([]);

    public int Statements => Postgres.Sum(identity => identity.Statements.Count);

    public static StatementProfile Of(IEnumerable<(Identity Identity, StatementEntry Entry)> all) => new(
    [
        .. all.GroupBy(one => one.Identity).OrderBy(group => group.Key)
            .Select(group => new IdentityProfile(group.Key, [.. group.Select(one => one.Entry).DistinctBy(entry => entry.Text).OrderBy(entry => entry.Text, StringComparer.Ordinal)])),
    ]);

    public IEnumerable<(Identity Identity, StatementEntry Entry)> All => Postgres.SelectMany(identity => identity.Statements.Select(entry => (identity.Identity, entry)));
}
