using System.Buffers;

namespace Plimsoll.Guard.Injection;

/// <summary>
/// A tolerant grammar of what may follow inside of an SQL statement, read once from left to right with one token of look-ahead. In a
/// bare context an operand is expected first; after a closed literal an operand has been read. Words alone prove nothing: reading
/// stops at the first token that no dialect takes there, and only what was complete before it counts. The value may end anywhere,
/// because the statement goes on.
/// </summary>
internal ref partial struct SqlFragment(ReadOnlySpan<byte> value, int start, bool mysql, InjectionContext context)
{
    /// <summary>Beyond what people and their programs nest; the parser's stack stays below 64 KiB.</summary>
    private const int deepest = 48;
    private static readonly SearchValues<byte> alphanumeric = SearchValues.Create("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"u8);
    private readonly ReadOnlySpan<byte> value = value;
    private readonly InjectionContext context = context;
    private SqlLexer lexer = new(value, start, mysql);
    private InjectionEvidence evidence;
    private int depth;
    /// <summary>The last operand of the condition that was read last.</summary>
    private Operand last;

    /// <summary>What an operand is, as far as a condition's weight depends on it.</summary>
    private enum Shape : byte { Constant, Name, Call, Complex }

    private readonly bool Bare => context == InjectionContext.Bare;
    private readonly bool Proven => evidence.IsInjection;

    /// <summary>Where a bare value begins with anything but a number or NULL, as ordinary text and code do, only conditions of constants count.</summary>
    private bool weak;

    public InjectionEvidence Judge()
    {
        lexer.Read();
        var after = !Bare;
        if (after) Adjacent();
        else weak = value.TrimStart(" \t\r\n(+-."u8) is not [>= (byte)'0' and <= (byte)'9', ..] && !Is(SqlWord.Null);
        if (context == InjectionContext.Comment && lexer.Token is SqlToken.Word && lexer.Word is not (SqlWord.Union or SqlWord.Boolean or SqlWord.Into or SqlWord.Order)) after = false;
        Fragment(after);
        return evidence;
    }

    private void Prove(InjectionKind kind, int at)
    {
        if (!Proven) evidence = new(kind, context, at);
    }

    private bool Is(SqlWord word) => lexer.Token == SqlToken.Word && lexer.Word == word;

    private bool Take(SqlWord word)
    {
        if (!Is(word)) return false;
        lexer.Read();
        return true;
    }

    private bool Take(SqlToken token)
    {
        if (lexer.Token != token) return false;
        lexer.Read();
        return true;
    }

    /// <summary>Literals that stand side by side are one literal in MySQL.</summary>
    private void Adjacent()
    {
        while (lexer.Token == SqlToken.Text && lexer.Spaced) lexer.Read();
    }

    private void Fragment(bool after)
    {
        var closed = false;
        while (!Proven)
        {
            if (!after && Bare && lexer.Token is SqlToken.Close) after = true;
            else if (!Condition(after, outermost: true)) return;
            while (!Proven)
            {
                if (Take(SqlToken.Close))
                {
                    closed = true;
                    continue;
                }
                if (Take(SqlToken.Comma))
                {
                    after = false;
                    break;
                }
                if (lexer.Token == SqlToken.Comment)
                {
                    CutOff(closed);
                    return;
                }
                if (lexer.Token == SqlToken.Semicolon)
                {
                    Statements(closed);
                    return;
                }
                if (lexer.Token != SqlToken.Word && !IsOperator()) return;
                if (IsOperator() || lexer.Word is SqlWord.Boolean)
                {
                    after = true;
                    break;
                }
                if (!Clause()) return;
            }
        }
    }

    private bool IsOperator() => lexer.Token is SqlToken.Boolean or SqlToken.Arithmetic or SqlToken.Compare or SqlToken.Cast
        || lexer.Token == SqlToken.Word && lexer.Word is SqlWord.Boolean or SqlWord.Compare or SqlWord.Between or SqlWord.Is or SqlWord.Not or SqlWord.Arithmetic;

    /// <summary>In a literal's context a comment after what parses leaves the rest out; a bare number before one says so only if nothing else does.</summary>
    private void CutOff(bool closed)
    {
        var comment = value[lexer.At..];
        if (!Bare && context != InjectionContext.Comment)
        {
            if (!QuotesComment(comment)) Prove(InjectionKind.Comment, lexer.At);
        }
        else if (Bare && !weak && (closed || !lexer.Spaced) && (comment.TrimStart("-#/* "u8).IsEmpty || !lexer.Spaced && comment is [(byte)'-', (byte)'-', not ((byte)'-' or (>= (byte)'0' and <= (byte)'9')), ..]))
            Prove(InjectionKind.Comment, lexer.At);
    }

    /// <summary>`["--option", …`, `('#colour')`: in text the quote opens, and the same quote closes it further on.</summary>
    private bool QuotesComment(ReadOnlySpan<byte> comment)
    {
        var quote = start - 1;
        return value[start..lexer.At].Trim(" \t"u8).IsEmpty && (quote == 0 || value[quote - 1] < 0x80 && !char.IsAsciiLetterOrDigit((char)value[quote - 1])) && comment.IndexOf(value[quote]) > 0;
    }

    private bool Clause()
    {
        var at = lexer.At;
        switch (lexer.Word)
        {
            case SqlWord.Union: return Union(at);
            case SqlWord.Direction or SqlWord.Suffix:
                lexer.Read();
                if (lexer.Token is SqlToken.Word or SqlToken.QuotedName && !IsClause()) lexer.Read();
                return true;
            case SqlWord.Order or SqlWord.Group:
                lexer.Read();
                if (!Take(SqlWord.By)) return false;
                var number = lexer.Token == SqlToken.Number;
                if (!Condition(false, false)) return false;
                while (Take(SqlToken.Comma))
                    if (!Condition(false, false)) return false;
                if (number && lexer.Token is SqlToken.End or SqlToken.Comment) Prove(InjectionKind.Clause, at);
                return true;
            case SqlWord.Having or SqlWord.Where:
                lexer.Read();
                return Condition(false, false, joined: true, at);
            case SqlWord.Limit or SqlWord.Separator:
                lexer.Read();
                return Condition(false, false);
            case SqlWord.Into:
                lexer.Read();
                if (Take(SqlWord.Outfile) && lexer.Token is SqlToken.Text or SqlToken.OpenText or SqlToken.Number) Prove(InjectionKind.Clause, at);
                return Take(SqlToken.Variable);
            case SqlWord.Procedure:
                lexer.Read();
                if (Take(SqlWord.Analyse) && lexer.Token == SqlToken.Open) Prove(InjectionKind.Clause, at);
                return false;
            case SqlWord.Exec or SqlWord.Wait or SqlWord.Shutdown when (lexer.Spaced || at > 0 && value[at - 1] == (byte)')') && !weak:
                Statement(at);
                return false;
            default: return false;
        }
    }

    private bool IsClause() => lexer.Token == SqlToken.Word && lexer.Word is SqlWord.Union or SqlWord.Order or SqlWord.Group or SqlWord.Having or SqlWord.Where or SqlWord.Limit or SqlWord.Into
        or SqlWord.Procedure or SqlWord.From or SqlWord.Boolean or SqlWord.Direction or SqlWord.Separator;

    /// <summary>`not a`, `a = b`, `a between b and c`, joined by `and`, `or`, `xor`. <paramref name="after"/>: the first operand was read.</summary>
    private bool Condition(bool after, bool outermost, bool joined = false, int at = 0)
    {
        var operand = new Operand(lexer.At, lexer.At, Shape.Constant);
        var first = after ? default : lexer.Token == SqlToken.Number ? lexer.Bytes : default;
        while (true)
        {
            var compared = false;
            if (after && !Chain(ref operand, outermost)) return false;
            if (!after)
            {
                while (lexer.Token == SqlToken.Not || Is(SqlWord.Not)) lexer.Read();
                if (!Term(out operand)) return false;
            }
            var left = operand.Shape;
            compared |= operand.Compared;
            while (Comparison(out var negated))
            {
                var sign = lexer.At;
                if (!Compare(outermost && after && !joined, sign, out var right)) return false;
                left = Heavier(left, right);
                (compared, operand) = (true, new(operand.At, lexer.At, left));
                if (negated) continue;
            }
            if (joined && compared && Follows() && (!weak || left is Shape.Constant)) Prove(InjectionKind.Condition, at);
            if (joined && !compared && Follows() && Truth(operand, first)) Prove(InjectionKind.Condition, at);
            after = false;
            if (lexer.Token != SqlToken.Boolean && !Is(SqlWord.Boolean))
            {
                last = operand with { Compared = compared };
                return true;
            }
            (joined, at) = (outermost || joined, lexer.At);
            lexer.Read();
        }
    }

    private static Shape Heavier(Shape left, Shape right) => left is Shape.Name || right is Shape.Name ? Shape.Name : (Shape)Math.Max((byte)left, (byte)right);

    /// <summary>Something may follow a whole condition here.</summary>
    private bool Follows() => lexer.Token is SqlToken.End or SqlToken.Comment or SqlToken.Semicolon or SqlToken.Close or SqlToken.Boolean or SqlToken.Comma || IsClause();

    /// <summary>A constant that is a condition of its own: `or true`, `1 or 1`, `' or '1`.</summary>
    private bool Truth(Operand operand, ReadOnlySpan<byte> first)
    {
        if (operand.Shape == Shape.Call) return !weak;
        if (operand.Shape != Shape.Constant || operand.At >= value.Length) return false;
        var text = value[operand.At..Math.Min(operand.End, value.Length)].TrimEnd(" \t\r\n"u8);
        if (text.IsEmpty) return false;
        if (text[0] is (byte)'\'' or (byte)'"') return !Bare && text.Length > 1 && text[1] is >= (byte)'1' and <= (byte)'9' && lexer.Token is SqlToken.End or SqlToken.Comment;
        if (char.IsAsciiDigit((char)text[0])) return !Bare ? text[0] != '0' : text.SequenceEqual(first) || lexer.Token is SqlToken.Comment && text[0] != '0';
        return SqlWords.Find(text) == SqlWord.True;
    }

    private bool Comparison(out bool negated)
    {
        negated = Is(SqlWord.Not);
        if (negated) lexer.Read();
        return lexer.Token is SqlToken.Compare or SqlToken.Cast || lexer.Token == SqlToken.Not
            || lexer.Token == SqlToken.Word && lexer.Word is SqlWord.Compare or SqlWord.Between or SqlWord.Is;
    }

    private bool Compare(bool literal, int sign, out Shape shape)
    {
        shape = Shape.Constant;
        var word = lexer.Token == SqlToken.Word ? lexer.Word : SqlWord.Name;
        lexer.Read();
        if (word == SqlWord.Is)
        {
            while (Is(SqlWord.Not) || Is(SqlWord.All) || Is(SqlWord.From)) lexer.Read();
            // `1 is more` is no comparison; a call or a literal may be compared.
            if (lexer.Token == SqlToken.Word && lexer.Word is not (SqlWord.Null or SqlWord.True or SqlWord.False) && !(One(out var called) && called.Shape is Shape.Call)) return false;
            if (lexer.Token is SqlToken.Close or SqlToken.End or SqlToken.Comment or SqlToken.Boolean || IsClause()) return true;
        }
        if (lexer.Token == SqlToken.Word && lexer.Word is SqlWord.Any or SqlWord.All) lexer.Read();
        if (lexer.Token == SqlToken.Compare && word == SqlWord.Name) lexer.Read();
        var opened = lexer.At;
        if (!Term(out var operand)) return false;
        shape = operand.Shape;
        if (literal) Reopened(sign, opened, operand.Shape);
        if (word != SqlWord.Between) return true;
        if (!Take(SqlWord.Boolean) || !Term(out operand)) return lexer.Token == SqlToken.End;
        shape = Heavier(shape, operand.Shape);
        return true;
    }

    /// <summary>
    /// `'='`, `x'-'`: one operator between the literal and the quote that follows the value. Ordinary text quotes an operator too, with
    /// white space around the quotes or something behind them.
    /// </summary>
    private void Reopened(int sign, int opened, Shape shape)
    {
        if (Bare || lexer.Token != SqlToken.End || opened >= value.Length || shape != Shape.Constant) return;
        var text = value[(opened + 1)..];
        if (text.Length > 8 || text.IndexOfAnyExcept(alphanumeric) >= 0) return;
        var quote = start - 1;
        if (value[opened] != value[quote] || !value[start..sign].Trim(" \t"u8).IsEmpty || quote > 0 && value[quote - 1] is <= 0x20 or (byte)'(') return;
        // A letter before the quote that is a word of its own says what kind of string a program has there.
        if (quote > 1 && char.IsAsciiLetter((char)value[quote - 1]) && !char.IsAsciiLetterOrDigit((char)value[quote - 2])) return;
        Prove(InjectionKind.Operator, sign);
    }
}
