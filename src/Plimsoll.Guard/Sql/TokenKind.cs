namespace Plimsoll.Guard.Sql;

/// <summary>What PostgreSQL's scanner makes of a stretch of a statement (its manual, section 4.1).</summary>
internal enum TokenKind : byte
{
    End,

    /// <summary>A keyword or an identifier without quotes.</summary>
    Word,

    /// <summary>`"name"`.</summary>
    Name,

    /// <summary>`U&amp;"name"`, without its UESCAPE.</summary>
    UnicodeName,

    Number,

    /// <summary>`'…'`, `$tag$…$tag$`.</summary>
    String,

    /// <summary>`E'…'`, `U&amp;'…'`.</summary>
    EscapeString,

    /// <summary>`B'…'`, `X'…'`.</summary>
    BitString,

    /// <summary>`$1`.</summary>
    Parameter,

    Operator,

    /// <summary>One of `,()[].;:`, or `::`.</summary>
    Punctuation,

    /// <summary>Something without end, or a byte that no token begins with: a syntax error for the server too.</summary>
    Broken,
}

/// <summary>What the bytes of a statement mean besides what they say; a server's settings at the moment in which it reads them.</summary>
/// <param name="PlainBackslash">A backslash in `'…'` escapes: `standard_conforming_strings` is off.</param>
internal readonly record struct Reading(bool PlainBackslash);

/// <summary>What another setting of the server would read differently.</summary>
[Flags]
internal enum Doubts : byte
{
    None = 0,

    /// <summary>`'…'` has a backslash: `standard_conforming_strings` decides what it is.</summary>
    PlainBackslash = 1,

    /// <summary>A backslash that escapes stands after a byte above 7F: in SJIS, BIG5 and the like it may be half of a character.</summary>
    BackslashAfterHigh = 2,

    /// <summary>There are bytes above 7F.</summary>
    High = 4,
}
