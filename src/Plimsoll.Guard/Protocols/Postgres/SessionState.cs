using System.Collections.Concurrent;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>What both directions of a session know.</summary>
internal sealed class SessionState(StatementPolicy policy, IdentityPolicy identity, Action<Verdict, Decision, StatementFields> record)
{
    private volatile bool isReady;
    private volatile bool plainBackslash;
    private volatile bool isUnsafe;
    private volatile bool isIdle;

    public Pending Pending { get; } = new();

    /// <summary>Whether the server has accepted the client: before that only passwords are sent.</summary>
    public bool IsReady { get => isReady; set => isReady = value; }

    /// <summary>Whether the guard and the server speak TLS.</summary>
    public bool IsUpstreamTls { get; set; }

    /// <summary>Whether the server waits for a statement outside of any transaction.</summary>
    public bool IsTransactionIdle { get => isIdle; set => isIdle = value; }

    public Identity Identity => identity.Identity;

    public StatementCounters Counters => policy.Counters;

    public bool Learns => policy.Mode == PolicyMode.Learn;

    /// <summary>Prepared statements, by the name as the server cuts it. Written by the server's side, as the server answers.</summary>
    public ConcurrentDictionary<byte[], Shape> Statements { get; } = new(BytesComparer.Instance);

    /// <summary>The statement without name.</summary>
    public Shape? Unnamed { get; set; }

    /// <summary>ParameterStatus: a setting of the server that the guard follows.</summary>
    public void Follow(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("standard_conforming_strings"u8)) plainBackslash = value.SequenceEqual("off"u8);
        else if (name.SequenceEqual("client_encoding"u8)) isUnsafe = Encodings.IsUnsafe(System.Text.Encoding.ASCII.GetString(value));
    }

    /// <summary>Judges a text that the client sent, and counts it where it is to run at once.</summary>
    public Decision Judge(ReadOnlySpan<byte> query, bool runs, out Verdict verdict, out Shape? shape)
    {
        verdict = identity.Judge(query, new(plainBackslash), isSettled: Pending.IsEmpty, isUnsafeEncoding: isUnsafe, out shape);
        if (runs && shape is not null && !Enter(shape) && verdict.Passes) verdict = new(Reason.StatementRate, Part.Statement);
        return Decide(verdict, shape);
    }

    private bool Enter(Shape shape)
    {
        policy.Saw(shape);
        return shape.Enter(Environment.TickCount64);
    }

    /// <summary>A prepared statement is to run again: judged by what the profile says now.</summary>
    public Decision JudgeAgain(Shape shape, out Verdict verdict)
    {
        verdict = IdentityPolicy.Of(shape);
        if (!Enter(shape) && verdict.Passes) verdict = new(Reason.StatementRate, Part.Statement);
        return Decide(verdict, shape);
    }

    /// <summary>A statement runs that was judged just before, and told if something was against it: only how often it runs is judged.</summary>
    public Decision Count(Shape shape, out Verdict verdict)
    {
        verdict = Enter(shape) || !shape.IsPermitted ? default : new(Reason.StatementRate, Part.Statement);
        return Decide(verdict, shape);
    }

    public Decision Decide(Verdict verdict, Shape? shape, long rows = 0)
    {
        var decision = policy.Decide(verdict);
        if (!verdict.Passes) record(verdict, decision, new(Identity, shape, rows, Refusals.Limit(verdict.Reason, shape)));
        return decision;
    }

    /// <summary>An execution has ended.</summary>
    public void Gave(Shape shape, long rows, long bytes)
    {
        Counters.Gave(rows, bytes);
        if (shape.Gave(rows, bytes) && Learns) policy.HasNews = true;
    }
}
