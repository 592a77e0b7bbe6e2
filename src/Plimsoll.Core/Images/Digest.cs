namespace Plimsoll.Core.Images;

/// <summary>A content digest, `algorithm:hex` (OCI image specification, "Digests"). Only sha256 and sha512 are registered there.</summary>
public readonly record struct Digest
{
    private readonly string? text;

    private Digest(string text) => this.text = text;

    /// <summary>The lower-case hexadecimal part.</summary>
    public string Hex => Text[(Text.IndexOf(':', StringComparison.Ordinal) + 1)..];

    public string Algorithm => Text[..Math.Max(0, Text.IndexOf(':', StringComparison.Ordinal))];

    private string Text => text ?? "";

    /// <summary>The first twelve hexadecimal digits, as engines print them.</summary>
    public string Short => Hex.Length > 12 ? Hex[..12] : Hex;

    /// <summary>The digest of a finished hash; its length tells the algorithm.</summary>
    public static Digest OfHash(ReadOnlySpan<byte> hash) => hash.Length switch
    {
        32 => new Digest("sha256:" + Convert.ToHexStringLower(hash)),
        64 => new Digest("sha512:" + Convert.ToHexStringLower(hash)),
        _ => throw new ArgumentException($"neither SHA-256 nor SHA-512 has {hash.Length} bytes", nameof(hash)),
    };

    public static bool TryParse(string? value, out Digest digest)
    {
        digest = default;
        if (value is null) return false;
        var length = value.StartsWith("sha256:", StringComparison.Ordinal) ? 64
            : value.StartsWith("sha512:", StringComparison.Ordinal) ? 128 : -1;
        if (length < 0 || value.Length != 7 + length) return false;
        foreach (var c in value.AsSpan(7))
            if (!char.IsAsciiHexDigitLower(c)) return false;
        digest = new Digest(value);
        return true;
    }

    public override string ToString() => Text;
}
