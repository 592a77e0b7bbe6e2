namespace Plimsoll.Guard.Injection;

internal ref partial struct SqlFragment
{
    /// <summary>Where an operand stands; compared: a comparison in parentheses.</summary>
    private readonly record struct Operand(int At, int End, Shape Shape, bool Compared = false);

    /// <summary>Operands joined by arithmetic.</summary>
    private bool Term(out Operand operand) => One(out operand) && Chain(ref operand, outermost: false);

    private bool Chain(ref Operand operand, bool outermost)
    {
        while (lexer.Token is SqlToken.Arithmetic or SqlToken.Cast || Is(SqlWord.Arithmetic) || outermost && lexer.Token == SqlToken.Not)
        {
            var (sign, cast) = (lexer.At, lexer.Token == SqlToken.Cast);
            lexer.Read();
            var opened = lexer.At;
            if (!One(out var right)) return false;
            if (outermost && !cast) Reopened(sign, opened, right.Shape);
            operand = new(operand.At, lexer.At, Heavier(operand.Shape, right.Shape));
        }
        return true;
    }

    private bool One(out Operand operand)
    {
        var at = lexer.At;
        operand = new(at, at, Shape.Complex);
        while (lexer.Token is SqlToken.Not || lexer.Token == SqlToken.Arithmetic && lexer.Bytes[0] is (byte)'-' or (byte)'+' || Is(SqlWord.Prefix) || Is(SqlWord.Not)) lexer.Read();
        switch (lexer.Token)
        {
            case SqlToken.End: return true;
            case SqlToken.Number or SqlToken.Text or SqlToken.OpenText:
                lexer.Read();
                Adjacent();
                operand = new(at, lexer.At, Shape.Constant);
                return true;
            case SqlToken.Variable:
                lexer.Read();
                operand = new(at, lexer.At, Shape.Constant);
                return true;
            case SqlToken.Open:
                operand = new(at, at, Shape.Complex);
                return Parenthesis(at, out operand);
            case SqlToken.Brace:
                lexer.Read();
                if (lexer.Token != SqlToken.Word) return false;
                lexer.Read();
                if (!Enter(at) || !One(out _)) return false;
                depth--;
                operand = new(at, lexer.At, Shape.Constant);
                return Take(SqlToken.EndBrace) || lexer.Token == SqlToken.End;
            case SqlToken.QuotedName: return Name(at, out operand);
            case SqlToken.Word: return WordOperand(at, out operand);
            default: return false;
        }
    }

    private bool Enter(int at)
    {
        if (++depth <= deepest) return true;
        Prove(InjectionKind.Depth, at);
        return false;
    }

    private bool Parenthesis(int at, out Operand operand)
    {
        operand = new(at, at, Shape.Complex);
        lexer.Read();
        if (!Enter(at)) return false;
        var query = Is(SqlWord.Select);
        if (!(query ? Query(InjectionKind.Subquery, at) : List(call: false))) return false;
        depth--;
        if (lexer.Token is not (SqlToken.Close or SqlToken.End)) return false;
        lexer.Read();
        operand = new(at, lexer.At, query ? Shape.Call : last.Shape, !query && last.Compared);
        return true;
    }

    /// <summary>What stands between parentheses, up to the closing one.</summary>
    private bool List(bool call)
    {
        while (lexer.Token is not (SqlToken.Close or SqlToken.End))
        {
            if (call && lexer.Token == SqlToken.Arithmetic && lexer.Bytes is [(byte)'*']) lexer.Read();
            else if (call && lexer.Token == SqlToken.Word && lexer.Word is SqlWord.All or SqlWord.Separator or SqlWord.From or SqlWord.Interval) lexer.Read();
            else if (Is(SqlWord.Select))
            {
                if (!Query(InjectionKind.Subquery, lexer.At)) return false;
            }
            else if (!Condition(false, outermost: false)) return false;
            while (Is(SqlWord.Direction)) lexer.Read();
            if (lexer.Token is SqlToken.Close or SqlToken.End) return true;
            if (Take(SqlToken.Comma)) continue;
            if (!call || lexer.Token != SqlToken.Word) return false;
            if (lexer.Word is not (SqlWord.Separator or SqlWord.From or SqlWord.Order or SqlWord.By or SqlWord.Name or SqlWord.Compare)) return false;
            lexer.Read();
        }
        return true;
    }

    private bool WordOperand(int at, out Operand operand)
    {
        operand = new(at, at, Shape.Complex);
        switch (lexer.Word)
        {
            case SqlWord.Null or SqlWord.True or SqlWord.False:
                lexer.Read();
                operand = new(at, lexer.At, Shape.Constant);
                return true;
            case SqlWord.Case: return Case(at, out operand);
            case SqlWord.Interval:
                lexer.Read();
                if (!One(out _)) return false;
                if (lexer.Token == SqlToken.Word) lexer.Read();
                return true;
            case SqlWord.Boolean or SqlWord.Union or SqlWord.Select or SqlWord.From or SqlWord.Where or SqlWord.Order or SqlWord.By or SqlWord.Group or SqlWord.Having or SqlWord.Into
                or SqlWord.When or SqlWord.Then or SqlWord.Is or SqlWord.Between:
                return false;
            default: return Name(at, out operand);
        }
    }

    /// <summary>`a`, `a.b.c`, `a.b(…)`.</summary>
    private bool Name(int at, out Operand operand)
    {
        operand = new(at, at, Shape.Name);
        SqlWord word;
        while (true)
        {
            if (lexer.Token is not (SqlToken.Word or SqlToken.QuotedName) && !(lexer.Token == SqlToken.Arithmetic && lexer.Bytes is [(byte)'*'])) return lexer.Token == SqlToken.End;
            word = lexer.Word;
            lexer.Read();
            if (!Take(SqlToken.Dot)) break;
        }
        if (lexer.Token != SqlToken.Open)
        {
            operand = new(at, lexer.At, Shape.Name);
            // A date, a time or a national string: the type's name stands before its literal.
            if (lexer.Token == SqlToken.Text && word is SqlWord.Name && IsType(value[at..lexer.At]))
            {
                lexer.Read();
                operand = new(at, lexer.At, Shape.Constant);
            }
            return true;
        }
        var arguments = lexer.At;
        lexer.Read();
        if (!Enter(at)) return false;
        var empty = lexer.Token == SqlToken.Close;
        if (!List(call: true)) return false;
        depth--;
        if (word is SqlWord.If or SqlWord.Conditional && !Proven && lexer.Token == SqlToken.Close && IsChoice(value[arguments..lexer.At])) Prove(InjectionKind.Call, at);
        if (lexer.Token is SqlToken.Close) lexer.Read();
        // A call that is the whole value and followed by what programs and lists put there is a line of them: `sleep(1);`.
        var line = Bare && at == 0 && lexer.Token is SqlToken.Semicolon or SqlToken.Comma;
        if (word == SqlWord.Sink && !empty && !line) Prove(InjectionKind.Call, at);
        operand = new(at, lexer.At, Shape.Call);
        return true;
    }

    /// <summary>`if(1=1,…,…)`: a comparison of constants first, then two more arguments.</summary>
    private static bool IsChoice(ReadOnlySpan<byte> arguments)
    {
        var comma = arguments.IndexOf((byte)',');
        if (comma < 0 || arguments[(comma + 1)..].IndexOf((byte)',') < 0) return false;
        var condition = arguments[1..comma].Trim(" ("u8);
        return condition.Length > 2 && condition[0] is >= (byte)'0' and <= (byte)'9' or (byte)'\'' && condition.IndexOfAny("=<>"u8) > 0;
    }

    private static bool IsType(ReadOnlySpan<byte> name)
    {
        name = name.TrimEnd(" \t\r\n"u8);
        return name.Length <= 9 && (System.Text.Ascii.EqualsIgnoreCase(name, "date"u8) || System.Text.Ascii.EqualsIgnoreCase(name, "time"u8) || System.Text.Ascii.EqualsIgnoreCase(name, "timestamp"u8));
    }

    private bool Case(int at, out Operand operand)
    {
        operand = new(at, at, Shape.Call);
        lexer.Read();
        if (!Enter(at)) return false;
        if (!Is(SqlWord.When) && !Condition(false, outermost: false)) return false;
        var branches = 0;
        while (Take(SqlWord.When))
        {
            if (!Condition(false, outermost: false) || !Take(SqlWord.Then) || !Condition(false, outermost: false)) return false;
            branches++;
        }
        if (branches == 0 || Take(SqlWord.Else) && !Condition(false, outermost: false)) return false;
        depth--;
        if (Take(SqlWord.End)) Prove(InjectionKind.Call, at);
        operand = new(at, lexer.At, Shape.Call);
        return true;
    }
}
