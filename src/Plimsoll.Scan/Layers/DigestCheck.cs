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

    /// <summary>For bytes of which nothing is declared.</summary>
    public static DigestCheck OfUnknown() => new(default);

    public void Append(ReadOnlySpan<byte> bytes) => hash.AppendData(bytes);

    /// <summary>Null when the bytes that passed are the declared ones; else a sentence that names both digests.</summary>
    public string? Difference(string what)
    {
        var actual = Finish();
        return declared == actual ? null : $"{what} is declared as {declared}, but the bytes are {actual}";
    }

    /// <summary>The digest of the bytes that passed.</summary>
    public Digest Finish()
    {
        Span<byte> value = stackalloc byte[64];
        return Digest.OfHash(value[..hash.GetHashAndReset(value)]);
    }

    public static string? Difference(Digest? declared, ReadOnlySpan<byte> bytes, string what)
    {
        using var check = Of(declared);
        check?.Append(bytes);
        return check?.Difference(what);
    }

    public void Dispose() => hash.Dispose();
}
