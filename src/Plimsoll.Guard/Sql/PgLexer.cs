namespace Plimsoll.Guard.Sql;

/// <summary>
/// Cuts a statement into the tokens that PostgreSQL's scanner finds (scan.l of versions 10 to 18), without looking at what they
/// mean. Where versions differ the older reading is taken: a number may touch the word behind it. Comments nest; strings go on
/// behind a line break; operators end before a comment.
/// </summary>
internal ref struct PgLexer(ReadOnlySpan<byte> text, Reading reading)
{
    /// <summary>Letters of an identifier, digits and `$`.</summary>
    private const byte wordPart = 1;
    private const byte wordStart = 2;
    private const byte space = 4;
    private const byte operatorPart = 8;
    private const byte digit = 16;

    /// <summary>An operator with one of these may end in + or -.</summary>
    private const byte special = 32;

    private static readonly byte[] classes = Classes();

    private readonly ReadOnlySpan<byte> text = text;
    private int at;

    public TokenKind Kind { get; private set; }
    public int Start { get; private set; }
    public readonly int End => at;
    public Doubts Doubts { get; private set; }

    public readonly ReadOnlySpan<byte> Token => text[Start..at];

    public readonly ReadOnlySpan<byte> Of(int start, int end) => text[start..end];

    private static byte[] Classes()
    {
        var all = new byte[256];
        for (var value = 0; value < 256; value++)
        {
            var letter = (char)value;
            if (char.IsAsciiLetter(letter) || value >= 0x80 || letter == '_') all[value] |= wordStart | wordPart;
            if (char.IsAsciiDigit(letter)) all[value] |= wordPart | digit;
            if (letter == '$') all[value] |= wordPart;
            if (" \t\n\r\f\v".Contains(letter, StringComparison.Ordinal)) all[value] |= space;
            if ("~!@#^&|`?+-*/%<>=".Contains(letter, StringComparison.Ordinal)) all[value] |= operatorPart;
            if ("~!@#^&|`?%".Contains(letter, StringComparison.Ordinal)) all[value] |= special;
        }
        return all;
    }

    private readonly bool Is(int place, byte kind) => place < text.Length && (classes[text[place]] & kind) != 0;

    private readonly byte Peek(int place) => place < text.Length ? text[place] : (byte)0;

    /// <summary>False at the end, and after something broken.</summary>
    public bool Next()
    {
        if (Kind == TokenKind.Broken) return false;
        if (!SkipBlanks())
        {
            Kind = TokenKind.Broken;
            return true;
        }
        Start = at;
        if (at == text.Length)
        {
            Kind = TokenKind.End;
            return false;
        }
        Kind = Read();
        return true;
    }

    /// <summary>Past blanks and comments. False in a comment without end.</summary>
    private bool SkipBlanks()
    {
        while (at < text.Length)
        {
            if (Is(at, space)) at++;
            else if (text[at] == '-' && Peek(at + 1) == '-') SkipLine();
            else if (text[at] == '/' && Peek(at + 1) == '*')
            {
                Start = at;
                if (!SkipComment()) return false;
            }
            else break;
        }
        return true;
    }

    private void SkipLine()
    {
        var end = text[at..].IndexOfAny((byte)'\n', (byte)'\r');
        at = end < 0 ? text.Length : at + end;
    }

    private bool SkipComment()
    {
        var depth = 0;
        while (at + 1 < text.Length)
        {
            if (text[at] == '/' && text[at + 1] == '*')
            {
                depth++;
                at += 2;
            }
            else if (text[at] == '*' && text[at + 1] == '/')
            {
                at += 2;
                if (--depth == 0) return true;
            }
            else at++;
        }
        at = text.Length;
        return false;
    }

    private TokenKind Read()
    {
        var first = text[at];
        if ((classes[first] & wordStart) != 0) return ReadWord(first);
        if ((classes[first] & digit) != 0 || (first == '.' && Is(at + 1, digit))) return ReadNumber();
        switch (first)
        {
            case (byte)'\'':
                at++;
                return ReadString(TokenKind.String, hasDoubling: true, escapes: reading.PlainBackslash);
            case (byte)'"':
                at++;
                return ReadName(TokenKind.Name);
            case (byte)'$':
                return ReadDollar();
            case (byte)':' when Peek(at + 1) == ':':
                at += 2;
                return TokenKind.Punctuation;
            case (byte)',' or (byte)'(' or (byte)')' or (byte)'[' or (byte)']' or (byte)'.' or (byte)';' or (byte)':':
                at++;
                return TokenKind.Punctuation;
            default:
                if ((classes[first] & operatorPart) != 0) return ReadOperator();
                at++;
                return TokenKind.Broken;
        }
    }

    private TokenKind ReadWord(byte first)
    {
        var next = Peek(at + 1);
        if (next == '\'')
        {
            switch (first | 0x20)
            {
                case 'e':
                    at += 2;
                    return ReadString(TokenKind.EscapeString, hasDoubling: true, escapes: true);
                case 'b' or 'x':
                    at += 2;
                    return ReadString(TokenKind.BitString, hasDoubling: false, escapes: false);
            }
        }
        if (next == '&' && (first | 0x20) == 'u')
        {
            switch (Peek(at + 2))
            {
                case (byte)'\'':
                    at += 3;
                    return ReadString(TokenKind.EscapeString, hasDoubling: true, escapes: false);
                case (byte)'"':
                    at += 3;
                    return ReadName(TokenKind.UnicodeName);
            }
        }
        while (Is(at, wordPart))
        {
            if (text[at] > 0x7F) Doubts |= Doubts.High;
            at++;
        }
        return TokenKind.Word;
    }

    private TokenKind ReadNumber()
    {
        if (text[at] == '0' && (Peek(at + 1) | 0x20) is 'x' or 'o' or 'b' && (char.IsAsciiHexDigit((char)Peek(at + 2)) || Peek(at + 2) == '_'))
        {
            at += 2;
            while (at < text.Length && (char.IsAsciiHexDigit((char)text[at]) || text[at] == '_')) at++;
            return TokenKind.Number;
        }
        SkipDigits();
        if (Peek(at) == '.' && Peek(at + 1) != '.')
        {
            at++;
            SkipDigits();
        }
        if ((Peek(at) | 0x20) == 'e')
        {
            var exponent = Peek(at + 1) is (byte)'+' or (byte)'-' ? at + 2 : at + 1;
            if (Is(exponent, digit))
            {
                at = exponent;
                SkipDigits();
            }
        }
        return TokenKind.Number;
    }

    private void SkipDigits()
    {
        while (Is(at, digit) || (Peek(at) == '_' && Is(at + 1, digit))) at++;
    }

    /// <param name="hasDoubling">`''` stands for a quote.</param>
    private TokenKind ReadString(TokenKind kind, bool hasDoubling, bool escapes)
    {
        while (true)
        {
            var stop = text[at..].IndexOfAny((byte)'\'', (byte)'\\');
            if (stop < 0) return Unended();
            Note(text.Slice(at, stop));
            at += stop;
            if (text[at] == '\\')
            {
                if (kind == TokenKind.String) Doubts |= Doubts.PlainBackslash;
                if (at > 0 && text[at - 1] > 0x7F && (escapes || kind == TokenKind.String)) Doubts |= Doubts.BackslashAfterHigh;
                at++;
                if (!escapes) continue;
                if (at == text.Length) return Unended();
                if (text[at] > 0x7F) Doubts |= Doubts.High;
                at++;
                continue;
            }
            if (hasDoubling && Peek(at + 1) == '\'')
            {
                at += 2;
                continue;
            }
            at++;
            if (Continuation() is not (>= 0 and var next)) return kind;
            at = next;
        }
    }

    private void Note(ReadOnlySpan<byte> stretch)
    {
        if (stretch.ContainsAnyExceptInRange((byte)0, (byte)0x7F)) Doubts |= Doubts.High;
    }

    /// <summary>Where a string goes on: behind the next quote when there is a line break, and nothing but blanks and comments of a line, before it. -1 when it does not.</summary>
    private readonly int Continuation()
    {
        var isBroken = false;
        for (var i = at; i < text.Length; i++)
        {
            if (text[i] is (byte)'\n' or (byte)'\r') isBroken = true;
            else if (text[i] == '-' && Peek(i + 1) == '-')
            {
                var end = text[i..].IndexOfAny((byte)'\n', (byte)'\r');
                if (end < 0) return -1;
                i += end - 1;
            }
            else if (!Is(i, space)) return isBroken && text[i] == '\'' ? i + 1 : -1;
        }
        return -1;
    }

    private TokenKind ReadName(TokenKind kind)
    {
        while (true)
        {
            var stop = text[at..].IndexOf((byte)'"');
            if (stop < 0) return Unended();
            Note(text.Slice(at, stop));
            at += stop + 1;
            if (Peek(at) != '"') return kind;
            at++;
        }
    }

    private TokenKind ReadDollar()
    {
        if (Is(at + 1, digit))
        {
            at++;
            while (Is(at, digit)) at++;
            return TokenKind.Parameter;
        }
        var tag = at + 1;
        if (Is(tag, wordStart))
            while (Is(tag, wordPart) && text[tag] != '$') tag++;
        if (Peek(tag) != '$')
        {
            at++;
            return TokenKind.Broken;
        }
        var delimiter = text[at..(tag + 1)];
        var body = tag + 1;
        var end = text[body..].IndexOf(delimiter);
        if (end < 0) return Unended();
        Note(text.Slice(body, end));
        at = body + end + delimiter.Length;
        return TokenKind.String;
    }

    private TokenKind ReadOperator()
    {
        var end = at;
        while (Is(end, operatorPart))
        {
            if ((text[end] == '-' && Peek(end + 1) == '-') || (text[end] == '/' && Peek(end + 1) == '*')) break; // Never at the beginning: that was a comment.
            end++;
        }
        if (end - at > 1 && text[end - 1] is (byte)'+' or (byte)'-')
        {
            var hasSpecial = false;
            for (var i = at; i < end - 1; i++) hasSpecial |= Is(i, special);
            while (!hasSpecial && end - at > 1 && text[end - 1] is (byte)'+' or (byte)'-') end--;
        }
        at = end;
        return TokenKind.Operator;
    }

    private TokenKind Unended()
    {
        at = text.Length;
        return TokenKind.Broken;
    }
}
