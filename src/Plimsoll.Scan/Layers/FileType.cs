namespace Plimsoll.Scan.Layers;

/// <summary>What the first bytes of a file say it is.</summary>
internal enum Magic : byte
{
    Unknown,
    Other,
    Elf,
    Shebang,
}

/// <summary>Where the content of an entry can be read again.</summary>
internal enum ContentPlace : byte
{
    /// <summary>A file of a folder that is scanned in place.</summary>
    Live,

    /// <summary>At its offset in the layer's plain blob.</summary>
    Blob,

    /// <summary>At its offset in the spool.</summary>
    Spool,

    /// <summary>In the cache, or by inflating the layer once more; the offset is that in the uncompressed tar.</summary>
    Compressed,

    /// <summary>A sparse file: its content in the archive is a map and pieces.</summary>
    Sparse,
}

/// <summary>The type bits of `st_mode` (inode(7)).</summary>
internal static class FileType
{
    public const ushort Mask = 0xF000;

    /// <summary>Not a kernel type: the path is removed from the layers below.</summary>
    public const ushort Whiteout = 0x0000;

    /// <summary>Not a kernel type: what the layers below hold in this folder is removed.</summary>
    public const ushort Opaque = 0x3000;

    public const ushort Fifo = 0x1000;
    public const ushort Character = 0x2000;
    public const ushort Folder = 0x4000;
    public const ushort Block = 0x6000;
    public const ushort File = 0x8000;
    public const ushort Symlink = 0xA000;
    public const ushort Socket = 0xC000;

    /// <summary>A hard link of a tar archive: not a kernel type, its target is another path of the same layer.</summary>
    public const ushort HardLink = 0xF000;
}
