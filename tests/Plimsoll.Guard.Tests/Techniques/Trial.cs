using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>What came of a technique. Canaries are left out of everything but their own answers.</summary>
internal sealed record Outcome
{
    /// <summary>All that the client got on the technique's connection.</summary>
    public required string Answer { get; init; }

    public required bool IsClosed { get; init; }

    /// <summary>What the gateway sent to the upstream, one reading for each connection.</summary>
    public required IReadOnlyList<StrictReading> Forwarded { get; init; }

    /// <summary>The same as bytes.</summary>
    public required string ForwardedBytes { get; init; }

    /// <summary>A connection to the upstream ended within a request.</summary>
    public required bool IsCutOff { get; init; }

    /// <summary>What the upstream answered, by status.</summary>
    public required IReadOnlyList<int> UpstreamStatuses { get; init; }

    public required IReadOnlyList<Recorded> Recorded { get; init; }
    public required IReadOnlyList<Told>? Told { get; init; }

    /// <summary>The request behind the technique was answered as itself.</summary>
    public required bool CanaryAnswered { get; init; }

    /// <summary>What requests of other clients got that was not their answer; null for nothing.</summary>
    public required string? Poisoned { get; init; }

    public IEnumerable<StrictMessage> Requests => Forwarded.SelectMany(reading => reading.Messages);
}

/// <summary>Sends a technique through a gateway to an upstream, then asks for canaries: what answers them shows whether anybody lost count.</summary>
internal sealed class Trial(IGateway gateway, IClient client, Tap tap, Upstream upstream)
{
    public async Task<Outcome> RunAsync(Technique technique)
    {
        tap.Forget();
        upstream.Take();
        gateway.Take();
        var got = await client.ExchangeAsync(technique);
        var poisoned = await client.FreshCanaryAsync() ?? await client.FreshCanaryAsync();
        // The servers record before they answer, but for a request that broke off.
        await Task.Delay(20);
        var passed = tap.Passed;
        var readings = passed.Select(Reading).ToList();
        var expected = readings.Sum(reading => reading.Messages.Count);
        List<int> statuses = [];
        List<Recorded> recorded = [];
        foreach (var (line, reading) in passed.Zip(readings))
        {
            var answers = StrictReader.Answers(line.Down, i => i < reading.Messages.Count && reading.Messages[i].Method == "HEAD", line.IsClosed).Messages.Select(message => message.Status).Where(status => status is 101 or >= 200).ToList();
            statuses.AddRange(answers.Zip(reading.Messages).Where(pair => !IsCanary(pair.Second.Target)).Select(pair => pair.First));
            expected -= answers.Count(status => status >= 300);
        }
        Programs.Eventually(() =>
        {
            recorded.AddRange(upstream.Take());
            return recorded.Count >= expected;
        }, 1);
        return new()
        {
            Answer = got.Answer,
            IsClosed = got.IsClosed,
            Forwarded = [.. readings.Select(reading => reading with { Messages = [.. reading.Messages.Where(message => !IsCanary(message.Target))] })],
            ForwardedBytes = string.Concat(passed.Select(line => line.Up)),
            IsCutOff = passed.Zip(readings).Any(pair => pair.First.IsClosed && pair.Second.IsCut),
            UpstreamStatuses = statuses,
            Recorded = [.. recorded.Where(request => !IsCanary(request.Target))],
            Told = gateway.Take()?.Where(told => !IsCanary(told.Target)).ToList(),
            CanaryAnswered = got.CanaryAnswered,
            Poisoned = poisoned,
        };
    }

    /// <summary>After an upgrade it is another protocol's bytes that are forwarded.</summary>
    private static StrictReading Reading((string Up, string Down, bool IsClosed) line)
    {
        var reading = StrictReader.Requests(line.Up);
        var upgraded = StrictReader.Answers(line.Down, _ => false, line.IsClosed).Messages is [.., { Status: 101 }] answers ? answers.Count : int.MaxValue;
        return reading.Messages.Count < upgraded ? reading : new([.. reading.Messages.Take(upgraded)], null, "");
    }

    private static bool IsCanary(string target) => target.StartsWith(Client.Canary, StringComparison.Ordinal);
}
