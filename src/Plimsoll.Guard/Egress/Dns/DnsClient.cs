using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Plimsoll.Guard.Egress.Dns;

/// <summary>
/// Asks name servers from the machine's network, each question from a port of its own with a random number, in turn until one
/// answers; over TCP when the answer is too long for UDP. Answers are kept as long as they hold.
/// </summary>
/// <param name="nearer">Asked before the servers; null for nobody.</param>
internal sealed class DnsClient(IReadOnlyList<IPEndPoint> servers, TimeProvider clock, INames? nearer = null) : IDisposable
{
    private const int tries = 2;
    private const int mostKept = 4_096;
    private const int mostAtOnce = 64;
    private const int mostBytes = 4_096;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(2);

    /// <summary>How long it is kept that there is no address, in seconds.</summary>
    private const int nothingHolds = 5;

    private readonly ConcurrentDictionary<(string, ushort), (DnsReply Reply, DateTimeOffset Until)> kept = new();
    private readonly SemaphoreSlim room = new(mostAtOnce);

    /// <summary>Servers of the machine, of /etc/resolv.conf.</summary>
    public static IReadOnlyList<IPEndPoint> OfMachine(string file = "/etc/resolv.conf")
    {
        try
        {
            return [.. File.ReadLines(file).Take(1_000).Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is ["nameserver", _, ..] && IPAddress.TryParse(words[1], out _)).Select(words => new IPEndPoint(IPAddress.Parse(words[1]), 53)).Take(3)];
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Null when no server answered.</summary>
    public async ValueTask<DnsReply?> AskAsync(string name, ushort type)
    {
        if (nearer is not null && await nearer.AskAsync(name, type) is { } told) return told;
        var now = clock.GetUtcNow();
        if (kept.TryGetValue((name, type), out var known) && known.Until > now) return known.Reply with { Seconds = (int)(known.Until - now).TotalSeconds + 1 };
        if (!await room.WaitAsync(patience)) return null;
        try
        {
            for (var attempt = 0; attempt < tries * servers.Count; attempt++)
            {
                if (await AskAsync(servers[attempt % servers.Count], name, type) is not { } reply) continue;
                if (reply.Code is not (DnsCode.NoError or DnsCode.NameError)) continue;
                if (kept.Count >= mostKept) kept.Clear();
                kept[(name, type)] = (reply, clock.GetUtcNow() + TimeSpan.FromSeconds(reply.Addresses.Count == 0 ? nothingHolds : Math.Clamp(reply.Seconds, 1, AddressPins.MostAnswerSeconds)));
                return reply;
            }
            return null;
        }
        finally
        {
            room.Release();
        }
    }

    private static async ValueTask<DnsReply?> AskAsync(IPEndPoint server, string name, ushort type)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(1 << 16);
        var question = new byte[DnsWriter.MostBytes];
        var length = DnsWriter.Question(id, name, type, question);
        using var late = new CancellationTokenSource(patience);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(server, late.Token); // From others nothing is received.
            await socket.SendAsync(question.AsMemory(0, length), late.Token);
            var answer = new byte[mostBytes];
            while (true)
            {
                var count = await socket.ReceiveAsync(answer, late.Token);
                if (DnsReply.Read(answer.AsSpan(0, count), id, name, type, out var isTruncated) is not { } reply) continue; // Not to this question: wait on.
                return isTruncated ? await AskOverTcpAsync(server, question.AsMemory(0, length), id, name, type, late.Token) : reply;
            }
        }
        catch (Exception thrown) when (thrown is SocketException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private static async ValueTask<DnsReply?> AskOverTcpAsync(IPEndPoint server, ReadOnlyMemory<byte> question, ushort id, string name, ushort type, CancellationToken late)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, late);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[2 + question.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
        question.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, late);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, late);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, late);
        var reply = DnsReply.Read(answer, id, name, type, out var isTruncated);
        return isTruncated ? null : reply;
    }

    public void Dispose() => room.Dispose();
}
