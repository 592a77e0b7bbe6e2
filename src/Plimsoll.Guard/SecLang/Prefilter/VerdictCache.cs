using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// Remembers for short values that came before which rules can match them: those that were chosen, less those that were asked since
/// and said no. What a rule says of a value depends on the value alone here. Of a fixed size; a value is taken in when it comes a second time,
/// so that those that differ in each request do not drive out those that come again. Used by all requests at once.
/// </summary>
internal sealed class VerdictCache
{
    /// <summary>Bytes of a value; names, fields of browsers and most parameters are shorter.</summary>
    public const int Longest = 256;

    /// <summary>Values, and the bytes that their sets of rules may take together: 2 MiB of values, 1 MiB of rules.</summary>
    private const int most = 8_192, mostOfRules = 1 << 20;

    /// <summary>Places that a value can have.</summary>
    private const int ways = 4;

    /// <summary>So that nobody outside can choose values that take one another's place.</summary>
    private readonly ulong seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly int words, sets;

    /// <summary>Of each place a number that grows with each new value; odd while it is written.</summary>
    private readonly long[] stamps;
    private readonly byte[] values;
    private readonly (ushort Length, ushort Kind)[] keys;
    private readonly ulong[] rules;

    /// <summary>Marks of values that came once.</summary>
    private readonly uint[] seen = new uint[most * 2];

    private long asked, found;

    /// <param name="words">Of a set of rules, of 64 bits each.</param>
    public VerdictCache(int words)
    {
        this.words = words;
        sets = 1 << BitOperations.Log2((uint)Math.Clamp(mostOfRules / (words * sizeof(ulong)), ways, most) / ways);
        (stamps, values, keys, rules) = (new long[sets * ways], new byte[sets * ways * Longest], new (ushort, ushort)[sets * ways], new ulong[sets * ways * words]);
    }

    /// <summary>How many values were looked up, and found, since the rules were loaded.</summary>
    public (long Asked, long Found) Counts => (Volatile.Read(ref asked), Volatile.Read(ref found));

    public void Count(int more, int moreFound)
    {
        Interlocked.Add(ref asked, more);
        Interlocked.Add(ref found, moreFound);
    }

    public ulong Hash(int kind, ReadOnlySpan<byte> value)
    {
        var hash = seed + ((ulong)kind << 32) + (ulong)value.Length;
        for (; value.Length >= sizeof(ulong); value = value[sizeof(ulong)..]) hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(value));
        var rest = 0UL;
        foreach (var one in value) rest = (rest << 8) | one;
        return Mix(Mix(hash ^ rest));
    }

    /// <summary>The rules that can match the value, when it is known.</summary>
    public bool TryFind(ulong hash, int kind, ReadOnlySpan<byte> value, Span<ulong> chosen, out Remembrance where)
    {
        var first = (int)(hash & (uint)(sets - 1)) * ways;
        for (var place = first; place < first + ways; place++)
        {
            var stamp = Volatile.Read(ref stamps[place]);
            if (stamp == 0 || (stamp & 1) != 0 || keys[place] != ((ushort)value.Length, (ushort)kind)) continue;
            if (!values.AsSpan(place * Longest, value.Length).SequenceEqual(value)) continue;
            rules.AsSpan(place * words, words).CopyTo(chosen);
            Volatile.ReadBarrier();
            if (Volatile.Read(ref stamps[place]) >> 1 != stamp >> 1) continue; // Another value took the place meanwhile.
            where = new(place, stamp);
            return true;
        }
        where = default;
        return false;
    }

    /// <summary>Takes a value in, when it came before.</summary>
    public Remembrance Keep(ulong hash, int kind, ReadOnlySpan<byte> value, ReadOnlySpan<ulong> chosen)
    {
        var mark = (uint)(hash >> 32) | 1;
        ref var last = ref seen[(int)(hash >> 16) & (seen.Length - 1)];
        if (last != mark)
        {
            last = mark;
            return default;
        }
        var first = (int)(hash & (uint)(sets - 1)) * ways;
        var place = first + ((int)(hash >> 58) & (ways - 1));
        for (var free = first; free < first + ways; free++)
            if (Volatile.Read(ref stamps[free]) == 0) place = free;
        var stamp = Volatile.Read(ref stamps[place]);
        if ((stamp & 1) != 0 || Interlocked.CompareExchange(ref stamps[place], stamp + 1, stamp) != stamp) return default; // Another request writes there.
        keys[place] = ((ushort)value.Length, (ushort)kind);
        value.CopyTo(values.AsSpan(place * Longest));
        chosen.CopyTo(rules.AsSpan(place * words));
        Volatile.Write(ref stamps[place], stamp + 2);
        return new(place, stamp + 2);
    }

    /// <summary>A rule was asked of the value, and said no.</summary>
    public void Refute(Remembrance where, int bit)
    {
        // Odd while it is written, and the same as before afterwards: it is still the same value.
        if (Interlocked.CompareExchange(ref stamps[where.Place], where.Stamp + 1, where.Stamp) != where.Stamp) return;
        rules[(where.Place * words) + (bit >> 6)] &= ~(1UL << (bit & 63));
        Volatile.Write(ref stamps[where.Place], where.Stamp);
    }

    private static ulong Mix(ulong hash)
    {
        hash *= 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }
}

/// <summary>Where a value is remembered.</summary>
/// <param name="Stamp">0 when it is not.</param>
internal readonly record struct Remembrance(int Place, long Stamp)
{
    public bool IsSomewhere => Stamp != 0;
}
