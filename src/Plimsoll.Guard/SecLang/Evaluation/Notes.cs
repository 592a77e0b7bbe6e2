using System.Text;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>
/// What rules note of a request, TX: names that rules spell out have a place of their own, those made of macros are found by
/// name. Case of names does not count.
/// </summary>
internal sealed class Notes(string[] names, Scratch scratch)
{
    /// <summary>Notes with names of macros; a request with a thousand parameters has as many.</summary>
    public const int MostDynamic = 4_000;

    private readonly byte[][] names = [.. names.Select(Encoding.Latin1.GetBytes)];
    private readonly Note[] places = new Note[names.Length];
    private Dynamic[] dynamic = new Dynamic[16];

    /// <summary>Whether more notes were made than there may be.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Places to look at: first those of spelt names, then the others.</summary>
    public int Count { get; private set; } = names.Length;

    public void Reset()
    {
        Array.Clear(places);
        (Count, IsExhausted) = (places.Length, false);
    }

    public bool IsSet(int place) => place < places.Length ? places[place].IsSet : dynamic[place - places.Length].Note.IsSet;

    public ReadOnlySpan<byte> Name(int place) => place < places.Length ? names[place] : dynamic[place - places.Length].Name.Span;

    /// <summary>Empty when it is not set.</summary>
    public Bytes this[int place]
    {
        get
        {
            ref var note = ref place < places.Length ? ref places[place] : ref dynamic[place - places.Length].Note;
            if (!note.IsNumber) return note.IsSet ? note.Text : Bytes.Empty;
            if (!note.HasText) (note.Text, note.HasText) = (scratch.Number(note.Number), true);
            return note.Text;
        }
    }

    /// <summary>The place of a name; -1 when nothing is noted under it and it is not spelt out by rules.</summary>
    public int Find(scoped ReadOnlySpan<byte> name)
    {
        for (var place = 0; place < Count; place++)
            if (Ascii.EqualsIgnoreCase(Name(place), name)) return place;
        return -1;
    }

    /// <summary>The place of a name, made when there is none; -1 when there are too many.</summary>
    public int Make(Bytes name)
    {
        if (Find(name.Span) is >= 0 and var found) return found;
        var next = Count - places.Length;
        if (next == MostDynamic)
        {
            IsExhausted = true;
            return -1;
        }
        if (next == dynamic.Length) Array.Resize(ref dynamic, next * 2);
        dynamic[next] = new() { Name = name };
        return Count++;
    }

    public void Set(int place, Bytes text) => At(place) = new() { IsSet = true, HasText = true, Text = text };

    public void Unset(int place) => At(place) = default;

    /// <summary>What is no number counts as 0.</summary>
    public void Add(int place, long number)
    {
        ref var note = ref At(place);
        var before = note.IsNumber ? note.Number : Number(note.IsSet ? note.Text.Span : default);
        note = new() { IsSet = true, IsNumber = true, Number = (long)Int128.Clamp((Int128)before + number, long.MinValue, long.MaxValue) };
    }

    /// <summary>The number that a text begins with, after white space; 0 without one. One that is too large is the largest.</summary>
    public static long Number(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\n\r\f\v"u8);
        var isNegative = text is [(byte)'-', ..];
        if (text is [(byte)'-' or (byte)'+', ..]) text = text[1..];
        const long most = long.MaxValue / 10 - 1;
        long number = 0;
        for (var at = 0; at < text.Length && char.IsAsciiDigit((char)text[at]); at++) number = number > most ? long.MaxValue : number * 10 + text[at] - '0';
        return isNegative ? -number : number;
    }

    private ref Note At(int place) => ref place < places.Length ? ref places[place] : ref dynamic[place - places.Length].Note;

    private struct Note
    {
        public Bytes Text;
        public long Number;
        public bool IsSet, IsNumber, HasText;
    }

    private struct Dynamic
    {
        public Bytes Name;
        public Note Note;
    }
}
