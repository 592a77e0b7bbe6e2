using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Events;

/// <summary>Gives each event to the metrics and to the queues of all targets. The targets may change while events come.</summary>
internal sealed class EventSinks(IEventSink metrics, Stream output) : IEventSink, IDisposable
{
    private Targets targets = new(new(), [], null);

    /// <summary>Name and lost events of each target.</summary>
    public IEnumerable<(string Name, long Dropped)> Dropped => Volatile.Read(ref targets).Queues.Select(queue => (queue.Name, queue.Dropped));

    public void Record(in GuardEvent recorded)
    {
        metrics.Record(recorded);
        var to = Volatile.Read(ref targets);
        if (recorded.Verdict.Passes && !to.Options.RecordsAll) return;
        foreach (var queue in to.Queues) queue.Record(recorded);
    }

    public void Record(Notice notice)
    {
        foreach (var queue in Volatile.Read(ref targets).Queues) queue.Record(notice);
    }

    /// <summary>Opens what is not open yet.</summary>
    /// <exception cref="PlimsollException">A target cannot be opened.</exception>
    public Targets Prepare(EventOptions options)
    {
        var (before, open) = (targets.Options, targets.Queues);
        EventQueue? Kept(string name, bool isSame) => isSame ? Array.Find(open, queue => queue.Name == name) : null;
        var queues = new List<EventQueue>();
        RotatingFile? rotating = null;
        if (options.File is { } file)
        {
            // Two that write the same file would write over one another.
            var isSame = file.Path == before.File?.Path;
            rotating = isSame ? targets.File! : new(file);
            queues.Add(Kept("file", isSame) ?? new("file", new JsonLine(), rotating));
        }
        if (options.ToOutput) queues.Add(Kept("stdout", isSame: true) ?? new("stdout", new JsonLine(), new StreamTarget(output)));
        if (options.Collector is { } collector) queues.Add(Kept("otlp", collector == before.Collector) ?? new("otlp", new OtlpRecord(), new OtlpCollector(collector)));
        return new(options, [.. queues], rotating);
    }

    /// <summary>Writes there from now on. What waits for a target that is gone is written to it still.</summary>
    public void Use(Targets next)
    {
        var before = Interlocked.Exchange(ref targets, next);
        if (next.Options.File is { } file) next.File?.Resize(file);
        foreach (var queue in before.Queues.Except(next.Queues)) queue.Dispose();
    }

    /// <summary>Closes what was prepared and is not used.</summary>
    public void GiveUp(Targets prepared)
    {
        foreach (var queue in prepared.Queues.Except(targets.Queues)) queue.Dispose();
    }

    public void Dispose() => Use(new(new(), [], null));

    public sealed record Targets(EventOptions Options, EventQueue[] Queues, RotatingFile? File);
}
