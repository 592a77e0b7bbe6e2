using System.Buffers;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>
/// Collections that live longer than a request, such as what is remembered of an address. Bounded: the collection that was
/// touched longest ago makes room. In this process alone, and forgotten when the rules are loaded anew.
/// </summary>
internal sealed class Memory
{
    /// <summary>Collections of all kinds.</summary>
    public const int Most = 20_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Remembered>> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkedListNode<Remembered>>.AlternateLookup<ReadOnlySpan<char>> bySpan;
    private readonly LinkedList<Remembered> byUse = new();

    public Memory() => bySpan = byKey.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Finds or begins a collection.</summary>
    public Remembered Open(Variable collection, ReadOnlySpan<byte> key)
    {
        using var letters = new Letters(key, stackalloc char[Letters.Few], (char)collection);
        lock (gate)
        {
            if (bySpan.TryGetValue(letters.Span, out var found))
            {
                byUse.Remove(found);
                byUse.AddFirst(found);
                return found.Value;
            }
            var name = letters.Span.ToString();
            if (byKey.Count == Most)
            {
                byKey.Remove(byUse.Last!.Value.Key);
                byUse.RemoveLast();
            }
            return (byKey[name] = byUse.AddFirst(new Remembered(name))).Value;
        }
    }
}

/// <summary>One collection that lives longer than a request. Several requests may use it at once.</summary>
internal sealed class Remembered(string key)
{
    /// <summary>Variables of one collection.</summary>
    public const int Most = 200;

    /// <summary>Bytes of one value.</summary>
    public const int MostBytes = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, (byte[] Value, long Until)> all = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The value under one name. Null when it is not set, or not any more; nothing is allocated.</summary>
    public byte[]? Read(ReadOnlySpan<byte> name)
    {
        using var letters = new Letters(name, stackalloc char[Letters.Few]);
        lock (gate)
            return all.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(letters.Span, out var one) && one.Until > Environment.TickCount64 ? one.Value : null;
    }

    public string Key => key;

    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var text = Name(name);
        lock (gate)
        {
            if (!all.ContainsKey(text) && all.Count == Most) return;
            all[text] = (value[..Math.Min(value.Length, MostBytes)].ToArray(), Live(text, out var before) ? before.Until : long.MaxValue);
        }
    }

    public void Add(ReadOnlySpan<byte> name, long amount)
    {
        lock (gate)
        {
            var before = Live(Name(name), out var one) ? Notes.Number(one.Value) : 0;
            Set(name, System.Text.Encoding.ASCII.GetBytes((before + amount).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    public void Unset(ReadOnlySpan<byte> name)
    {
        lock (gate) all.Remove(Name(name));
    }

    public void Expire(ReadOnlySpan<byte> name, long seconds)
    {
        var text = Name(name);
        lock (gate)
            if (Live(text, out var one)) all[text] = (one.Value, Environment.TickCount64 + Math.Clamp(seconds, 0, int.MaxValue) * 1000);
    }

    /// <summary>What is set, copied.</summary>
    public List<(string Name, byte[] Value)> All()
    {
        lock (gate) return [.. all.Keys.ToList().Where(name => Live(name, out _)).Select(name => (name, all[name].Value))];
    }

    private bool Live(string name, out (byte[] Value, long Until) one)
    {
        if (!all.TryGetValue(name, out one)) return false;
        if (one.Until > Environment.TickCount64) return true;
        all.Remove(name);
        return false;
    }

    private static string Name(ReadOnlySpan<byte> name) => System.Text.Encoding.Latin1.GetString(name);
}

/// <summary>Bytes of Latin-1 as letters, for as long as they are looked up.</summary>
internal readonly ref struct Letters
{
    /// <summary>As many need no array.</summary>
    public const int Few = 128;

    private readonly char[]? rented;

    /// <param name="room">Of <see cref="Few"/>.</param>
    /// <param name="first">Stands before them; NUL for nothing.</param>
    public Letters(ReadOnlySpan<byte> bytes, Span<char> room, char first = '\0')
    {
        var before = first == '\0' ? 0 : 1;
        if (bytes.Length + before > room.Length) room = rented = ArrayPool<char>.Shared.Rent(bytes.Length + before);
        room[0] = first;
        System.Text.Encoding.Latin1.GetChars(bytes, room[before..]);
        Span = room[..(bytes.Length + before)];
    }

    public ReadOnlySpan<char> Span { get; }

    public void Dispose()
    {
        if (rented is not null) ArrayPool<char>.Shared.Return(rented);
    }
}
