using System.Buffers.Binary;
using System.Text;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>
/// The frontend/backend protocol 3 of PostgreSQL (its manual, chapter "Frontend/Backend Protocol"): a byte for the type, a length of
/// 32 bits that counts itself, the content. The first message of a client has no type.
/// </summary>
internal static class Wire
{
    /// <summary>Type and length.</summary>
    public const int HeadBytes = 5;

    public const int CancelRequest = 80877102;
    public const int TlsRequest = 80877103;
    public const int GssRequest = 80877104;

    /// <summary>What the server allows for a start-up packet: MAX_STARTUP_PACKET_LENGTH.</summary>
    public const int StartupBytes = 10_000;

    /// <summary>What the server allows for any message: PQ_LARGE_MESSAGE_LIMIT.</summary>
    public const int MessageBytes = (1 << 30) - 2;

    /// <summary>Of a message that has only names or numbers: PQ_SMALL_MESSAGE_LIMIT.</summary>
    public const int SmallBytes = 10_000;

    /// <summary>Of a statement that is judged. Longer ones are refused.</summary>
    public const int StatementBytes = 4 << 20;

    /// <summary>Of names at the beginning of a message. The server looks at 63.</summary>
    public const int NameBytes = 1_024;

    /// <summary>Of a message of the server that the guard looks into.</summary>
    public const int LookedIntoBytes = 64 << 10;

    public static int Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes);

    /// <summary>A string that ends with a zero byte; null when it does not end.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> bytes, out bool isWhole)
    {
        var end = bytes.IndexOf((byte)0);
        isWhole = end >= 0;
        return isWhole ? bytes[..end] : default;
    }

    /// <summary>Writes a message of the server's ErrorResponse.</summary>
    /// <param name="severity">`ERROR`, or `FATAL` at the end of a session.</param>
    public static byte[] Error(string severity, string code, string message, string detail = "", string hint = "")
    {
        var bytes = new List<byte> { (byte)'E', 0, 0, 0, 0 };
        void Field(char type, string text)
        {
            if (text.Length == 0) return;
            bytes.Add((byte)type);
            bytes.AddRange(Encoding.UTF8.GetBytes(text.Replace('\0', ' ')));
            bytes.Add(0);
        }
        Field('S', severity);
        Field('V', severity);
        Field('C', code);
        Field('M', message);
        Field('D', detail);
        Field('H', hint);
        bytes.Add(0);
        var all = bytes.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(all.AsSpan(1), all.Length - 1);
        return all;
    }

    /// <summary>A message of one type around texts that each end with a zero byte, then bytes.</summary>
    public static void Write(OutputBuffer to, char type, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> rest = default, int texts = 1)
    {
        var length = 4 + first.Length + 1 + (texts > 1 ? second.Length + 1 : 0) + rest.Length;
        var bytes = to.Reserve(length + 1);
        bytes[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], length);
        first.CopyTo(bytes[HeadBytes..]);
        var at = HeadBytes + first.Length;
        bytes[at++] = 0;
        if (texts > 1)
        {
            second.CopyTo(bytes[at..]);
            at += second.Length;
            bytes[at++] = 0;
        }
        rest.CopyTo(bytes[at..]);
        to.Commit(length + 1);
    }
}
