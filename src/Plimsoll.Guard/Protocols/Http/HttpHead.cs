using System.Buffers;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>
/// The decoded head of a request or response, whatever version carried it: bytes in one pooled buffer, fields as slices of it.
/// Reused: <see cref="Reset"/> gives the buffer back. All slices stay valid until then.
/// </summary>
internal abstract class HttpHead : Message
{
    private const int smallest = 2 << 10;
    private byte[]? buffer;
    private int length;
    private HttpField[] fields = new HttpField[24];
    private int count;

    public override ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, length);

    /// <summary>In the order of the message.</summary>
    public ReadOnlySpan<HttpField> Fields => fields.AsSpan(0, count);

    public HttpVersion Version { get; set; }

    /// <summary>Bytes of the body; -1 when only its end will tell; 0 for none.</summary>
    public long ContentLength { get; set; }

    public bool HasBody => ContentLength != 0;

    /// <summary>Whether Connection names other fields, which are then not forwarded.</summary>
    public bool NamesFields { get; set; }

    /// <summary>Copies bytes to the end. The caller holds the limit.</summary>
    public Slice Append(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
        return new(length - bytes.Length, bytes.Length);
    }

    /// <summary>Copies bytes that it has to the end.</summary>
    public Slice AppendAgain(Slice slice)
    {
        MakeRoom(slice.Length);
        return Append(this[slice]);
    }

    /// <summary>The caller holds the limit.</summary>
    public void Add(HttpField field)
    {
        if (count == fields.Length) Array.Resize(ref fields, count * 2);
        fields[count++] = field;
    }

    /// <summary>The value of the first field of this name; empty when there is none.</summary>
    public ReadOnlySpan<byte> Value(FieldId id)
    {
        foreach (ref readonly var field in Fields)
            if (field.Id == id) return this[field.Value];
        return default;
    }

    public bool Has(FieldId id)
    {
        foreach (ref readonly var field in Fields)
            if (field.Id == id) return true;
        return false;
    }

    public virtual void Reset()
    {
        if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
        (length, count, ContentLength, Version, NamesFields) = (0, 0, 0, default, false);
        (Values, Refused, Unread) = (default, default, default);
    }

    private void MakeRoom(int bytes)
    {
        if (buffer is not null && buffer.Length - length >= bytes) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(smallest, length + bytes));
        if (buffer is not null)
        {
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
        }
        buffer = larger;
    }
}

internal enum HttpVersion : byte
{
    Unknown,
    Http10,
    Http11,
    Http2,
}
