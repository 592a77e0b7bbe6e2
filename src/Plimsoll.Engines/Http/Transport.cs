using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines.Http;

/// <summary>
/// Sends requests to a server and to where it leads: tries again what may succeed later, follows redirects, proves who
/// asks. What is proved to one host is never shown to another, and what began with TLS never goes on without.
/// </summary>
internal sealed class Transport : IDisposable
{
    private const int MaxRedirects = 5;

    /// <summary>How long an address that gave no connection in time is not asked for another: what drops packets drops those of the next request, too.</summary>
    private static readonly TimeSpan rest = TimeSpan.FromMinutes(1);

    private readonly ServerKind kind;
    private readonly TransportOptions options;
    private readonly HttpClient http;
    private readonly Trust trust;
    private readonly CancellationToken stop;
    private readonly List<Socket> sockets = [];
    private readonly ConcurrentDictionary<DnsEndPoint, (long Until, bool IsNamed)> silent = new();

    public Transport(ServerKind kind, TransportOptions options, CancellationToken stop)
    {
        this.kind = kind;
        this.options = options;
        this.stop = stop;
        trust = new Trust(options.CaFile);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None, // Digests are of the bytes as they are stored.
            ConnectCallback = Connect,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust.Accepts },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // Each read has its own bound.
        };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("plimsoll", null));
    }

    /// <summary>Whether a server speaks TLS. Only a machine's own registries are asked, which commonly do not.</summary>
    public bool SpeaksTls(Uri uri)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            using var response = http.Send(request, HttpCompletionOption.ResponseHeadersRead, stop);
            return true;
        }
        catch (HttpRequestException failed)
        {
            return trust.SawCertificate || failed.HttpRequestError != HttpRequestError.SecureConnectionError;
        }
    }

    /// <summary>An answer that is a success or one of those that mean something to the kind's clients, after redirects and repeated attempts.</summary>
    /// <param name="prepare">Sets headers of the request to its first host.</param>
    /// <param name="cancel">Ends the wait for an answer and for the next attempt; reading the answer's body is not reached by it.</param>
    /// <exception cref="PlimsollException">There is none.</exception>
    public HttpResponseMessage Send(HttpMethod method, Uri uri, Action<HttpRequestMessage> prepare, AuthenticationHeaderValue? authorization, string what, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var pause = options.Pause * Math.Pow(2, attempt - 1);
            string reason;
            try
            {
                var response = Follow(method, uri, prepare, authorization, what, cancel);
                if (response.IsSuccessStatusCode || kind.Answers.Contains(response.StatusCode)) return response;
                using (response)
                {
                    reason = $"it answers {Answer.Describe(response)}";
                    if (response.StatusCode is not HttpStatusCode.TooManyRequests and < HttpStatusCode.InternalServerError) throw Refused(uri, what, reason);
                    pause = Asked(response) ?? pause;
                }
                if (pause > options.LongestPause) throw new PlimsollException($"{kind.Code}-busy", $"{Host(uri)} does not give {what} now: {reason}, and asks to wait {pause.TotalSeconds:N0} seconds.", kind.WhenBusy);
            }
            catch (Exception failed) when (failed is HttpRequestException or IOException)
            {
                cancel.ThrowIfCancellationRequested();
                if (trust.Refusal is { } refusal) throw new PlimsollException($"{kind.Code}-untrusted", $"{Host(uri)} is not trusted: {refusal}.", kind.WhenUntrusted);
                reason = failed is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } ? $"its name cannot be resolved: {Explain(failed)}" : Explain(failed);
                if (failed is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } || TooSlowException.Is(failed) || failed.InnerException is SilentException) throw Unreachable(uri, what, reason);
            }
            if (attempt >= options.Attempts) throw Unreachable(uri, what, $"{reason}; tried {attempt} times");
            cancel.WaitHandle.WaitOne(pause);
            cancel.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Whether bytes and secrets may go to an address: with TLS anywhere, without only inside this machine or where it was asked for.</summary>
    public bool Allows(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (options.PlainHttp || uri.IsLoopback));

    private HttpResponseMessage Follow(HttpMethod method, Uri first, Action<HttpRequestMessage> prepare, AuthenticationHeaderValue? authorization, string what, CancellationToken cancel)
    {
        var uri = first;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, uri);
            prepare(request);
            if (IsSameHost(uri, first)) request.Headers.Authorization = authorization;
            var response = http.Send(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return response;
            using (response)
            {
                if (method != HttpMethod.Get) throw Refused(first, what, "it redirects what holds a secret");
                if (redirects == MaxRedirects) throw Refused(first, what, $"it redirects more than {MaxRedirects} times");
                if (response.Headers.Location is not { } location) throw Refused(first, what, "it redirects to nowhere");
                var next = new Uri(uri, location);
                if (!Allows(next) || (uri.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)) throw Refused(first, what, $"it redirects to {Answer.Quote(next.GetLeftPart(UriPartial.Authority))}, which is not reached by TLS");
                uri = next;
            }
        }
    }

    private static bool IsSameHost(Uri one, Uri other) => one.Scheme == other.Scheme && one.Authority == other.Authority;

    /// <summary>Seconds or a date (RFC 9110, 10.2.3).</summary>
    private static TimeSpan? Asked(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - TimeProvider.System.GetUtcNow() is var left => left > TimeSpan.Zero ? left : TimeSpan.Zero,
        _ => null,
    };

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var patience = options.Connect < options.Stall ? options.Connect : options.Stall;
        if (silent.TryGetValue(context.DnsEndPoint, out var before) && Environment.TickCount64 < before.Until) throw Silent(before.IsNamed, patience);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var isNamed = false;
        try
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop);
            bound.CancelAfter(patience);
            var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, bound.Token);
            isNamed = true;
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, bound.Token);
            lock (sockets) sockets.Add(socket);
            socket.ReceiveTimeout = socket.SendTimeout = (int)options.Stall.TotalMilliseconds;
            return new PacedStream(new NetworkStream(socket, ownsSocket: true), options.Window, options.WindowBytes);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            socket.Dispose();
            silent[context.DnsEndPoint] = (Environment.TickCount64 + (long)rest.TotalMilliseconds, isNamed);
            throw Silent(isNamed, patience);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The server of names, or the address that it gave, did not answer in time.</summary>
    private static Exception Silent(bool isNamed, TimeSpan patience) => isNamed ? new SilentException(patience) : new SocketException((int)SocketError.TryAgain);

    /// <summary>Cuts all connections: a thread that waits for bytes is not to be reached otherwise.</summary>
    public void Abort()
    {
        lock (sockets)
            foreach (var socket in sockets) socket.Dispose();
    }

    public static string Explain(Exception failed) => Answer.Quote((failed.InnerException ?? failed).Message);

    private string Host(Uri uri) => $"{kind.Name} {uri.Authority}";

    private PlimsollException Refused(Uri uri, string what, string reason) => new($"{kind.Code}-refused", $"{Host(uri)} does not give {what}: {reason}.", kind.WhenRefused);

    private PlimsollException Unreachable(Uri uri, string what, string reason) => new($"{kind.Code}-unreachable", $"{Host(uri)} does not give {what}: {reason}.", kind.WhenUnreachable);

    public void Dispose() => http.Dispose();

    /// <summary>Nothing answers at an address, not even that there is nothing.</summary>
    private sealed class SilentException(TimeSpan patience) : IOException($"no connection within {patience.TotalSeconds:N0} seconds");
}
