using System.Globalization;

namespace Plimsoll.Scan.Reports.Sbom;

/// <summary>
/// Takes a document and keeps only a digest of it, 128-bit FNV-1a: it names a document and protects nothing, and so
/// needs no cryptographic library to be loaded.
/// </summary>
internal sealed class DigestStream : Stream
{
    private static readonly UInt128 Prime = ((UInt128)1 << 88) + 0x13B;

    private UInt128 hash = new(0x6C62272E07BB0142, 0x62B821756295C58D);

    /// <summary>The digest as a UUID of version 8, whose bits are the maker's own (RFC 9562, section 5.8).</summary>
    public string Uuid
    {
        get
        {
            var text = hash.ToString("x32", CultureInfo.InvariantCulture);
            var variant = "89ab"[(int)(hash >> 60) & 3];
            return $"{text[..8]}-{text[8..12]}-8{text[13..16]}-{variant}{text[17..20]}-{text[20..]}";
        }
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var next = hash;
        foreach (var b in buffer) next = (next ^ b) * Prime;
        hash = next;
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
