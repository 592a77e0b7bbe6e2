using System.Buffers;
using System.Globalization;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Bytes that a transaction makes. What was handed out never moves, until <see cref="Reset"/> forgets all of it.</summary>
internal sealed class Scratch
{
    /// <summary>Bytes of one transaction. A body of 1 MiB under the forty chains of transformations that CRS has, as far as they change it, and what rules note.</summary>
    public const int Most = 64 << 20;

    private const int ordinary = 32 << 10;
    private readonly byte[] own = new byte[ordinary];
    private readonly List<byte[]> rented = [];
    private byte[] current;
    private int used;
    private long total;

    public Scratch() => current = own;

    /// <summary>Whether something was asked for that there is no room for.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Room at the end for a value that is not known yet: <see cref="Take"/> what was written. Empty when there is none.</summary>
    public Span<byte> Reserve(int length)
    {
        if (length > current.Length - used && !Grow(length)) return default;
        return current.AsSpan(used, length);
    }

    /// <summary>The first bytes of what was reserved last.</summary>
    public Bytes Take(int length)
    {
        used += length;
        return new(current, used - length, length);
    }

    public Bytes Copy(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return Bytes.Empty;
        var room = Reserve(bytes.Length);
        if (room.IsEmpty) return Bytes.Empty;
        bytes.CopyTo(room);
        return Take(bytes.Length);
    }

    /// <summary>Both, one after the other.</summary>
    public Bytes Join(scoped ReadOnlySpan<byte> first, scoped ReadOnlySpan<byte> second)
    {
        var room = Reserve(first.Length + second.Length);
        if (room.IsEmpty) return Bytes.Empty;
        first.CopyTo(room);
        second.CopyTo(room[first.Length..]);
        return Take(first.Length + second.Length);
    }

    public Bytes Number(long number)
    {
        const int longest = 20;
        var room = Reserve(longest);
        return !room.IsEmpty && number.TryFormat(room, out var length, provider: CultureInfo.InvariantCulture) ? Take(length) : Bytes.Empty;
    }

    public void Reset()
    {
        foreach (var one in rented) ArrayPool<byte>.Shared.Return(one);
        rented.Clear();
        (current, used, total, IsExhausted) = (own, 0, 0, false);
    }

    private bool Grow(int length)
    {
        if (total + length > Most)
        {
            IsExhausted = true;
            return false;
        }
        current = ArrayPool<byte>.Shared.Rent(Math.Max(length, ordinary * 2));
        total += current.Length;
        rented.Add(current);
        used = 0;
        return true;
    }
}
