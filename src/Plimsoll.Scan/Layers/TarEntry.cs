namespace Plimsoll.Scan.Layers;

/// <summary>Receives what a <see cref="TarScanner"/> reads.</summary>
internal interface ITarSink
{
    /// <summary>An entry begins.</summary>
    /// <returns>Whether its content is wanted.</returns>
    bool Entry(TarEntry entry);

    /// <summary>A piece of wanted content.</summary>
    /// <returns>Whether more of it is wanted.</returns>
    bool Content(ReadOnlySpan<byte> piece);

    void EndContent();
}

/// <summary>One entry as its headers say it.</summary>
internal sealed record TarEntry
{
    public byte[] Path { get; set; } = [];
    public byte[] Link { get; set; } = [];
    public char Type { get; set; }

    /// <summary>Bytes of the file.</summary>
    public long Size { get; set; }

    /// <summary>Bytes that stand in the archive: fewer than <see cref="Size"/> for a sparse file.</summary>
    public long StoredSize { get; init; }

    /// <summary>Offset of the content in the archive.</summary>
    public long Offset { get; set; }

    public int Mode { get; init; }
    public bool IsSparse { get; set; }

    /// <summary>Pieces of the file that the archive holds, one after the other; null when the map stands in front of the content (PAX format 1.0).</summary>
    public List<(long Offset, long Length)>? SparseMap { get; set; }

    /// <summary>The extended attribute by which overlayfs marks an opaque folder.</summary>
    public bool Opaque { get; init; }
}

internal sealed record TarFailure(TarFault Fault, long Offset, string Message);

internal enum TarFault
{
    Malformed,
    Truncated,
}
