using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>
/// What was counted of statements and sessions. As many cells as there are decisions, reasons and rules, whatever clients send; all are
/// there from the beginning, so that counting allocates nothing.
/// </summary>
internal sealed class StatementCounters : IEventSink
{
    private const int decisions = 3;
    private static readonly int reasons = Enum.GetValues<Reason>().Length;

    private readonly long[] statements = new long[decisions * reasons];
    private readonly long[] sessions = new long[decisions * reasons];
    private readonly long[] rules = new long[Sql.KnownBad.Rules.Count];
    private long rows;
    private long bytes;

    /// <summary>Rows that statements gave, and copied ones.</summary>
    public long Rows => Volatile.Read(ref rows);

    /// <summary>Bytes of these, with the heads of their messages.</summary>
    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Every cell that is not zero: executions, and what something was against.</summary>
    public IEnumerable<(Decision Decision, Reason Reason, long Count)> Statements => Cells(statements);

    /// <summary>Every cell that is not zero: sessions at their start, and what ended them.</summary>
    public IEnumerable<(Decision Decision, Reason Reason, long Count)> Sessions => Cells(sessions);

    /// <summary>Of each rule that was ever against a statement.</summary>
    public IEnumerable<(string Rule, long Count)> KnownBad => Sql.KnownBad.Rules.Select((rule, i) => (rule.Id, Volatile.Read(ref rules[i]))).Where(one => one.Item2 > 0);

    /// <summary>A statement runs, with nothing against it.</summary>
    public void Runs() => Interlocked.Increment(ref statements[0]);

    /// <summary>A session has come to its server.</summary>
    public void Begins() => Interlocked.Increment(ref sessions[0]);

    /// <summary>An execution has ended.</summary>
    public void Gave(long moreRows, long moreBytes)
    {
        if (moreRows == 0) return;
        Interlocked.Add(ref rows, moreRows);
        Interlocked.Add(ref bytes, moreBytes);
    }

    /// <summary>Something was against a statement or session.</summary>
    public void Record(in GuardEvent recorded)
    {
        var cells = recorded.Verdict.Where == Part.Statement ? statements : sessions;
        Interlocked.Increment(ref cells[((int)recorded.Decision * reasons) + (int)recorded.Verdict.Reason]);
        if (recorded.Statement?.Shape is not { Bad: { Count: > 0 } bad } || recorded.Verdict.Reason != Reason.StatementKnownBad) return;
        for (var i = 0; i < rules.Length; i++)
            if (bad.Contains(Sql.KnownBad.Rules[i].Id)) Interlocked.Increment(ref rules[i]);
    }

    private static IEnumerable<(Decision, Reason, long)> Cells(long[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
            if (Volatile.Read(ref cells[i]) is var count and > 0) yield return ((Decision)(i / reasons), (Reason)(i % reasons), count);
    }
}
