using System.IO.Hashing;
using System.Security.Cryptography;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// Which names a request has had, by 64-bit hashes under a seed of the process. Equal names always meet; that different ones do
/// is as likely as guessing the hash, and would refuse a request, never pass one. 16 bytes a name.
/// </summary>
internal sealed class NameTable
{
    private const int small = 128;
    private static readonly long seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    private Entry[] entries = new Entry[small];
    private uint generation = 1;
    private int count;

    public void Reset()
    {
        if (entries.Length > small * 16) entries = new Entry[small];
        count = 0;
        if (++generation != 0) return;
        Array.Clear(entries);
        generation = 1;
    }

    /// <summary>The hash of a name in a scope, to be given to <see cref="Add"/>.</summary>
    public static ulong Hash(ReadOnlySpan<byte> name, uint scope) => XxHash3.HashToUInt64(name, seed + scope * 0x9E3779B97F4A7C);

    /// <summary>As <see cref="Hash"/>, with ASCII letters of one case. Equal to it for a name without capitals.</summary>
    public static ulong FoldedHash(ReadOnlySpan<byte> name, uint scope)
    {
        if (!name.ContainsAnyInRange((byte)'A', (byte)'Z')) return Hash(name, scope);
        Span<byte> folded = stackalloc byte[256];
        if (name.Length > folded.Length) name = name[..folded.Length]; // Longer names that are alike so far count as alike.
        for (var i = 0; i < name.Length; i++) folded[i] = name[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(name[i] | 0x20) : name[i];
        return Hash(folded[..name.Length], scope);
    }

    /// <summary>The tags that this hash had before; <paramref name="tag"/> is added.</summary>
    public byte Add(ulong hash, byte tag)
    {
        if (count * 2 >= entries.Length) Grow();
        ref var entry = ref Find(entries, hash);
        var before = entry.Generation == generation ? entry.Tags : (byte)0;
        if (entry.Generation != generation) count++;
        entry = new(hash, generation, (byte)(before | tag));
        return before;
    }

    private ref Entry Find(Entry[] table, ulong hash)
    {
        for (var i = (uint)hash & (uint)(table.Length - 1); ; i = i + 1 & (uint)(table.Length - 1))
        {
            ref var entry = ref table[i];
            if (entry.Generation != generation || entry.Hash == hash) return ref entry;
        }
    }

    private void Grow()
    {
        var larger = new Entry[entries.Length * 2];
        foreach (var entry in entries)
            if (entry.Generation == generation) Find(larger, entry.Hash) = entry;
        entries = larger;
    }

    private readonly record struct Entry(ulong Hash, uint Generation, byte Tags);
}
