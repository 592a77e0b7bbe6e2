using System.Collections.Frozen;
using System.Text;

namespace Plimsoll.Guard.Sql;

/// <summary>What a word says of the token behind it.</summary>
[Flags]
internal enum WordRole : byte
{
    None = 0,

    /// <summary>No operand: a sign behind it is a number's, and a bracket is no call.</summary>
    Keyword = 1,
    In = 2,
    Array = 4,
    Values = 8,

    /// <summary>`null`, `true`, `false`: a value where one may stand.</summary>
    Constant = 16,

    /// <summary>A constant behind it is a value.</summary>
    BeforeValue = 32,
}

/// <summary>Roles of words, looked up by their first eight bytes in lower case: all that have one are not longer.</summary>
internal static class WordRoles
{
    public const int Longest = sizeof(ulong);

    private static readonly FrozenDictionary<ulong, WordRole> all = Build();

    public static WordRole Of(ReadOnlySpan<byte> lower) => lower.Length <= Longest && all.TryGetValue(Packed(lower), out var role) ? role : WordRole.None;

    private static ulong Packed(ReadOnlySpan<byte> word)
    {
        ulong packed = 0;
        foreach (var letter in word) packed = (packed << 8) | letter;
        return packed;
    }

    private static FrozenDictionary<ulong, WordRole> Build()
    {
        var roles = new Dictionary<ulong, WordRole>();
        foreach (var word in "select where and or not between like ilike when return limit offset by set on having case from using distinct as is all any some exists over filter into with join union except if to".Split(' '))
            roles[Packed(Encoding.ASCII.GetBytes(word))] = WordRole.Keyword;
        foreach (var word in (string[])["then", "else"]) roles[Packed(Encoding.ASCII.GetBytes(word))] = WordRole.Keyword | WordRole.BeforeValue;
        foreach (var word in (string[])["null", "true", "false"]) roles[Packed(Encoding.ASCII.GetBytes(word))] = WordRole.Constant;
        roles[Packed("in"u8)] = WordRole.Keyword | WordRole.In;
        roles[Packed("array"u8)] = WordRole.Keyword | WordRole.Array;
        roles[Packed("values"u8)] = WordRole.Keyword | WordRole.Values;
        return roles.ToFrozenDictionary();
    }
}
