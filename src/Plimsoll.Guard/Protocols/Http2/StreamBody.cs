using System.Buffers;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Bytes of a body that have come: those that fill, and those that a reader has taken and still reads. Bounded by the window.</summary>
internal sealed class StreamBody
{
    private byte[]? filling;
    private byte[]? taken;

    public int Filled { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (filling is null || filling.Length - Filled < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Filled + bytes.Length, (filling?.Length ?? 0) * 2));
            if (filling is not null)
            {
                filling.AsSpan(0, Filled).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(filling);
            }
            filling = larger;
        }
        bytes.CopyTo(filling.AsSpan(Filled));
        Filled += bytes.Length;
    }

    /// <summary>All that has come, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (taken is not null) ArrayPool<byte>.Shared.Return(taken);
        var bytes = filling.AsMemory(0, Filled);
        (taken, filling, Filled) = (filling, null, 0);
        return bytes;
    }

    /// <summary>Forgets what nobody has taken.</summary>
    public void Clear()
    {
        if (filling is not null) ArrayPool<byte>.Shared.Return(filling);
        (filling, Filled) = (null, 0);
    }

    public void Release()
    {
        Clear();
        if (taken is not null) ArrayPool<byte>.Shared.Return(taken);
        taken = null;
    }
}
