using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Egress.Dns;

/// <summary>Writes the guard's own messages: questions to name servers, answers to the container.</summary>
internal static class DnsWriter
{
    /// <summary>Addresses of one answer; with them it stays below the 512 bytes that every client reads.</summary>
    public const int MostAddresses = 8;

    /// <summary>Of any message that is written here.</summary>
    public const int MostBytes = 768;

    private const int udpPayload = 1232; // DNS Flag Day 2020.
    private const int pointerToQuestion = 0xC00C;

    /// <param name="addresses">Of the family that was asked for; the first <see cref="MostAddresses"/> are written.</param>
    /// <param name="seconds">How long the answer may be kept.</param>
    public static int Answer(in DnsQuestion question, DnsCode code, IReadOnlyList<IPAddress> addresses, int seconds, Span<byte> into)
    {
        into.Clear();
        var family = question.Type == DnsQuestion.TypeA ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var flags = 0x8080 | (question.WantsRecursion ? 0x0100 : 0) | (int)code; // An answer, from one who looks up for others.
        Header(into, question.Id, flags, question.Bytes.Length > 0 ? 1 : 0);
        question.Bytes.CopyTo(into[DnsQuestion.HeaderBytes..]);
        var at = DnsQuestion.HeaderBytes + question.Bytes.Length;
        var count = 0;
        foreach (var address in addresses)
        {
            if (address.AddressFamily != family || count == MostAddresses) continue;
            BinaryPrimitives.WriteUInt16BigEndian(into[at..], pointerToQuestion);
            BinaryPrimitives.WriteUInt16BigEndian(into[(at + 2)..], question.Type);
            BinaryPrimitives.WriteUInt16BigEndian(into[(at + 4)..], DnsQuestion.ClassInternet);
            BinaryPrimitives.WriteInt32BigEndian(into[(at + 6)..], seconds);
            address.TryWriteBytes(into[(at + 12)..], out var length);
            BinaryPrimitives.WriteUInt16BigEndian(into[(at + 10)..], (ushort)length);
            at += 12 + length;
            count++;
        }
        BinaryPrimitives.WriteUInt16BigEndian(into[6..], (ushort)count);
        return question.HasExtension ? Extension(into, at) : at;
    }

    public static int Question(ushort id, string name, ushort type, Span<byte> into)
    {
        into.Clear();
        Header(into, id, 0x0100, 1);
        var at = DnsQuestion.HeaderBytes + DnsName.Write(name, into[DnsQuestion.HeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(into[at..], type);
        BinaryPrimitives.WriteUInt16BigEndian(into[(at + 2)..], DnsQuestion.ClassInternet);
        return Extension(into, at + 4);
    }

    private static void Header(Span<byte> into, ushort id, int flags, int questions)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into, id);
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16BigEndian(into[4..], (ushort)questions);
    }

    private static int Extension(Span<byte> into, int at)
    {
        BinaryPrimitives.WriteUInt16BigEndian(into[10..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(into[(at + 1)..], DnsQuestion.TypeOpt);
        BinaryPrimitives.WriteUInt16BigEndian(into[(at + 3)..], udpPayload);
        return at + 11;
    }
}
