using System.Buffers.Binary;

namespace Plimsoll.Guard.Egress.Dns;

/// <summary>
/// A client's message (RFC 1035, section 4.1): a header of 12 bytes, one question, and at most an OPT record (RFC 6891) behind it.
/// Nothing of it is ever sent on: the guard asks its own questions.
/// </summary>
/// <param name="Bytes">Of name, type and class, as the answer repeats them: some clients mix upper and lower case and compare.</param>
internal readonly record struct DnsQuestion(ushort Id, bool WantsRecursion, string Name, ushort Type, byte[] Bytes, bool HasExtension)
{
    /// <summary>A question has 12 + 255 + 4 bytes, and an OPT record with cookie and padding some dozens.</summary>
    public const int MostBytes = 512;
    public const int Port = 53;

    public const int HeaderBytes = 12;
    public const ushort TypeA = 1, TypeCname = 5, TypeAaaa = 28, TypeOpt = 41, TypeHttps = 65, TypeSvcb = 64;
    public const ushort ClassInternet = 1;

    public bool WantsAddresses => Type is TypeA or TypeAaaa;

    /// <summary>What the type is called, for events.</summary>
    public string TypeName => Type switch
    {
        TypeA => "A",
        2 => "NS",
        TypeCname => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        TypeAaaa => "AAAA",
        33 => "SRV",
        TypeSvcb => "SVCB",
        TypeHttps => "HTTPS",
        255 => "ANY",
        _ => $"TYPE{Type}",
    };

    /// <param name="code">What a message that is not read is answered with; null when it is not answered at all.</param>
    public static bool TryRead(ReadOnlySpan<byte> message, out DnsQuestion question, out DnsCode? code)
    {
        question = default;
        code = null;
        if (message.Length is < HeaderBytes or > MostBytes) return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & 0x8000) != 0) return false; // An answer: whoever answers answers can be made to answer itself.
        question = new(BinaryPrimitives.ReadUInt16BigEndian(message), (flags & 0x0100) != 0, "", 0, [], false);
        if ((flags & 0x7800) != 0)
        {
            code = DnsCode.NotImplemented;
            return false;
        }
        code = DnsCode.FormatError;
        int Count(ReadOnlySpan<byte> bytes, int section) => BinaryPrimitives.ReadUInt16BigEndian(bytes[(4 + section * 2)..]);
        if (Count(message, 0) != 1 || Count(message, 1) != 0 || Count(message, 2) != 0 || Count(message, 3) > 1) return false;
        var at = HeaderBytes;
        if (DnsName.Read(message, ref at, mayPoint: false) is not { } name || at + 4 > message.Length || BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) != ClassInternet) return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        at += 4;
        var bytes = message[HeaderBytes..at].ToArray();
        var hasExtension = Count(message, 3) == 1;
        if (hasExtension && !SkipExtension(message, ref at)) return false;
        if (at != message.Length) return false;
        question = question with { Name = name, Type = type, Bytes = bytes, HasExtension = hasExtension };
        code = null;
        return true;
    }

    /// <summary>An OPT record: the root as name, type, 6 bytes that are not looked at, and options by their length.</summary>
    private static bool SkipExtension(ReadOnlySpan<byte> message, ref int at)
    {
        if (at + 11 > message.Length || message[at] != 0 || BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]) != TypeOpt) return false;
        at += 11 + BinaryPrimitives.ReadUInt16BigEndian(message[(at + 9)..]);
        return at <= message.Length;
    }
}

/// <summary>RCODE of RFC 1035, section 4.1.1.</summary>
internal enum DnsCode : byte
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}
