using System.Buffers.Binary;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>RFC 9113, section 6.5.2.</summary>
internal enum Setting : ushort
{
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
    MaxHeaderListSize = 6,
}

/// <summary>Parameters of a SETTINGS frame: identifier (16 bits), value (32 bits).</summary>
internal static class Settings
{
    public const int Size = 6;

    public static void Write(Span<byte> to, Setting setting, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)setting);
        BinaryPrimitives.WriteInt32BigEndian(to[2..], value);
    }

    public static (Setting Setting, uint Value) Read(ReadOnlySpan<byte> from) => ((Setting)BinaryPrimitives.ReadUInt16BigEndian(from), BinaryPrimitives.ReadUInt32BigEndian(from[2..]));
}
