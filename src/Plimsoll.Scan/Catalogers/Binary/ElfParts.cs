using System.Buffers.Binary;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>A section header. Sizes and offsets are cut to what a file can have.</summary>
internal readonly record struct ElfSection(uint NameAt, uint Type, ulong Flags, ulong Address, long Offset, ulong Size, uint Link, uint Info)
{
    /// <summary>SHT_PROGBITS: what the program itself is made of.</summary>
    public const uint Program = 1;

    /// <summary>SHT_NOBITS: room in memory, no bytes in the file.</summary>
    private const uint NoBits = 8;

    public string Name { get; init; } = "";
    public long FileSize => Type is NoBits or 0 ? 0 : (long)Math.Min(Size, ElfFields.Most);

    /// <summary>SHF_ALLOC: part of the running program.</summary>
    public bool IsLoaded => (Flags & 2) != 0;

    /// <summary>SHF_WRITE.</summary>
    public bool IsWritable => (Flags & 1) != 0;

    /// <summary>SHF_EXECINSTR.</summary>
    public bool IsCode => (Flags & 4) != 0;
}

/// <summary>A program header.</summary>
internal readonly record struct ElfSegment(uint Type, uint Flags, long Offset, ulong Address, long FileSize, ulong Alignment)
{
    public const uint Load = 1;
    public const uint Dynamic = 2;
    public const uint Note = 4;

    /// <summary>PF_W.</summary>
    public bool IsWritable => (Flags & 2) != 0;

    /// <summary>PF_X.</summary>
    public bool IsCode => (Flags & 1) != 0;
}

/// <summary>Reads numbers as a file's class and byte order have them.</summary>
internal readonly record struct ElfFields(bool Is64, bool IsBigEndian)
{
    /// <summary>No file is larger; keeps sums of two places within a long.</summary>
    public const long Most = long.MaxValue / 4;

    public ushort Half(ReadOnlySpan<byte> bytes, int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    public uint Word32(ReadOnlySpan<byte> bytes, int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>A number as wide as an address.</summary>
    public ulong Word(ReadOnlySpan<byte> bytes, int at) =>
        !Is64 ? Word32(bytes, at) : IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    /// <summary>An offset or size within the file.</summary>
    public long Place(ReadOnlySpan<byte> bytes, int at) => (long)Math.Min(Word(bytes, at), Most);
}
