using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Clients;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>However the bytes of a client arrive, the decisions are the same.</summary>
public sealed class SplitTests
{
    private const int abreast = 8;

    /// <summary>Longer ones are split at this many places, evenly, unless PLIMSOLL_FULL is set.</summary>
    private static readonly int most = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 120 : int.MaxValue;

    private static readonly Technique answer = new() { Id = "answer", Family = "", Source = "", Must = Must.Passes, Request = [], Answer = [new("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), 0)] };

    [Theory, MemberData(nameof(Recordings.Names), MemberType = typeof(Recordings))]
    public async Task Every_split_of_a_real_client_gives_the_same_decisions(string name)
    {
        var bytes = Recording.All.Single(one => one.Name == name).Http;
        var requests = StrictReader.Requests(Encoding.Latin1.GetString(bytes)).Messages;
        await AtEachAsync(bytes, async (guard, application, at) =>
        {
            await SendAsync(guard.Port, bytes[..at], bytes[at..]);
            Assert.Equal(requests.Select(request => $"Forward None {request.Start.Split(' ')[0]} {request.Target} {request.Body.Length}"), Decisions(guard));
            Assert.Equal(requests.Select(request => (request.Method, request.Target, request.Body)), application.Requests.Select(request => (request.Method, request.Target, request.Body)));
        });
    }

    /// <summary>Only whole requests are forwarded whole, and a beginning is never taken for one.</summary>
    [Theory, MemberData(nameof(Recordings.Names), MemberType = typeof(Recordings))]
    public async Task Every_prefix_of_a_real_client_forwards_its_whole_requests(string name)
    {
        var bytes = Recording.All.Single(one => one.Name == name).Http;
        await AtEachAsync(bytes, async (guard, application, at) =>
        {
            await SendAsync(guard.Port, bytes[..at]);
            var whole = StrictReader.Requests(Encoding.Latin1.GetString(bytes, 0, at)).Messages;
            Assert.Equal(whole.Select(request => (request.Method, request.Target, request.Body)), application.Requests.Select(request => (request.Method, request.Target, request.Body)));
        });
    }

    /// <summary>A technique does not become another one by arriving in pieces.</summary>
    [Theory, MemberData(nameof(TechniqueIds.Requests), MemberType = typeof(TechniqueIds))]
    public async Task Every_split_of_a_technique_gives_the_same_decisions(string id)
    {
        var technique = TechniqueFile.Requests.Single(one => one.Id == id);
        byte[] bytes = [.. technique.Request.SelectMany(step => step.Bytes)];
        // Whether the client still waits is a matter of time; where a limit strikes is a matter of pieces.
        if (technique.Waits || technique.Family is "limits" || bytes.Length > 2_000) return;
        string[]? first = null;
        await AtEachAsync(bytes, async (guard, application, at) =>
        {
            await SendAsync(guard.Port, bytes[..at], bytes[at..]);
            var decisions = Decisions(guard);
                Interlocked.CompareExchange(ref first, decisions, null);
            Assert.Equal(first, decisions);
        }, most / 10);
    }

    private static string[] Decisions(GuardGateway guard) =>
        [.. guard.Take().Where(told => told.Reason != Reason.ClientGone).Select(told => $"{told.Decision} {told.Reason} {told.Method} {told.Target} {told.Bytes}")];

    /// <summary>Calls for places in the bytes, several at once, each with a guard and an application of its own.</summary>
    private static async Task AtEachAsync(byte[] bytes, Func<GuardGateway, HostileUpstream, int, Task> act, int? atMost = null)
    {
        var step = Math.Max(1, bytes.Length / Math.Min(atMost ?? most, bytes.Length));
        var places = new ConcurrentQueue<int>(Enumerable.Range(1, bytes.Length - 1).Where(at => at % step == 0 || IsLineEnd(bytes, at)));
        await Task.WhenAll(Enumerable.Range(0, abreast).Select(_ => Task.Run(async () =>
        {
            using var application = new HostileUpstream { Technique = answer, AnswersHeads = false };
            using var guard = new GuardGateway(application.Port);
            while (places.TryDequeue(out var at))
            {
                application.Requests.Clear();
                guard.Take();
                try
                {
                    await act(guard, application, at);
                }
                catch (Exception thrown)
                {
                    throw new InvalidOperationException($"split at {at} of {bytes.Length}: {thrown.Message}", thrown);
                }
            }
        })));
    }

    /// <summary>Between CR and LF, and on both sides of them, readers have been wrong most often.</summary>
    private static bool IsLineEnd(byte[] bytes, int at) => bytes[at] is (byte)'\r' or (byte)'\n' || bytes[at - 1] is (byte)'\n';

    /// <summary>Sends each piece as a segment of its own, ends its side, and returns when the guard has ended its.</summary>
    private static async Task SendAsync(int port, params byte[][] pieces)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var reading = Task.Run(async () =>
        {
            var buffer = new byte[16 << 10];
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0) { }
            }
            catch (SocketException) { }
        });
        try
        {
            foreach (var piece in pieces)
            {
                await socket.SendAsync(piece);
                await Task.Delay(1);
            }
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Refused already.
        }
        await reading;
    }
}
