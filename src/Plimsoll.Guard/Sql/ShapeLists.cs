using System.Runtime.CompilerServices;

namespace Plimsoll.Guard.Sql;

/// <summary>The lists that are open while a shape is written, one for each level of brackets: where their entries are in what was written.</summary>
internal struct ShapeLists
{
    /// <summary>Levels in which equal entries become one; deeper ones are written out.</summary>
    private const int most = 64;

    private Levels levels;

    public readonly bool IsList(int level) => level < most && levels[level].Kind != Kind.Other;

    public readonly bool IsRows(int level) => level < most && levels[level].Kind == Kind.Rows;

    public void Open(int level, bool isList)
    {
        if (level < most) levels[level] = new() { Kind = isList ? Kind.List : Kind.Other, Start = -1 };
    }

    /// <summary>What follows VALUES at this level.</summary>
    public void OpenRows(int level)
    {
        if (level < most) levels[level] = new() { Kind = Kind.Rows, Start = -1 };
    }

    /// <summary>A token begins: the first of its entry says where that is.</summary>
    public void Begin(int level, int at)
    {
        if (level < most && levels[level].Start < 0) levels[level].Start = at;
    }

    /// <summary>Behind a comma.</summary>
    public void Next(int level)
    {
        if (level < most) levels[level].Start = -1;
    }

    public readonly bool HasEntry(int level) => level < most && levels[level].Start >= 0;

    /// <summary>An entry ends at the end of what was written.</summary>
    /// <returns>How much of it stays: without the entry when it is the same as the one before.</returns>
    public int End(int level, ReadOnlySpan<byte> written)
    {
        ref var list = ref levels[level];
        if (list.Start < 0) return written.Length;
        var entry = written[list.Start..];
        var isSame = list.LastEnd > 0 && entry.SequenceEqual(written[list.LastStart..list.LastEnd]);
        if (!isSame) (list.LastStart, list.LastEnd) = (list.Start, written.Length);
        list.Start = -1;
        return list.LastEnd;
    }

    private enum Kind : byte
    {
        Other,
        List,
        Rows,
    }

    private struct Level
    {
        public Kind Kind;
        public int Start;
        public int LastStart;
        public int LastEnd;
    }

    [InlineArray(most)]
    private struct Levels
    {
        private Level first;
    }
}
