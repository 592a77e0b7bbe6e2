using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// An archive in a file. One that is compressed as a whole must be inflated to its end before anything of it is known,
/// unless an earlier scan has kept what it knew of the same bytes: then it is only hashed.
/// </summary>
internal static class ArchiveSource
{
    /// <summary>The digest of the compressed file in what is kept of it. No file of an archive is called so.</summary>
    private const string DigestName = "\0digest";

    /// <summary>Bytes at both ends by which a file is found; all of it is hashed before it is believed to be the same.</summary>
    private const int Ends = 64 * 1024;

    public static ResolvedImage Resolve(Target target, Platform? platform, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        var (blob, file) = ArchiveStore.OpenFile(target.Path);
        try
        {
            if (cache is null || Compressions.Of(blob) == Compression.None) return Resolution.ReadLayout(ArchiveStore.Open(blob, file, limits, progress), target, platform, limits, problems);
            var source = $"{target.Kind} {target.Reference} {platform} {Platform.OfThisMachine} {blob.Length} {QuickHash(blob)}";
            return Recall(blob, file, source, target, platform, limits, cache, problems, progress) ?? Inflate(blob, file, source, target, platform, limits, cache, problems, progress);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static ResolvedImage? Recall(Blob blob, SafeFileHandle file, string source, Target target, Platform? platform, Limits limits, LayerCache cache, ProblemLog problems, ScanProgress? progress)
    {
        if (cache.Recall(source) is not { } kept) return null;
        if (kept.Find(DigestName) is { } digest && Encoding.ASCII.GetString(digest.ReadAll(limits.ManifestBytes)) == HashOf(blob, progress))
        {
            var resolved = RecalledStore.Resolve(kept, target, platform, limits, cache, problems, () => ArchiveStore.Open(blob, hold: null, limits, progress: null));
            return resolved is null ? null : resolved with { Holds = resolved.Holds.Add(file) };
        }
        kept.Dispose();
        return null;
    }

    private static ResolvedImage Inflate(Blob blob, SafeFileHandle file, string source, Target target, Platform? platform, Limits limits, LayerCache cache, ProblemLog problems, ScanProgress? progress)
    {
        using var hash = DigestCheck.OfUnknown();
        var archive = ArchiveStore.Open(blob, file, limits, progress, hash);
        var resolved = Resolution.ReadLayout(archive, target, platform, limits, problems);
        if (archive.Truncated is null) cache.Remember(source, RecalledStore.Describe(archive, resolved, limits, (DigestName, Encoding.ASCII.GetBytes(hash.Finish().ToString()))));
        return RecalledStore.AsCopy(resolved);
    }

    private static string HashOf(Blob blob, ScanProgress? progress)
    {
        progress?.Begin("hashing the archive", blob.Length);
        using var hash = DigestCheck.OfUnknown();
        var buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
        for (var position = 0L; blob.Read(buffer, position) is > 0 and var read; position += read)
        {
            hash.Append(buffer.AsSpan(0, read));
            progress?.Advance(read);
        }
        return hash.Finish().ToString();
    }

    private static string QuickHash(Blob blob)
    {
        var bytes = new byte[2 * Ends];
        var start = blob.Read(bytes.AsSpan(0, Ends), 0);
        var end = blob.Read(bytes.AsSpan(start, Ends), Math.Max(0, blob.Length - Ends));
        return Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, start + end)));
    }
}
