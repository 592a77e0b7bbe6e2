using System.Buffers.Binary;
using System.Text;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Bytes that it cannot have written are an error, whatever their checksum.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;
    private readonly Last[] last = new Last[(int)Alike.Name + 1];

    public readonly bool AtEnd => rest.IsEmpty;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Left => rest.Length;

    public ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (rest.IsEmpty) throw new DamagedException("a number is cut");
            var next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw new DamagedException("a number has more than 64 bits");
    }

    /// <summary>A number of things each of which takes at least a byte of what is left, so that no list is longer than its bytes.</summary>
    public int Count()
    {
        var count = Number();
        return count <= (ulong)rest.Length ? (int)count : throw new DamagedException("a list is longer than its bytes");
    }

    /// <summary>A number that an offset or length in a file can be.</summary>
    public long Offset()
    {
        var value = Number();
        return value <= long.MaxValue >> 8 ? (long)value : throw new DamagedException("an offset is beyond any file");
    }

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > rest.Length) throw new DamagedException("a text is cut");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes(Count()));

    public string Similar(Alike kind = Alike.Any)
    {
        SimilarBytes(kind);
        return last[(int)kind].Text;
    }

    /// <summary>Good until the next one of its kind is read.</summary>
    public ReadOnlySpan<byte> SimilarBytes(Alike kind = Alike.Any)
    {
        ref var before = ref last[(int)kind];
        var shared = Number();
        if (shared > (ulong)before.Written.Length) throw new DamagedException("a text shares more than the one before it has");
        before.Replace((int)shared, Bytes(Count()));
        return before.Written;
    }

    public DateTimeOffset Time()
    {
        var folded = Number();
        var value = (long)(folded >> 1) ^ -(long)(folded & 1);
        var ticks = (value & 1) == 0 ? (Int128)(value / 2) * TimeSpan.TicksPerSecond : (value - 1) / 2;
        ticks += DateTimeOffset.UnixEpoch.UtcTicks;
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : throw new DamagedException("a time is beyond the calendar");
    }
}

/// <summary>Bytes of a store that no store has. The store that is read turns it into a sentence with the file's name.</summary>
internal sealed class DamagedException(string message) : Exception(message);
