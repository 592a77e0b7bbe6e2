using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// Tells of decisions: each kind of event at once when it first happens, then how often in every ten seconds, so that a container
/// cannot fill a disk. Remembers which destinations the profile has not.
/// </summary>
/// <param name="events">Null to write none.</param>
/// <param name="say">Told sentences for people, few.</param>
internal sealed class EgressRecorder(EventQueue? events, Action<string> say, TimeProvider clock)
{
    /// <summary>Kinds of events that are told apart in ten seconds.</summary>
    private const int mostKinds = 4_096;

    /// <summary>Sentences for people in a minute.</summary>
    private const int mostSentences = 20;

    private const int mostPorts = 64;
    private static readonly TimeSpan every = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan minute = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(EgressReason, Reason, string, string?, IPEndPoint?, string?), (EgressEvent Last, DateTimeOffset Told, int Waiting)> kinds = [];
    private readonly Dictionary<(string, string), (EgressRule Rule, SortedSet<int> Ports)> unknown = [];
    private DateTimeOffset minuteBegan;
    private DateTimeOffset told;
    private int sentences;
    private bool isChanged;

    /// <summary>Destinations that were wanted and not noted, because there were too many.</summary>
    public int NotNoted { get; private set; }

    public DateTimeOffset Now => clock.GetUtcNow();

    public void Record(EgressEvent recorded)
    {
        lock (gate)
        {
            if ((recorded.Reason is EgressReason.DestinationUnknown or EgressReason.NameUnknown || recorded.Verdict.Reason == Reason.SessionRefused) && recorded.Exception is { } exception) Note(exception);
            if (recorded.IsPlain)
            {
                events?.Record(recorded);
                return;
            }
            TellWaiting(recorded.Time);
            var key = recorded.Key;
            if (!kinds.ContainsKey(key) && kinds.Count >= mostKinds)
            {
                recorded = recorded with { Name = null, To = null, Exception = null, Statement = null, Detail = "many others" };
                key = recorded.Key;
            }
            if (kinds.TryGetValue(key, out var kind))
            {
                kinds[key] = kind with { Last = recorded, Waiting = kind.Waiting + 1 };
                return;
            }
            kinds[key] = (recorded, recorded.Time, 0);
            events?.Record(recorded);
            Say(recorded);
        }
    }

    /// <summary>What the profile has not, since the last time; null when nothing came to it.</summary>
    public ImmutableArray<EgressRule>? TakeUnknown()
    {
        lock (gate)
        {
            if (!isChanged) return null;
            isChanged = false;
            return [.. unknown.Values.Select(one => one.Rule with { Ports = [.. one.Ports.Select(port => new PortRange(port, port))] }).OrderBy(rule => rule.Destination, StringComparer.Ordinal)];
        }
    }

    /// <summary>Tells what was counted for long enough.</summary>
    /// <param name="isLast">Tells all that was counted.</param>
    public void Tell(bool isLast)
    {
        lock (gate) TellWaiting(isLast ? DateTimeOffset.MaxValue : Now);
    }

    private void TellWaiting(DateTimeOffset now)
    {
        if (now < told + every) return;
        told = now == DateTimeOffset.MaxValue ? told : now;
        foreach (var (key, (last, when, waiting)) in kinds.ToList())
        {
            if (now < when + every) continue;
            kinds.Remove(key); // The next of its kind is told at once again.
            if (waiting > 0) events?.Record(last with { Count = waiting });
        }
    }

    private void Note(EgressRule rule)
    {
        if (!unknown.TryGetValue(rule.Key, out var known))
        {
            if (unknown.Count >= ProfileFile.MostRules)
            {
                NotNoted++;
                return;
            }
            unknown[rule.Key] = known = (rule, []);
            isChanged = true;
        }
        if (rule.OffersTls && !known.Rule.OffersTls)
        {
            unknown[rule.Key] = known = (known.Rule with { OffersTls = true }, known.Ports);
            isChanged = true;
        }
        foreach (var port in rule.Ports)
        {
            if (known.Ports.Count >= mostPorts) NotNoted++;
            else isChanged |= known.Ports.Add(port.First);
        }
    }

    private void Say(EgressEvent recorded)
    {
        if (recorded.Decision == Decision.Forward) return;
        if (recorded.Time > minuteBegan + minute) (minuteBegan, sentences) = (recorded.Time, 0);
        if (++sentences <= mostSentences) say(recorded.Sentence());
        else if (sentences == mostSentences + 1) say(string.Create(CultureInfo.InvariantCulture, $"more than {mostSentences} different things in a minute; `--events FILE` tells them all"));
    }
}
