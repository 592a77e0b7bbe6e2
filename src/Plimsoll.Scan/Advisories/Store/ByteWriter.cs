using System.Buffers.Binary;
using System.Text;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// The store's encoding into memory: numbers of seven bits a byte, lowest first (LEB128), texts in UTF-8 after their
/// length, and lists of like texts with what each shares with the one before left out.
/// </summary>
internal sealed class ByteWriter
{
    private const int Kinds = (int)Alike.Name + 1;

    private byte[] buffer = new byte[4096];
    private readonly Last[] last = new Last[Kinds];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        foreach (ref var before in last.AsSpan()) before.Set([]);
    }

    public void Number(long value) => Number((ulong)value);

    public void Number(ulong value)
    {
        Reserve(10);
        for (; value >= 0x80; value >>= 7) buffer[Length++] = (byte)(value | 0x80);
        buffer[Length++] = (byte)value;
    }

    public void Fixed32(uint value)
    {
        Reserve(4);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(Length), value);
        Length += 4;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Text(string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        Number((ulong)count);
        Reserve(count);
        Length += Encoding.UTF8.GetBytes(text, buffer.AsSpan(Length));
    }

    /// <summary>A text as what it shares with the last one that was written as of its kind, and the rest.</summary>
    public void Similar(string text, Alike kind = Alike.Any)
    {
        Span<byte> few = stackalloc byte[256];
        var count = Encoding.UTF8.GetByteCount(text);
        var bytes = count <= few.Length ? few[..count] : new byte[count];
        Encoding.UTF8.GetBytes(text, bytes);
        Similar(bytes, kind);
    }

    /// <inheritdoc cref="Similar(string, Alike)"/>
    public void Similar(ReadOnlySpan<byte> bytes, Alike kind = Alike.Any)
    {
        ref var before = ref last[(int)kind];
        var shared = bytes.CommonPrefixLength(before.Written);
        Number((ulong)shared);
        Number((ulong)(bytes.Length - shared));
        Bytes(bytes[shared..]);
        before.Set(bytes);
    }

    /// <summary>A time to the tick: twice its seconds since 1970 where it has no fraction, as almost all, else twice its ticks and one.</summary>
    public void Time(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var value = ticks % TimeSpan.TicksPerSecond == 0 ? ticks / TimeSpan.TicksPerSecond * 2 : (ticks * 2) + 1;
        Number((ulong)((value << 1) ^ (value >> 63)));
    }

    private void Reserve(int more)
    {
        if (buffer.Length - Length < more) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + more));
    }
}

/// <summary>Texts of one record of which the next is like the last.</summary>
internal enum Alike
{
    Any,
    Ecosystem,
    Name,
}

/// <summary>The last text of its kind, in UTF-8.</summary>
internal struct Last
{
    private byte[]? bytes;
    private int length;
    private string? text;

    public readonly ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    /// <summary>The same object as long as the text stays the same.</summary>
    public string Text => text ??= Encoding.UTF8.GetString(Written);

    public void Set(ReadOnlySpan<byte> written) => Replace(0, written);

    /// <summary>Keeps the first bytes and puts others after them.</summary>
    public void Replace(int kept, ReadOnlySpan<byte> rest)
    {
        if (kept == length && rest.IsEmpty) return;
        if (bytes is null || bytes.Length < kept + rest.Length) Array.Resize(ref bytes, Math.Max((kept + rest.Length) * 2, 64));
        rest.CopyTo(bytes.AsSpan(kept));
        length = kept + rest.Length;
        text = null;
    }
}
