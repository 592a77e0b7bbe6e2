using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>Sends tests of the suite through a guard, one after the other over a connection each, and compares.</summary>
internal sealed class CoreRuleSetRun : IDisposable, IEventSink
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);
    private readonly BlockingCollection<Told> events = [];
    private readonly RawServer upstream = new(AnswerAsync);
    private readonly Gateway gateway;

    public CoreRuleSetRun(RuleProgram program)
    {
        gateway = new(new()
        {
            Listeners = [new(new(IPAddress.Loopback, 0))],
            Sites =
            [
                new()
                {
                    Name = "suite",
                    Upstreams = [new(upstream.Address.ToString(), upstream.Address)],
                    Mode = Mode.Detect,
                    // The guard's own strictness is not what is compared: everything that can be allowed is.
                    Ambiguities = new() { Allowed = new(UInt128.MaxValue) },
                    Rules = program,
                },
            ],
            Limits = GuardLimits.Default,
        }, [], this, TimeProvider.System);
        gateway.Start();
    }

    private sealed record Told(Reason Reason, int Status, int[] Rules, string Log);

    public void Record(in GuardEvent recorded)
    {
        var ids = new List<int>();
        var log = new StringBuilder();
        if (recorded.Request?.Inspection is { } inspection)
        {
            for (var i = 0; i < inspection.MatchedRules; i++)
            {
                var id = inspection.MatchedRule(i, out var at);
                ids.Add(id);
                log.AppendLine(CultureInfo.InvariantCulture, $"[id \"{id}\"] [at \"{Encoding.Latin1.GetString(at)}\"] [msg \"{Encoding.Latin1.GetString(inspection.Statement(i))}\"] [data \"{Escaped(inspection.Evidence(i))}\"]");
            }
        }
        events.Add(new(recorded.Verdict.Reason, recorded.Status, [.. ids], log.ToString()));
    }

    /// <summary>What is not as expected; null when all is.</summary>
    public async Task<string?> FailureAsync(CoreRuleSetTest test)
    {
        foreach (var stage in test.Stages)
            if (await FailureAsync(stage) is { } failure) return failure;
        return null;
    }

    /// <summary>Control bytes as logs of servers have them.</summary>
    private static string Escaped(ReadOnlySpan<byte> bytes) => string.Concat(Encoding.Latin1.GetString(bytes).Select(letter => letter < ' ' ? $"\\x{(int)letter:x2}" : letter.ToString()));

    private async Task<string?> FailureAsync(CoreRuleSetStage stage)
    {
        string answer;
        using (var client = new RawClient(gateway.Endpoints[0]))
        {
            await client.SendAsync(stage.Request);
            client.EndSending();
            answer = await client.ReadToEndAsync();
        }
        // Every event of a connection is recorded before it is closed; the first is of the request, further ones of what follows it.
        if (!events.TryTake(out var told, patience)) return "no event";
        while (events.TryTake(out var more)) told = told with { Rules = [.. told.Rules, .. more.Rules], Log = told.Log + more.Log };
        var status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
        var how = $" ({told.Reason}, {status}, matched {string.Join(' ', told.Rules)})";
        if (stage.ExpectsError && (status == 0 || status >= 400)) return null;
        if (stage.Status > 0 && status != stage.Status) return $"status is not {stage.Status}" + how;
        if (Array.Find(stage.Expected, id => !told.Rules.Contains(id)) is > 0 and var missing) return $"{missing} does not match" + how;
        if (Array.Find(stage.Unexpected, told.Rules.Contains) is > 0 and var wrong) return $"{wrong} matches" + how;
        if (stage.Pattern is { } pattern && !Regex.IsMatch(told.Log, pattern, RegexOptions.None, patience)) return $"no `{pattern}`" + how;
        if (stage.NoPattern is { } none && Regex.IsMatch(told.Log, none, RegexOptions.None, patience)) return $"`{none}` is there" + how;
        return null;
    }

    /// <summary>An empty answer, or at /reflect the one that the body of the request describes.</summary>
    private static async Task AnswerAsync(RawPeer peer)
    {
        while (await peer.ReadHeadAsync() is { } head)
        {
            var length = Regex.Match(head, @"\r\ncontent-length: (\d+)\r", RegexOptions.IgnoreCase, patience);
            var body = length.Success ? await peer.ReadAsync(int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture)) : "";
            if (head.Contains("\r\ntransfer-encoding: chunked", StringComparison.OrdinalIgnoreCase)) await peer.ReadPastAsync("0\r\n\r\n");
            await peer.SendAsync(head.Split(' ')[1].StartsWith("/reflect", StringComparison.Ordinal) ? Reflection(body) : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    }

    private static string Reflection(string described)
    {
        try
        {
            using var json = JsonDocument.Parse(Encoding.Latin1.GetBytes(described));
            var root = json.RootElement;
            var text = root.TryGetProperty("body", out var given) ? given.GetString()! : root.TryGetProperty("encodedBody", out var encoded) ? Encoding.UTF8.GetString(Convert.FromBase64String(encoded.GetString()!)) : "";
            var body = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
            var status = root.TryGetProperty("status", out var number) ? number.GetInt32() : 200;
            var headers = root.TryGetProperty("headers", out var fields) ? string.Concat(fields.EnumerateObject().Select(field => $"{field.Name}: {field.Value}\r\n")) : "";
            if (!headers.Contains("content-type", StringComparison.OrdinalIgnoreCase)) headers += "Content-Type: text/plain\r\n";
            return $"HTTP/1.1 {status} X\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";
        }
        catch (JsonException)
        {
            return "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n";
        }
    }

    public void Dispose()
    {
        gateway.Dispose();
        upstream.Dispose();
        events.Dispose();
    }
}
