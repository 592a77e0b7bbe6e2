using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Plimsoll.Guard.Events;

/// <summary>
/// An OpenTelemetry collector, which is posted logs in JSON (OTLP 1.x over HTTP). What it says to try again later is tried again a
/// few times, as the protocol wants it; what it rejects is lost.
/// </summary>
internal sealed class OtlpCollector(Uri endpoint) : IEventTarget
{
    private const int attempts = 4;
    private const int mostOfAnswer = 64 << 10;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan mostPause = TimeSpan.FromSeconds(30);
    private static readonly byte[] before = """{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"plimsoll-guard"}}]},"scopeLogs":[{"scope":{"name":"plimsoll.guard"},"logRecords":["""u8.ToArray();
    private static readonly byte[] after = "]}]}]}"u8.ToArray();

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = patience, MaxResponseContentBufferSize = mostOfAnswer };
    private readonly ManualResetEventSlim stopped = new();

    public int Write(ReadOnlySpan<byte> batch, int events)
    {
        byte[] body = [.. before, .. batch[..^1], .. after];
        var pause = TimeSpan.FromSeconds(1);
        for (var attempt = 1; ; attempt++)
        {
            var (lost, isFinal, wanted) = Post(body, events);
            if (isFinal || attempt == attempts) return lost;
            if (stopped.Wait(wanted ?? pause)) return lost;
            pause *= 2;
        }
    }

    private (int Lost, bool IsFinal, TimeSpan? Pause) Post(byte[] body, int events)
    {
        try
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = content };
            using var response = http.Send(request);
            if (response.IsSuccessStatusCode) return (Math.Min(events, Rejected(response)), true, null);
            var isLater = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
            var wanted = response.Headers.RetryAfter?.Delta;
            return (events, !isLater, wanted > mostPause ? mostPause : wanted);
        }
        catch (Exception thrown) when (thrown is HttpRequestException or OperationCanceledException or IOException)
        {
            return (events, false, null);
        }
    }

    /// <summary>`partialSuccess.rejectedLogRecords`, a number or a string.</summary>
    private static int Rejected(HttpResponseMessage response)
    {
        try
        {
            using var stream = response.Content.ReadAsStream();
            using var answer = JsonDocument.Parse(stream);
            if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("partialSuccess", out var partial) || partial.ValueKind != JsonValueKind.Object || !partial.TryGetProperty("rejectedLogRecords", out var rejected)) return 0;
            return rejected.ValueKind == JsonValueKind.Number ? rejected.GetInt32() : int.TryParse(rejected.GetString(), out var count) ? count : 0;
        }
        catch (Exception thrown) when (thrown is JsonException or IOException or FormatException or InvalidOperationException)
        {
            return 0; // Accepted; what it says beside that is not for us.
        }
    }

    public void Stop() => stopped.Set();

    public void Dispose()
    {
        http.Dispose();
        stopped.Dispose();
    }
}
