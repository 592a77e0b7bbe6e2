using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plimsoll.Guard.Limits;

/// <summary>
/// What is remembered of clients: how much they have open, and a token bucket each. Of fixed size: eight slots for each hash,
/// of which the one that would matter least makes room. An IPv6 client is its /64, which is what one household has.
/// </summary>
internal sealed class ClientTable
{
    private const int ways = 8;
    private readonly Slot[] slots;
    private readonly Lock[] gates = new Lock[64];
    private readonly int sets;

    public ClientTable(int remembered)
    {
        sets = Math.Max(1, remembered / ways);
        slots = new Slot[sets * ways];
        for (var i = 0; i < gates.Length; i++) gates[i] = new();
    }

    /// <summary>One open thing more, at most <paramref name="most"/>. <see cref="Leave"/> takes it off.</summary>
    /// <param name="rule">What is counted: connections are 0, a site's limits have numbers of their own.</param>
    public bool TryEnter(UInt128 client, int rule, int most)
    {
        var set = Set(client, rule);
        lock (gates[set % gates.Length])
        {
            ref var slot = ref Find(set, client, rule);
            if (Unsafe.IsNullRef(ref slot) || slot.Open >= most) return false;
            slot.Open++;
            return true;
        }
    }

    public void Leave(UInt128 client, int rule)
    {
        var set = Set(client, rule);
        lock (gates[set % gates.Length])
            foreach (ref var slot in slots.AsSpan(set * ways, ways))
                if (slot.Client == client && slot.Rule == rule + 1) slot.Open--;
    }

    /// <summary>Takes a token of a bucket that holds <paramref name="burst"/> and gains <paramref name="perSecond"/>.</summary>
    /// <param name="now">Milliseconds.</param>
    public bool TryTake(UInt128 client, int rule, double perSecond, int burst, long now)
    {
        var set = Set(client, rule);
        lock (gates[set % gates.Length])
        {
            ref var slot = ref Find(set, client, rule);
            if (Unsafe.IsNullRef(ref slot)) return false;
            // The time at which the bucket is full again tells how many tokens it lacks.
            var each = 1000 / perSecond;
            var full = Math.Max(slot.FullAt, now) + each;
            if (full - now > burst * each + 0.001) return false;
            slot.FullAt = full;
            return true;
        }
    }

    public static UInt128 Key(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (!address.TryWriteBytes(bytes, out var length)) return 0;
        if (length == bytes.Length && !address.IsIPv4MappedToIPv6) bytes[8..].Clear();
        else if (length == bytes.Length) bytes[..12].Clear();
        else bytes[..4].CopyTo(bytes[12..]);
        if (length < bytes.Length) bytes[..4].Clear();
        return MemoryMarshal.Read<UInt128>(bytes);
    }

    private int Set(UInt128 client, int rule) => (int)((uint)HashCode.Combine(client, rule) % (uint)sets);

    /// <summary>The client's slot, or one that it may have; none when all belong to others who have something open.</summary>
    private ref Slot Find(int set, UInt128 client, int rule)
    {
        var ofSet = slots.AsSpan(set * ways, ways);
        var least = -1;
        for (var i = 0; i < ways; i++)
        {
            ref var slot = ref ofSet[i];
            if (slot.Client == client && slot.Rule == rule + 1) return ref slot;
            if (slot.Open == 0 && (least < 0 || slot.FullAt < ofSet[least].FullAt)) least = i;
        }
        if (least < 0) return ref Unsafe.NullRef<Slot>();
        ofSet[least] = new() { Client = client, Rule = rule + 1 };
        return ref ofSet[least];
    }

    private struct Slot
    {
        public UInt128 Client;
        /// <summary>0 for a slot that is free.</summary>
        public int Rule;
        public int Open;
        public double FullAt;
    }
}
