using System.Security.Cryptography;
using Plimsoll.Core.Images;

namespace Plimsoll.Scan.Layers;

/// <summary>Hashes bytes as they pass and compares with what was declared (OCI image specification, "Verification").</summary>
internal sealed class DigestCheck : IDisposable
{
    private readonly Digest declared;
    private readonly IncrementalHash hash;

    private DigestCheck(Digest declared)
    {
        this.declared = declared;
        hash = IncrementalHash.CreateHash(declared.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    }

    /// <summary>Null where nothing is declared: then there is nothing to hash for.</summary>
    public static DigestCheck? Of(Digest? declared) => declared is { } digest ? new DigestCheck(digest) : null;

    public void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    /// <summary>Null when the bytes that passed are the declared ones; else a sentence that names both digests.</summary>
    public string? Difference(string what)
    {
        Span<byte> value = stackalloc byte[64];
        var actual = Digest.OfHash(value[..hash.GetHashAndReset(value)]);
        return declared == actual ? null : $"{what} is declared as {declared}, but the bytes are {actual}";
    }

    public static string? Difference(Digest? declared, ReadOnlySpan<byte> bytes, string what)
    {
        using var check = Of(declared);
        check?.Append(bytes);
        return check?.Difference(what);
    }

    public void Dispose() => hash.Dispose();
}
