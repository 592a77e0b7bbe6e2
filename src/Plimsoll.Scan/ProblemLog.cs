using Plimsoll.Core.Results;

namespace Plimsoll.Scan;

/// <summary>Where one part of the scan says what it could not read. Bounded; any thread may report.</summary>
internal sealed class ProblemLog(string unit)
{
    /// <summary>Problems kept of one unit; one more then says how many there were.</summary>
    public const int Most = 200;

    private readonly Lock gate = new();
    private readonly List<Problem> problems = [];
    private int dropped;

    public string Unit { get; } = unit;

    /// <summary>All that were reported, kept or not.</summary>
    public int Count
    {
        get
        {
            lock (gate) return problems.Count + dropped;
        }
    }

    public void Report(ProblemKind kind, string where, string message)
    {
        lock (gate)
        {
            if (problems.Count < Most) problems.Add(new Problem(kind, Unit, where, message));
            else dropped++;
        }
    }

    /// <summary>Whether anything was reported.</summary>
    public bool Any
    {
        get
        {
            lock (gate) return problems.Count > 0;
        }
    }

    /// <summary>Whether anything was reported of a place or of something in it; true when that is no longer known.</summary>
    public bool Names(string where)
    {
        lock (gate) return dropped > 0 || problems.Exists(problem => problem.Where.StartsWith(where, StringComparison.Ordinal));
    }

    /// <summary>All that was reported, sorted, so that the order of threads does not show.</summary>
    public IEnumerable<Problem> All()
    {
        lock (gate)
        {
            var all = problems.Order().ToList();
            if (dropped > 0) all.Add(new Problem(ProblemKind.LimitReached, Unit, "", $"{dropped:N0} more problems of this kind are not listed: {Most} are kept"));
            return all;
        }
    }
}
