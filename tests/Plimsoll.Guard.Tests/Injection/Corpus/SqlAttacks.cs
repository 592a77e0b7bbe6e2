namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>
/// Injections of SQL from a grammar: leave the place where the value is pasted, add something, make the rest of the statement fit. What is added is
/// <see cref="SqlTerms"/>'s, how it is written <see cref="SqlWriter"/>'s. Candidates only: <see cref="SqlProof"/> says which are attacks.
/// </summary>
internal static class SqlAttacks
{
    private const string select = "SELECT id, name, mail FROM users WHERE ";
    private static readonly string[] numbers = ["1", "7", "0", "-3", "2.5", "99999999999"];
    private static readonly string[] texts = ["abc", "", "a b", "O''Brien", "7", "Zoë", "100% sure - really"];
    private static readonly string[] doubles = ["abc", "", "a b", "O'Brien", "7"];

    private static readonly IEnumerable<string> orders = from column in (string[])["1", "2", "3", "id", "name", "mail", "active", "age"] from direction in (string[])["", " ASC", " DESC"] select column + direction;

    /// <summary>The tables that the statements are about; every dialect reads it.</summary>
    public static readonly string[] Schema =
    [
        "CREATE TABLE users (id integer primary key, name varchar(80), mail varchar(80), active integer, age integer)",
        "CREATE TABLE orders (id integer, user_id integer, total integer, note varchar(200), status varchar(20))",
    ];

    public static readonly PasteContext[] Contexts =
    [
        new("number", select + "id = ", "", "", null, numbers),
        new("number and more", select + "id = ", " AND active = 1", "", null, numbers),
        new("number in parentheses", select + "(id = ", ") AND active = 1 ORDER BY name", ")", "(1=1", numbers),
        new("number in a list", select + "id IN (", ")", ")", "2 IN (2", numbers),
        new("number of an update", "UPDATE users SET age = ", " WHERE id = 5", "", null, numbers),
        new("text", select + "name = '", "'", "'", "'a'='a", texts),
        new("text and more", select + "name = '", "' AND age > 17", "'", "'1'='1", texts),
        new("text in parentheses", select + "(name = '", "') AND active = 1", "')", "('x'='x", texts),
        new("text of a function", select + "lower(mail) = lower('", "')", "')", "name = lower('", texts),
        new("text of LIKE", select + "name LIKE '%", "%' ORDER BY name", "'", "name LIKE '", texts),
        new("text of an update", "UPDATE users SET mail = '", "' WHERE id = 5", "'", "'a'<>'", texts),
        new("text of an insert", "INSERT INTO orders (user_id, note, status) VALUES (1, '", "', 'new')", "'", null, texts),
        new("double quotes", select + "name = \"", "\" AND age > 17", "\"", "\"a\"=\"a", doubles),
        new("double quotes in parentheses", select + "(name = \"", "\") AND active = 1", "\")", "(\"a\"=\"a", doubles),
        new("name in backticks", "SELECT id, name, mail FROM users ORDER BY `", "` LIMIT 10", "`", null, "name", "id", "mail", "active", "age"),
        new("order", "SELECT id, name, mail FROM users ORDER BY ", "", "", null, [.. orders]),
    ];

    /// <summary>The same values for the same seed; the first n of a longer list are the shorter list.</summary>
    public static IEnumerable<Attack> Values(int seed, int count)
    {
        for (var i = 0; i < count; i++) yield return One(new Dice(unchecked(seed * 1_000_003 + i)));
    }

    private static Attack One(Dice dice)
    {
        var context = dice.Of(Contexts);
        var dialect = context.Leave is ['"' or '`', ..]
            ? dice.OneIn(4) ? SqlDialect.Sqlite : SqlDialect.Mariadb
            : dice.Of(SqlDialect.Sqlite, SqlDialect.Postgresql, SqlDialect.Mariadb, SqlDialect.Mariadb);
        var sql = new SqlWriter(dice, dialect);
        var terms = new SqlTerms(dice, sql);
        var kind = context.Name switch
        {
            "order" or "name in backticks" => Ordering(dice, sql, terms, context),
            "text of an insert" => Inserting(dice, sql, terms, context),
            _ => dice.OneIn(7) ? Expression(dice, sql, terms, context) : Condition(dice, sql, terms, context),
        };
        return new(kind, context, sql.Bytes());
    }

    /// <summary>The value stays one side of the comparison, but is computed.</summary>
    private static string Expression(Dice dice, SqlWriter sql, SqlTerms terms, PasteContext context)
    {
        var quote = context.Leave.Trim(')');
        sql.Raw(quote.Length > 0 ? dice.Of("", "x", "admin", "1") : dice.Of("1", "0", "-1", "2"));
        var glue = sql.Dialect == SqlDialect.Mariadb ? dice.Of("+", "-", "*", "^", "%", "DIV", "|") : quote.Length > 0 ? "||" : dice.Of("+", "-", "*", "/");
        sql.Raw(quote).Put(glue);
        terms.Scalar();
        if (quote.Length > 0) sql.Put(glue).Put(quote);
        return "expression";
    }

    private static string Condition(Dice dice, SqlWriter sql, SqlTerms terms, PasteContext context)
    {
        var isText = context.Leave is ['\'' or '"', ..];
        var isSelect = context.Before.StartsWith("SELECT", StringComparison.Ordinal);
        var kind = dice.Of("tautology", "tautology", "boolean blind", "time blind", "error based", "union", "union", "stacked", "comment", "clause");
        if (!isSelect && kind is ("union" or "clause")) kind = "tautology";
        if (kind == "comment" && context.After is ("" or "'" or ")" or "')")) kind = "boolean blind"; // Nothing is there to be cut off.
        sql.Raw(isText ? dice.Of("", "", "x", "admin", "1", "Smith", "abc def", "-1", "a@b.c", "%") : dice.Of("1", "1", "0", "-1", "2", "999", "1.0", "1e0", "(1)", "NULL")).Raw(context.Leave);
        switch (kind)
        {
            case "tautology":
                sql.Put(sql.Dialect == SqlDialect.Mariadb ? dice.Of("OR", "OR", "||", "XOR") : "OR");
                if (dice.OneIn(6)) sql.Put("NOT");
                terms.Truth();
                break;
            case "boolean blind":
                sql.Put(sql.Dialect == SqlDialect.Mariadb ? dice.Of("AND", "&&", "OR") : dice.Of("AND", "OR"));
                terms.Question();
                break;
            case "time blind":
                sql.Put(dice.Of("AND", "OR"));
                terms.Delay();
                break;
            case "error based":
                sql.Put(dice.Of("AND", "OR"));
                terms.Error();
                break;
            case "union":
                terms.Union();
                break;
            case "stacked":
                terms.Further();
                break;
            case "clause":
                terms.Clause();
                break;
        }
        var canRejoin = kind is not ("union" or "stacked" or "clause" or "comment");
        if (canRejoin && context.Rejoin is not null && !dice.OneIn(3)) sql.Put("AND").Put(context.Rejoin);
        else if (kind == "comment" || context.After.Length > 0 && !(canRejoin && context.Rejoin is null && dice.OneIn(2))) sql.Comment();
        else if (dice.OneIn(4)) sql.Comment();
        return kind;
    }

    /// <summary>Behind ORDER BY, where only an expression or a further clause fits.</summary>
    private static string Ordering(Dice dice, SqlWriter sql, SqlTerms terms, PasteContext context)
    {
        var isName = context.Leave.Length > 0;
        if (isName)
        {
            sql.Raw(dice.Of("name", "id", "mail")).Raw("`");
            if (dice.OneIn(3)) sql.Put(dice.Of("ASC", "DESC"));
        }
        if (dice.OneIn(4))
        {
            if (!isName) sql.Put(dice.Of("1", "name", "id"));
            if (sql.Dialect != SqlDialect.Sqlite || dice.OneIn(2)) terms.Further();
            else sql.Put("LIMIT").Put(dice.Of("1", "0", "5")).Put("OFFSET").Put("1");
            sql.Comment();
            return "stacked";
        }
        if (isName) sql.Put(",");
        terms.Choice();
        if (isName && dice.OneIn(2)) sql.Put(",").Put("`name");
        else if (isName || dice.OneIn(3)) sql.Comment();
        return "order";
    }

    private static string Inserting(Dice dice, SqlWriter sql, SqlTerms terms, PasteContext context)
    {
        sql.Raw(dice.Of("", "note", "thank you")).Raw(context.Leave);
        switch (dice.Below(4))
        {
            case 0:
                sql.Put(sql.Dialect == SqlDialect.Mariadb ? dice.Of("+", "-", "^") : "||");
                terms.Scalar();
                sql.Put(sql.Dialect == SqlDialect.Mariadb ? dice.Of("+", "-", "^") : "||").Put("'");
                return "expression";
            case 1:
                sql.Put(",");
                terms.Scalar();
                sql.Put(")").Comment();
                return "values";
            case 2:
                sql.Put(",").Put(sql.Text("paid")).Put(")").Put(",").Put("(").Put("(");
                terms.Query();
                sql.Put(")").Put(",").Put("'x");
                return "values";
            default:
                sql.Put(",").Put(sql.Text("x")).Put(")");
                terms.Further();
                sql.Comment();
                return "stacked";
        }
    }
}
