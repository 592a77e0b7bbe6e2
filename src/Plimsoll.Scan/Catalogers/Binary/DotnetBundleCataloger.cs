using System.Buffers.Binary;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Language;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// .NET applications published as a single file (.NET's design document "Single-file Publish"): files appended to an
/// ELF executable that has, in its data, the offset of a manifest and a fixed 32-byte signature after it. The manifest
/// begins with two 32-bit numbers for its version, a 32-bit count of files and an id (a length of seven bits a byte,
/// then text); from version 2 on follow 64-bit offsets and sizes of the bundled deps.json and runtimeconfig.json.
/// </summary>
internal sealed class DotnetBundleCataloger : IElfCataloger
{
    private const string CatalogerId = "binary/dotnet-bundle";

    /// <summary>Bytes of initialised data of a host: that of .NET 10 with the runtime inside has 0.4 MB.</summary>
    private const int MaxData = 8 << 20;

    /// <summary>Bytes of a manifest up to the place of deps.json: numbers, and an id of at most 127 bytes, in practice 12.</summary>
    private const int MaxHead = 256;

    /// <summary>SHA-256 of `.net core bundle`.</summary>
    private static ReadOnlySpan<byte> Signature =>
    [
        0x8B, 0x12, 0x02, 0xB9, 0x6A, 0x61, 0x20, 0x38, 0x72, 0x7B, 0x93, 0x02, 0x14, 0xD7, 0xA0, 0x32,
        0x13, 0xF5, 0xB9, 0xE6, 0xEF, 0xAE, 0x33, 0x18, 0xEE, 0x3B, 0x2D, 0xCE, 0x24, 0xB3, 0x6A, 0xAE,
    ];

    public string Id => CatalogerId;
    public string Reads => ".NET: NuGet packages and the carried runtime of single-file applications";

    public void Catalog(ElfFile elf, ImageFile file, Findings found)
    {
        if (elf.End >= elf.Length || ManifestOffset(elf) is not { } offset) return; // No bundle: nothing is appended, or no host is in front of it.
        var head = new byte[MaxHead];
        var length = elf.ReadSome(offset, head);
        if (length < 16 || TryPlace(head.AsSpan(0, length), out var version, out var at, out var size) is false)
            found.Malformed(file.At(), $"expected the manifest of a .NET bundle at offset {offset:N0}, found something else; its packages were not read");
        else if (version < 2)
            found.Report(ProblemKind.Unsupported, file.Path, $"it is a .NET bundle of format {version} (.NET Core 3), which is not read; its packages are missing");
        else if (size == 0)
            found.Report(ProblemKind.Unsupported, file.Path, "it is a .NET bundle without a deps.json, so nothing says which packages it has; they are missing");
        else
            DotnetPackages.Read(elf.Read(at, size, DotnetCataloger.MaxBytes, "bundled deps.json"), file.At(), CatalogerId, found);
    }

    /// <summary>The number in front of the signature; null where there is none, or a host that bundles nothing.</summary>
    private static long? ManifestOffset(ElfFile elf)
    {
        foreach (var segment in elf.Segments)
        {
            if (segment.Type != ElfSegment.Load || !segment.IsWritable || segment.IsCode || segment.FileSize is 0 or > MaxData) continue; // The signature is in plain data, and no host has so much.
            var data = elf.Read(segment.Offset, segment.FileSize, MaxData, "data segment");
            var at = data.AsSpan().IndexOf(Signature);
            if (at >= 8 && BinaryPrimitives.ReadInt64LittleEndian(data.AsSpan(at - 8)) is not 0 and var offset) return offset;
        }
        return null;
    }

    private static bool TryPlace(ReadOnlySpan<byte> head, out uint version, out long at, out long size)
    {
        version = BinaryPrimitives.ReadUInt32LittleEndian(head);
        (at, size) = (0, 0);
        if (version is 0 or > 100) return false;
        if (version < 2) return true;
        var id = head[12];
        var places = 13 + id;
        if (id > 127 || places + 16 > head.Length) return false;
        at = BinaryPrimitives.ReadInt64LittleEndian(head[places..]);
        size = BinaryPrimitives.ReadInt64LittleEndian(head[(places + 8)..]);
        return true;
    }
}
