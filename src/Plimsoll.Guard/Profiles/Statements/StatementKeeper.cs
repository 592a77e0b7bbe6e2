using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>
/// Keeps a policy and its files together: what is learned is written every few seconds, what is refused goes beside the profile as
/// candidates, and a profile that somebody changed is put in force.
/// </summary>
internal sealed class StatementKeeper : IDisposable
{
    private static readonly TimeSpan every = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly StatementPolicy policy;
    private readonly string file;
    private readonly Action<string> say;
    private readonly Timer timer;
    private (DateTime, long) stamp;
    private string fault = "";
    private bool isReached;

    /// <param name="say">Told what went wrong with a file, once, and once that enough was learned.</param>
    /// <param name="otherwise">A file whose statements hold while the profile has faults; null for none.</param>
    /// <exception cref="PlimsollException">The profile has faults.</exception>
    public StatementKeeper(string file, PolicyMode mode, Action<string> say, TimeProvider clock, string? otherwise = null)
    {
        (this.file, this.say, stamp) = (file, say, Stamp(file));
        policy = new(mode, First(otherwise), clock);
        timer = new(_ => Look(), null, every, every);
    }

    public StatementPolicy Policy => policy;

    /// <summary>Told of each profile that was put in force after the first, with no faults, and of each that was not, with its faults.</summary>
    public Action<IReadOnlyList<string>>? Reread { get; set; }

    private static (DateTime, long) Stamp(string file) => new FileInfo(file) is { Exists: true } info ? (info.LastWriteTimeUtc, info.Length) : default;

    private StatementProfile First(string? otherwise)
    {
        try
        {
            return StatementProfileFile.Read(file);
        }
        catch (PlimsollException thrown) when (otherwise is not null)
        {
            say($"{thrown.Message} {thrown.Remedy} Until then the statements of the start hold.");
            return StatementProfileFile.Read(otherwise);
        }
    }

    /// <summary>Runs what changes the same file otherwise, so that neither undoes the other.</summary>
    public void Exclusively(Action change)
    {
        lock (gate) change();
    }

    internal void Look()
    {
        lock (gate)
        {
            try
            {
                var now = Stamp(file);
                if (now != stamp)
                {
                    stamp = now;
                    policy.Use(StatementProfileFile.Read(file));
                    fault = "";
                    Reread?.Invoke([]);
                }
                Save();
                TellWhenReached();
            }
            catch (PlimsollException thrown)
            {
                // The profile that is in force stays; the same fault is told once.
                if (thrown.Message == fault) return;
                fault = thrown.Message;
                say($"{thrown.Message} {thrown.Remedy}");
                Reread?.Invoke([$"{thrown.Message} {thrown.Remedy}"]);
            }
        }
    }

    private void TellWhenReached()
    {
        if (isReached || policy.Convergence is not { IsReached: true } now) return;
        isReached = true;
        say($"nothing new for {Convergence.Age(now.Quiet)} and {Convergence.Many(now.Since, "statement")}: {now.Estimate(Convergence.Statements)}. {file} may be enforced once it has seen what comes seldom, as jobs of the night or of the month");
    }

    /// <summary>What was learned in this run, for its end: sentences, none in other modes.</summary>
    public IEnumerable<string> Summary()
    {
        if (policy.Convergence is not { } all) yield break;
        yield return $"{Convergence.Many(policy.Learned, "statement")} learned: {file}";
        if (all.Seen == 0) yield break;
        yield return all.Counts(Convergence.Statements);
        yield return all.Estimate(Convergence.Statements);
    }

    private void Save()
    {
        if (!policy.HasNews) return;
        policy.HasNews = false;
        if (policy.Mode == PolicyMode.Learn)
        {
            StatementProfileFile.Write(file, policy.WithLearned());
            stamp = Stamp(file);
        }
        var candidates = policy.Candidates();
        if (candidates.Statements == 0) return;
        var waiting = ProfileStore.CandidatesOf(file);
        StatementProfileFile.Write(waiting, StatementProfile.Of([.. candidates.All, .. StatementProfileFile.Read(waiting).All]));
    }

    public void Dispose()
    {
        timer.Dispose();
        Look();
    }
}
