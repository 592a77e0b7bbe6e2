namespace Plimsoll.Guard.Injection;

internal enum SqlToken : byte
{
    End, Number, Text, OpenText, Word, QuotedName, Variable, Compare, Arithmetic, Boolean, Not, Open, Close, Comma, Dot, Semicolon, Comment, Cast, Brace, EndBrace, Other,
}

/// <summary>
/// Tokens of SQL as MySQL and MariaDB read them (<paramref name="mysql"/>: backslash escapes, `#` and `-- ` comments) or as PostgreSQL,
/// SQLite, SQL Server and Oracle do (`--` comments, nested comments, dollar quotes, bracketed names). Comments that end are
/// white space, except MySQL's executable ones, whose content is code.
/// </summary>
internal ref struct SqlLexer(ReadOnlySpan<byte> value, int start, bool mysql)
{
    private readonly ReadOnlySpan<byte> value = value;
    private int next = start, executable;

    public SqlToken Token { get; private set; }
    public SqlWord Word { get; private set; }
    /// <summary>Where the token begins and ends.</summary>
    public int At { get; private set; } = start;
    public readonly int End => next;
    public readonly ReadOnlySpan<byte> Bytes => value[At..next];
    /// <summary>White space or a comment stood before the token.</summary>
    public bool Spaced { get; private set; }

    public void Read()
    {
        Word = SqlWord.Name;
        Spaced = false;
        do At = next;
        while (Blank());
        Token = At == value.Length ? SqlToken.End : Take(value[At]);
    }

    /// <summary>Passes white space or one comment; false at a token.</summary>
    private bool Blank()
    {
        if (next >= value.Length) return false;
        var c = value[next];
        if (c <= 0x20 || c == 0xA0)
        {
            next++;
            return Spaced = true;
        }
        if (c == '/' && At1('*'))
        {
            var from = next + 2;
            if (from < value.Length && value[from] is (byte)'!' || from + 1 < value.Length && value[from] == 'M' && value[from + 1] == '!')
            {
                from += value[from] == '!' ? 1 : 2;
                while (from < value.Length && char.IsAsciiDigit((char)value[from])) from++;
                next = from;
                executable++;
                return Spaced = true;
            }
            var end = EndOfComment(from);
            if (end < 0) return false;
            next = end;
            return Spaced = true;
        }
        if (executable > 0 && c == '*' && At1('/'))
        {
            executable--;
            next += 2;
            return Spaced = true;
        }
        if (!LineComment(c)) return false;
        var line = value[next..].IndexOf((byte)'\n');
        if (line < 0 || value[(next + line)..].TrimStart(" \t\r\n\v\f"u8).IsEmpty) return false;
        next += line + 1;
        return Spaced = true;
    }

    private readonly bool LineComment(byte c) => c == '#' ? mysql : c == '-' && At1('-') && (!mysql || next + 2 >= value.Length || value[next + 2] <= 0x20);

    private readonly bool At1(char c) => next + 1 < value.Length && value[next + 1] == c;

    private readonly int EndOfComment(int from)
    {
        for (var depth = 1; ;)
        {
            var at = value[from..].IndexOf((byte)'*');
            if (at < 0) return -1;
            at += from;
            if (at + 1 < value.Length && value[at + 1] == '/')
            {
                if (--depth == 0) return at + 2;
                from = at + 2;
                continue;
            }
            if (!mysql && at > from && value[at - 1] == '/') depth++;
            from = at + 1;
        }
    }

    private SqlToken Take(byte c)
    {
        if (LineComment(c) || c == '/' && At1('*'))
        {
            next = value.Length;
            return SqlToken.Comment;
        }
        if (IsWordStart(c)) return TakeWord();
        if (char.IsAsciiDigit((char)c) || c == '.' && next + 1 < value.Length && char.IsAsciiDigit((char)value[next + 1])) return TakeNumber();
        next++;
        switch (c)
        {
            case (byte)'\'': return TakeText(c);
            case (byte)'"': return TakeText(c);
            case (byte)'`': return TakeText(c) == SqlToken.Text ? SqlToken.QuotedName : SqlToken.OpenText;
            case (byte)'(': return SqlToken.Open;
            case (byte)')': return SqlToken.Close;
            case (byte)',': return SqlToken.Comma;
            case (byte)'.': return SqlToken.Dot;
            case (byte)';': return SqlToken.Semicolon;
            case (byte)'{': return SqlToken.Brace;
            case (byte)'}': return SqlToken.EndBrace;
            case (byte)'@' or (byte)'?' or (byte)'$' or (byte)'\\': return TakeVariable(c);
            case (byte)'[':
                var end = value[next..].IndexOf((byte)']');
                if (mysql || end <= 0) return SqlToken.Other;
                next += end + 1;
                return SqlToken.QuotedName;
            case (byte)':' when next < value.Length && value[next] == ':':
                next++;
                return SqlToken.Cast;
            case (byte)':' when next < value.Length && value[next] == '=':
                next++;
                return SqlToken.Compare;
            case (byte)'=' or (byte)'<' or (byte)'>' or (byte)'!' or (byte)'~' or (byte)'|' or (byte)'&':
                return TakeOperator(c);
            case (byte)'+' or (byte)'-' or (byte)'*' or (byte)'/' or (byte)'%' or (byte)'^' or (byte)'#':
                if (c == '-' && next < value.Length && value[next] == '>') next += next + 1 < value.Length && value[next + 1] == '>' ? 2 : 1;
                return SqlToken.Arithmetic;
            default: return SqlToken.Other;
        }
    }

    private SqlToken TakeOperator(byte first)
    {
        while (next < value.Length && next - At < 3 && value[next] is (byte)'=' or (byte)'<' or (byte)'>' or (byte)'|' or (byte)'&' or (byte)'*' or (byte)'~') next++;
        var text = value[At..next];
        if (text.SequenceEqual("||"u8) || text.SequenceEqual("&&"u8)) return SqlToken.Boolean;
        if (text.SequenceEqual("|"u8) || text.SequenceEqual("&"u8) || text.SequenceEqual("<<"u8) || text.SequenceEqual(">>"u8)) return SqlToken.Arithmetic;
        if (text.Length == 1 && first is (byte)'!' or (byte)'~') return SqlToken.Not;
        // An operator is never longer than this; what was taken too much begins the next token.
        if (text.Length == 3 && !text.SequenceEqual("<=>"u8)) next--;
        if (text.Length > 1 && text[^1] is (byte)'~' && first is not ((byte)'!' or (byte)'~')) next = At + text.Length - 1;
        return SqlToken.Compare;
    }

    private SqlToken TakeWord()
    {
        while (next < value.Length && (IsWordStart(value[next]) || value[next] is (byte)'$' || char.IsAsciiDigit((char)value[next]))) next++;
        var word = value[At..next];
        if (next < value.Length && value[next] is (byte)'\'' or (byte)'"' && (word.Length == 1 && "nNxXbBeEqQ"u8.Contains(word[0]) || word[0] == '_'))
        {
            var quote = value[next++];
            return TakeText(quote, !mysql && word[0] is (byte)'e' or (byte)'E');
        }
        Word = SqlWords.Find(word);
        return SqlToken.Word;
    }

    private SqlToken TakeNumber()
    {
        if (value[next] == '0' && next + 2 < value.Length && (value[next + 1] | 0x20) == 'x' && char.IsAsciiHexDigit((char)value[next + 2]))
        {
            next += 2;
            while (next < value.Length && char.IsAsciiHexDigit((char)value[next])) next++;
            return SqlToken.Number;
        }
        while (next < value.Length && char.IsAsciiDigit((char)value[next])) next++;
        if (next < value.Length && value[next] == '.') next++;
        while (next < value.Length && char.IsAsciiDigit((char)value[next])) next++;
        var exponent = next;
        if (exponent < value.Length && (value[exponent] | 0x20) == 'e')
        {
            exponent++;
            if (exponent < value.Length && value[exponent] is (byte)'+' or (byte)'-') exponent++;
            if (exponent < value.Length && char.IsAsciiDigit((char)value[exponent]))
            {
                next = exponent;
                while (next < value.Length && char.IsAsciiDigit((char)value[next])) next++;
            }
        }
        return SqlToken.Number;
    }

    private SqlToken TakeText(byte quote, bool escapes = false)
    {
        next = EndOfText(value, next, quote, mysql || escapes);
        if (next < 0)
        {
            next = value.Length;
            return SqlToken.OpenText;
        }
        return SqlToken.Text;
    }

    /// <summary>The offset after the quote that closes a literal whose content begins at <paramref name="from"/>, or -1.</summary>
    public static int EndOfText(ReadOnlySpan<byte> value, int from, byte quote, bool escapes)
    {
        while (from < value.Length)
        {
            var at = escapes && quote != '`' ? value[from..].IndexOfAny(quote, (byte)'\\') : value[from..].IndexOf(quote);
            if (at < 0) return -1;
            at += from;
            if (value[at] == quote)
            {
                if (at + 1 >= value.Length || value[at + 1] != quote) return at + 1;
            }
            from = at + 2;
        }
        return -1;
    }

    private SqlToken TakeVariable(byte first)
    {
        var from = next;
        if (first == '@' && next < value.Length && value[next] == '@') next++;
        if (first == '\\')
        {
            if (!mysql || next >= value.Length || value[next] != 'N') return SqlToken.Other;
            next++;
            return SqlToken.Variable;
        }
        while (next < value.Length && (IsWordStart(value[next]) || char.IsAsciiDigit((char)value[next]) || value[next] == '.')) next++;
        if (first == '$' && next < value.Length && value[next] == '$')
        {
            var tag = value[(from - 1)..(next + 1)];
            next++;
            var close = value[next..].IndexOf(tag);
            next = close < 0 ? value.Length : next + close + tag.Length;
            return close < 0 ? SqlToken.OpenText : SqlToken.Text;
        }
        return first == '?' || next > from || first == '@' ? SqlToken.Variable : SqlToken.Other;
    }

    private static bool IsWordStart(byte c) => char.IsAsciiLetter((char)c) || c == '_' || c >= 0x80 && c != 0xA0;
}
