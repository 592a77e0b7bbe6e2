using System.Numerics;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>A set of bytes. Immutable; compares by what is in it.</summary>
internal readonly record struct ByteSet(ulong A, ulong B, ulong C, ulong D)
{
    public static ByteSet Empty => default;
    public static ByteSet All => ~Empty;

    public int Count => BitOperations.PopCount(A) + BitOperations.PopCount(B) + BitOperations.PopCount(C) + BitOperations.PopCount(D);

    public bool Contains(int value) => ((Word(value >> 6) >> (value & 63)) & 1) != 0;

    /// <summary>The letter that it is, in small or in both cases of ASCII; null when it is another set.</summary>
    public char? Letter
    {
        get
        {
            if (Count is 0 or > 2) return null;
            var first = A != 0 ? BitOperations.TrailingZeroCount(A) : B != 0 ? 64 + BitOperations.TrailingZeroCount(B) : C != 0 ? 128 + BitOperations.TrailingZeroCount(C) : 192 + BitOperations.TrailingZeroCount(D);
            var small = char.IsAsciiLetterUpper((char)first) ? first | 0x20 : first;
            return Count == 1 || (small != first && Contains(small)) ? (char)small : null;
        }
    }

    public ByteSet With(int value)
    {
        var bit = 1UL << (value & 63);
        return (value >> 6) switch
        {
            0 => this with { A = A | bit },
            1 => this with { B = B | bit },
            2 => this with { C = C | bit },
            _ => this with { D = D | bit },
        };
    }

    public ByteSet With(int first, int last)
    {
        var set = this;
        for (var value = first; value <= last; value++) set = set.With(value);
        return set;
    }

    private ulong Word(int number) => number switch
    {
        0 => A,
        1 => B,
        2 => C,
        _ => D,
    };

    public static ByteSet Of(params ReadOnlySpan<byte> values)
    {
        var set = Empty;
        foreach (var value in values) set = set.With(value);
        return set;
    }

    public static ByteSet operator |(ByteSet left, ByteSet right) => new(left.A | right.A, left.B | right.B, left.C | right.C, left.D | right.D);

    public static ByteSet operator &(ByteSet left, ByteSet right) => new(left.A & right.A, left.B & right.B, left.C & right.C, left.D & right.D);

    public static ByteSet operator ~(ByteSet set) => new(~set.A, ~set.B, ~set.C, ~set.D);

    public IEnumerable<byte> Bytes()
    {
        for (var word = 0; word < 4; word++)
            for (var rest = Word(word); rest != 0; rest &= rest - 1) yield return (byte)((word << 6) + BitOperations.TrailingZeroCount(rest));
    }

    /// <summary>With the other case of each letter of ASCII.</summary>
    public ByteSet InAnyCase()
    {
        const ulong letters = 0x07FF_FFFE;
        return this with { B = B | ((B & letters) << 32) | ((B >> 32) & letters) };
    }

    /// <summary>With the other case of each letter of Latin-1 beyond ASCII, which .NET's engine takes for the same and libpcre2 does not.</summary>
    public ByteSet InAnyCaseOfLatin1()
    {
        const ulong letters = 0x7F7F_FFFF;
        return InAnyCase() with { D = D | ((D & letters) << 32) | ((D >> 32) & letters) };
    }
}
