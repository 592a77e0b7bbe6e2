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

/// <summary>A guard with rules in front of a server that answers as the request says. Requests one after the other, over a connection each.</summary>
internal sealed class RuledGuard : IDisposable, IEventSink
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);
    private readonly BlockingCollection<Told> events = [];
    private readonly string? always;
    private readonly RawServer upstream;
    private readonly Gateway gateway;

    /// <param name="answer">What the server answers to every request; null for what the request says.</param>
    /// <param name="listener">Null for one of HTTP/1.</param>
    public RuledGuard(RuleProgram program, Mode mode = Mode.Detect, FailMode failMode = FailMode.Closed, string? answer = null, ListenerOptions? listener = null)
    {
        always = answer;
        upstream = new(AnswerAsync);
        gateway = new(new()
        {
            Listeners = [listener ?? new(new(IPAddress.Loopback, 0))],
            Sites =
            [
                new()
                {
                    Name = "suite",
                    Upstreams = [new(upstream.Address.ToString(), upstream.Address)],
                    Mode = mode,
                    FailMode = failMode,
                    // The guard's own strictness is not what is compared: everything that can be allowed is.
                    Ambiguities = new() { Allowed = new(UInt128.MaxValue) },
                    Rules = program,
                },
            ],
            Limits = GuardLimits.Default,
        }, [], this, TimeProvider.System);
        gateway.Start();
    }

    public IPEndPoint Address => gateway.Endpoints[0];

    /// <param name="Status">What the client was answered with; 0 for nothing.</param>
    /// <param name="Log">What rules say, a line each.</param>
    /// <param name="RefusedBy">The rule that refused; 0 for none.</param>
    /// <param name="Answer">What the client got.</param>
    public sealed record Told(Reason Reason, int Status, int[] Rules, string Log, int RefusedBy, string Answer = "");

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
        events.Add(new(recorded.Verdict.Reason, recorded.Status, [.. ids], log.ToString(), recorded.Verdict.Rule));
    }

    public async Task<Told> SendAsync(byte[] request)
    {
        string answer;
        using (var client = new RawClient(gateway.Endpoints[0]))
        {
            await client.SendAsync(request);
            client.EndSending();
            answer = await client.ReadToEndAsync();
        }
        // Every event of a connection is recorded before it is closed; the first is of the request, further ones of what follows it.
        if (!events.TryTake(out var told, patience)) throw new TimeoutException("no event");
        while (events.TryTake(out var more)) told = told with { Rules = [.. told.Rules, .. more.Rules], Log = told.Log + more.Log };
        return told with { Answer = answer, Status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0 };
    }

    /// <summary>Control bytes as logs of servers have them.</summary>
    private static string Escaped(ReadOnlySpan<byte> bytes) => string.Concat(Encoding.Latin1.GetString(bytes).Select(letter => letter < ' ' ? $"\\x{(int)letter:x2}" : letter.ToString()));

    /// <summary>An empty answer, or at /reflect the one that the body of the request describes.</summary>
    private async Task AnswerAsync(RawPeer peer)
    {
        while (await peer.ReadHeadAsync() is { } head)
        {
            var length = Regex.Match(head, @"\r\ncontent-length: (\d+)\r", RegexOptions.IgnoreCase, patience);
            var body = length.Success ? await peer.ReadAsync(int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture)) : "";
            if (head.Contains("\r\ntransfer-encoding: chunked", StringComparison.OrdinalIgnoreCase)) await peer.ReadPastAsync("0\r\n\r\n");
            await peer.SendAsync(always ?? (head.Split(' ')[1].StartsWith("/reflect", StringComparison.Ordinal) ? Reflection(body) : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
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
