using System.Collections.Concurrent;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>What is to be done with statements.</summary>
public enum PolicyMode
{
    /// <summary>Everything passes; what no rule is against becomes part of the profile.</summary>
    Learn,

    /// <summary>Everything passes; what the profile does not have is recorded.</summary>
    Detect,

    /// <summary>What the profile does not have is refused.</summary>
    Enforce,
}

/// <summary>Judges queries by a profile, which it may extend. One for all sessions.</summary>
internal sealed class StatementPolicy(PolicyMode mode, StatementProfile first, TimeProvider? clock = null)
{
    /// <summary>Of the profile and those that wait, together; an application has hundreds.</summary>
    private const int mostShapes = 100_000;

    /// <summary>Shapes that wait to be accepted, of one identity. An intruder makes as many as he likes.</summary>
    private const int mostCandidates = 1_000;

    private const int mostIdentities = 1_000;

    private readonly ConcurrentDictionary<Identity, IdentityPolicy> identities = new();
    private readonly NoveltyCounter? novelty = mode == PolicyMode.Learn ? new(clock ?? TimeProvider.System) : null;
    private StatementProfile profile = first;
    private int shapes;
    private int learned;

    public PolicyMode Mode => mode;

    /// <summary>Of all sessions that this policy judges.</summary>
    public StatementCounters Counters { get; } = new();

    /// <summary>Shapes that were learned since the start.</summary>
    public int Learned => Volatile.Read(ref learned);

    /// <summary>How often statements were new; null in other modes, where nothing is learned.</summary>
    public Convergence? Convergence => novelty?.Read();

    /// <summary>Whether something was learned, or refused for the first time, since this was set to false.</summary>
    public bool HasNews { get; set; }

    /// <summary>Shapes of all identities that have come: those that may run, and those that wait to be accepted.</summary>
    public (int Permitted, int Waiting) Remembered => (identities.Values.Sum(policy => policy.Permitted.Count()), identities.Values.Sum(policy => policy.Refused.Count()));

    /// <summary>What an identity may do. Null when there are more identities than the guard remembers.</summary>
    public IdentityPolicy? For(Identity identity)
    {
        if (identities.TryGetValue(identity, out var known)) return known;
        if (identities.Count >= mostIdentities) return null;
        return identities.GetOrAdd(identity, one => new(this, one, profile.Postgres.FirstOrDefault(of => of.Identity == one)?.Statements ?? []));
    }

    /// <summary>Puts another profile in force. Statements that were prepared before are judged by it from their next execution on.</summary>
    public void Use(StatementProfile next)
    {
        profile = next;
        foreach (var (identity, policy) in identities) policy.Use(next.Postgres.FirstOrDefault(of => of.Identity == identity)?.Statements ?? []);
    }

    /// <summary>The profile with what was learned.</summary>
    public StatementProfile WithLearned()
    {
        var seen = identities.Values.SelectMany(policy => policy.Permitted.Select(shape => (policy.Identity, shape.Learned()))).ToList();
        var known = seen.Select(one => (one.Identity, one.Item2.Text)).ToHashSet();
        return StatementProfile.Of([.. seen, .. profile.All.Where(one => !known.Contains((one.Identity, one.Entry.Text)))]);
    }

    /// <summary>What was refused, or would have been.</summary>
    public StatementProfile Candidates() => StatementProfile.Of(identities.Values.SelectMany(policy => policy.Refused.Select(shape => (policy.Identity, shape.Entry))));

    /// <summary>A shape that nobody has seen: what it is, and whether it is learned.</summary>
    /// <param name="isKept">Whether there is room to remember it.</param>
    public Shape New(byte[] text, ReadOnlySpan<byte> query, int candidates, out bool isKept)
    {
        var tokens = ShapeTokens.Of(text);
        if (Transactions.IsControl(tokens))
        {
            // Names of savepoints may be other ones each time: there is no need to remember them all.
            isKept = candidates < mostCandidates;
            return new(text) { IsHarmless = true, IsPermitted = true };
        }
        var bad = KnownBad.Of(tokens);
        var isLearned = mode == PolicyMode.Learn && bad.Count == 0;
        isKept = Volatile.Read(ref shapes) < mostShapes && (isLearned || candidates < mostCandidates);
        var shape = new Shape(text) { Bad = bad };
        if (!isKept) return shape;
        Interlocked.Increment(ref shapes);
        // Whoever makes new shapes in order to be refused does not have the grammar run for each.
        var facts = mode == PolicyMode.Enforce ? Facts.ByWords(tokens) : Facts.Of(query, tokens);
        shape.Entry = shape.Entry with
        {
            Kind = facts.Kind,
            Reads = facts.Reads,
            Writes = facts.Writes,
            Columns = facts.Columns,
            Functions = facts.Functions,
            Reason = isLearned ? "" : bad.Count > 0 ? string.Join(' ', bad) : "unknown",
        };
        (shape.IsPermitted, shape.IsLearned) = (isLearned, isLearned);
        if (isLearned) Interlocked.Increment(ref learned);
        HasNews = true;
        return shape;
    }

    /// <summary>A statement runs. What a rule is against, and what only begins and ends transactions, no profile has.</summary>
    public void Saw(Shape shape)
    {
        if (novelty is null || shape.IsHarmless || (!shape.IsPermitted && shape.Bad.Count > 0)) return;
        if (shape.IsPermitted) novelty.Count(shape.Again(), shape.IsLearned);
        else novelty.CountUnlearned();
    }

    /// <summary>What a verdict leads to.</summary>
    public Decision Decide(Verdict verdict) => verdict.Passes ? Decision.Forward : !Reasons.HasOneReading(verdict.Reason) || mode == PolicyMode.Enforce ? Decision.Refuse : Decision.ForwardRecorded;
}
