namespace Plimsoll.Guard.Injection;

internal ref partial struct SqlFragment
{
    /// <summary>`union [all] [(] select …`, and the other set operators.</summary>
    private bool Union(int at)
    {
        lexer.Read();
        while (Is(SqlWord.All)) lexer.Read();
        while (lexer.Token == SqlToken.Open)
        {
            lexer.Read();
            if (!Enter(at)) return false;
        }
        if (Is(SqlWord.Values))
        {
            lexer.Read();
            if (lexer.Token == SqlToken.Open) Prove(InjectionKind.Union, at);
            return false;
        }
        return Is(SqlWord.Select) && Query(InjectionKind.Union, at);
    }

    /// <summary>
    /// From `select` to the end of its clauses. It is proven by a list in which something is not a mere name (a number, literal,
    /// call, `*`), or by names and a table after `from`: what a sentence with these words does not have.
    /// </summary>
    private bool Query(InjectionKind kind, int at)
    {
        lexer.Read();
        while (Is(SqlWord.All))
        {
            var top = (lexer.Bytes[0] | 0x20) == 't';
            lexer.Read();
            if (top && lexer.Token == SqlToken.Number) lexer.Read();
        }
        var strong = false;
        do
        {
            var shape = Shape.Complex;
            if (lexer.Token == SqlToken.Arithmetic && lexer.Bytes is [(byte)'*']) lexer.Read();
            else if (lexer.Token == SqlToken.End) return true;
            else
            {
                if (!Condition(false, outermost: false)) return false;
                shape = last.Compared ? Shape.Complex : last.Shape;
            }
            if (Is(SqlWord.Separator))
            {
                lexer.Read();
                if (lexer.Token is not (SqlToken.Word or SqlToken.QuotedName or SqlToken.Text)) return false;
                lexer.Read();
            }
            else if (lexer.Token is SqlToken.QuotedName or SqlToken.Text || lexer.Token == SqlToken.Word && !IsClause() && shape != Shape.Name) lexer.Read();
            strong |= shape != Shape.Name;
        }
        while (Take(SqlToken.Comma));
        if (strong && (Follows() || lexer.Token is SqlToken.OpenText)) Prove(kind, at);
        if (!Is(SqlWord.From)) return lexer.Token is not SqlToken.Word || IsClause();
        lexer.Read();
        return Tables(kind, at);
    }

    private bool Tables(InjectionKind kind, int at)
    {
        do
        {
            if (!One(out _)) return false;
            if (Is(SqlWord.Separator)) lexer.Read();
            if (lexer.Token is SqlToken.Word && !IsClause() && lexer.Word == SqlWord.Name) lexer.Read();
        }
        while (Take(SqlToken.Comma));
        if (Follows()) Prove(kind, at);
        return true;
    }

    private void Statements(bool closed)
    {
        var at = lexer.At;
        while (lexer.Token == SqlToken.Semicolon) lexer.Read();
        if (lexer.Token == SqlToken.Comment) CutOff(closed);
        else Statement(at);
    }

    /// <summary>A statement's first word and the object that it needs.</summary>
    private void Statement(int at)
    {
        if (lexer.Token != SqlToken.Word) return;
        var word = lexer.Word;
        if (word == SqlWord.Select)
        {
            Query(InjectionKind.Statement, at);
            return;
        }
        lexer.Read();
        var whole = word switch
        {
            SqlWord.Drop or SqlWord.Alter or SqlWord.Truncate => Take(SqlWord.Thing) && TakeName() && !IsPlainWord(),
            SqlWord.Create => CreateThing(),
            SqlWord.Insert => Take(SqlWord.Into) && TakeName() && (lexer.Token == SqlToken.Open || Is(SqlWord.Values) || Is(SqlWord.Select) || Is(SqlWord.Set)),
            SqlWord.Update => TakeName() && Take(SqlWord.Set) && TakeName() && lexer.Token == SqlToken.Compare,
            SqlWord.Delete => Take(SqlWord.From) && TakeName() && !IsPlainWord(),
            SqlWord.Exec => Executed(),
            SqlWord.Call => TakeName() && lexer.Token == SqlToken.Open,
            SqlWord.Wait => Take(SqlWord.Delay) && lexer.Token is SqlToken.Text or SqlToken.OpenText or SqlToken.Variable or SqlToken.Number,
            SqlWord.Declare => lexer.Token == SqlToken.Variable,
            SqlWord.Set => lexer.Token == SqlToken.Variable && Assigned(),
            SqlWord.Shutdown => lexer.Token is SqlToken.End or SqlToken.Comment or SqlToken.Semicolon,
            SqlWord.Copy => lexer.Token == SqlToken.Open || TakeName() && (Is(SqlWord.From) || lexer.Token == SqlToken.Open),
            SqlWord.Grant => TakeName() && lexer.Token == SqlToken.Word && TakeName() && lexer.Token == SqlToken.Word,
            SqlWord.Handler => TakeName() && lexer.Token == SqlToken.Word,
            SqlWord.If => lexer.Token == SqlToken.Open && Condition(false, false) && (Is(SqlWord.Wait) || Is(SqlWord.Select) || Is(SqlWord.Exec) || Is(SqlWord.Drop)),
            _ => false,
        };
        if (whole) Prove(InjectionKind.Statement, at);
    }

    private bool IsPlainWord() => lexer.Token == SqlToken.Word && lexer.Word == SqlWord.Name;

    private bool Assigned()
    {
        lexer.Read();
        return lexer.Token == SqlToken.Compare;
    }

    private bool CreateThing()
    {
        if (IsPlainWord()) lexer.Read();
        return Take(SqlWord.Thing) && TakeName() && (lexer.Token is SqlToken.Open or SqlToken.Compare || lexer.Token == SqlToken.Word && lexer.Word is not SqlWord.Name);
    }

    private bool Executed()
    {
        if (lexer.Token == SqlToken.Open) return true;
        if (lexer.Token != SqlToken.Word) return lexer.Token == SqlToken.Variable;
        var name = lexer.Bytes;
        var procedure = name.Length > 3 && name[2] == '_' && (name[0] | 0x20) is 'x' or 's' && (name[1] | 0x20) == 'p' || System.Text.Ascii.EqualsIgnoreCase(name, "master"u8);
        lexer.Read();
        return procedure || lexer.Token == SqlToken.Text;
    }

    /// <summary>`if exists a.b`, a name of any number of parts.</summary>
    private bool TakeName()
    {
        if (Take(SqlWord.If))
        {
            Take(SqlWord.Not);
            if (!Take(SqlWord.Prefix)) return false;
        }
        while (lexer.Token is SqlToken.Word or SqlToken.QuotedName or SqlToken.Text)
        {
            lexer.Read();
            if (!Take(SqlToken.Dot)) return true;
        }
        return false;
    }
}
