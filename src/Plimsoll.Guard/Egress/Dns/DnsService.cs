using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress.Dns;

/// <summary>
/// Answers a container's questions: addresses of names that the profile has, nothing else. What it answers is pinned before the
/// container has it, so that the first dial finds the kernel ready.
/// </summary>
/// <param name="opened">Lets the kernel pass connections to addresses of rules, by number.</param>
internal sealed class DnsService(EgressPolicy policy, AddressPins pins, DnsClient client, EgressBudget budget, EgressRecorder recorder, bool hasV6, Func<IReadOnlyList<(int Rule, IPAddress Address)>, Task> opened) : IDisposable
{
    private const int mostAtOnce = 256;
    private const int mostOverTcp = 100;
    private const int patience = 10_000;

    private readonly SemaphoreSlim room = new(mostAtOnce);

    /// <summary>Serves questions over UDP until the socket is closed.</summary>
    public async Task ServeAsync(Socket socket)
    {
        var buffer = new byte[DnsQuestion.MostBytes + 1];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var received = await socket.ReceiveFromAsync(buffer, any);
                if (!await room.WaitAsync(0)) continue; // The client asks again.
                _ = AnswerAsync(socket, buffer.AsSpan(0, received.ReceivedBytes).ToArray(), received.RemoteEndPoint);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException thrown) when (thrown.SocketErrorCode is not (SocketError.OperationAborted or SocketError.Interrupted))
            {
                // An answer could not be delivered: the next question is served.
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket socket, byte[] message, EndPoint from)
    {
        try
        {
            if (await AnswerAsync(message) is { } answer) await socket.SendToAsync(answer, from);
        }
        catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Serves questions over TCP, each with its length before it (RFC 7766).</summary>
    public async ValueTask ServeAsync(SocketTransport transport)
    {
        var buffer = new byte[2 + DnsQuestion.MostBytes];
        for (var questions = 0; questions < mostOverTcp; questions++)
        {
            transport.ReadBy = Environment.TickCount64 + patience;
            if (!await ReadAsync(transport, buffer.AsMemory(0, 2))) return;
            var length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
            if (length > DnsQuestion.MostBytes || !await ReadAsync(transport, buffer.AsMemory(2, length))) return;
            if (await AnswerAsync(buffer.AsSpan(2, length).ToArray()) is not { } answer) return;
            var framed = new byte[2 + answer.Length];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
            answer.CopyTo(framed, 2);
            transport.WriteBy = Environment.TickCount64 + patience;
            if (!await transport.WriteAsync(framed)) return;
        }
    }

    private static async ValueTask<bool> ReadAsync(SocketTransport transport, Memory<byte> into)
    {
        while (!into.IsEmpty)
        {
            var count = await transport.ReadAsync(into);
            if (count <= 0) return false;
            into = into[count..];
        }
        return true;
    }

    /// <returns>Null for what is not answered.</returns>
    internal async ValueTask<byte[]?> AnswerAsync(byte[] message)
    {
        if (!DnsQuestion.TryRead(message, out var question, out var code))
        {
            Refused(EgressReason.QuestionMalformed, null, null);
            return code is { } said ? Written(question, said, [], 0) : null;
        }
        var reason = Judge(question);
        if (reason != EgressReason.None)
        {
            var passes = !policy.Enforces && reason == EgressReason.NameUnknown;
            Refused(reason, question.Name, question, passes);
            if (!passes) return Written(question, DnsCode.Refused, [], 0);
        }
        // Clients ask for the type HTTPS beside addresses, and fail when that is refused: there is none.
        if (!question.WantsAddresses || (question.Type == DnsQuestion.TypeAaaa && !hasV6)) return Written(question, DnsCode.NoError, [], 0);
        return await LookUpAsync(question);
    }

    private EgressReason Judge(in DnsQuestion question)
    {
        var now = Environment.TickCount64;
        if (!budget.TryAsk(now)) return EgressReason.QuestionRate;
        if (!question.WantsAddresses && question.Type is not (DnsQuestion.TypeHttps or DnsQuestion.TypeSvcb)) return EgressReason.NameType;
        var isKnown = policy.HasName(question.Name, out var isByWildcard);
        if (isKnown && !isByWildcard) return EgressReason.None;
        if (!isKnown && policy.Enforces) return EgressReason.NameUnknown;
        if (isKnown && BelowWildcard(question.Name) > EgressPolicy.MostOfWildcard) return EgressReason.NameTunnel;
        if (!budget.TryName(question.Name, now)) return EgressReason.NameTunnel;
        return isKnown ? EgressReason.None : EgressReason.NameUnknown;
    }

    /// <summary>Characters of the name that the shortest wildcard leaves open.</summary>
    private int BelowWildcard(string name) => policy.RulesOf(name).Select(rule => name.Length - policy.Profile.Egress[rule].Name!.Length + 1).DefaultIfEmpty(0).Min();

    private async ValueTask<byte[]> LookUpAsync(DnsQuestion question)
    {
        IReadOnlyList<IPAddress> addresses = policy.AddressesOf(question.Name);
        var seconds = AddressPins.MostAnswerSeconds;
        if (addresses.Count == 0)
        {
            var reply = await client.AskAsync(question.Name, question.Type);
            if (reply is null)
            {
                Refused(EgressReason.NameUnanswered, question.Name, question);
                return Written(question, DnsCode.ServerFailure, [], 0);
            }
            if (reply.Code != DnsCode.NoError) return Written(question, reply.Code, [], 0);
            addresses = [.. reply.Addresses.Where(Reachable.IsAnswer).Take(DnsWriter.MostAddresses)];
            if (addresses.Count < Math.Min(reply.Addresses.Count, DnsWriter.MostAddresses)) Refused(EgressReason.NameAddress, question.Name, question);
            seconds = Math.Clamp(reply.Seconds, 1, AddressPins.MostAnswerSeconds);
            if (!pins.Add(question.Name, addresses, seconds))
            {
                Refused(EgressReason.NameTunnel, question.Name, question);
                return Written(question, DnsCode.ServerFailure, [], 0);
            }
        }
        if (policy.Enforces && addresses.Count > 0) await opened([.. policy.RulesOf(question.Name).SelectMany(rule => addresses.Select(address => (rule, address)))]);
        return Written(question, DnsCode.NoError, addresses, seconds);
    }

    private void Refused(EgressReason reason, string? name, DnsQuestion? question, bool passes = false) => recorder.Record(new(recorder.Now, passes ? Decision.ForwardRecorded : Decision.Refuse, reason, "dns", name is { Length: 0 } ? "." : name, null)
    {
        Detail = question?.TypeName,
        Exception = reason == EgressReason.NameUnknown && ProfileFile.IsName(name) ? new() { Name = name } : null,
    });

    private static byte[] Written(in DnsQuestion question, DnsCode code, IReadOnlyList<IPAddress> addresses, int seconds)
    {
        Span<byte> answer = stackalloc byte[DnsWriter.MostBytes];
        return answer[..DnsWriter.Answer(question, code, addresses, seconds, answer)].ToArray();
    }

    public void Dispose() => room.Dispose();
}
