namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>What an injection adds to a statement, in the words of a dialect.</summary>
internal sealed class SqlTerms(Dice dice, SqlWriter sql)
{
    private bool IsSqlite => sql.Dialect == SqlDialect.Sqlite;
    private bool IsPostgresql => sql.Dialect == SqlDialect.Postgresql;
    private bool IsMariadb => sql.Dialect == SqlDialect.Mariadb;

    /// <summary>A condition that holds, or does not, whatever the row is.</summary>
    public void Truth()
    {
        switch (dice.Below(10))
        {
            case 0:
                sql.Put(dice.Of("TRUE", "TRUE", "FALSE"));
                break;
            case 1:
                sql.Put(dice.Of("id", "name", "mail", "active")).Put("IS").Put("NOT").Put("NULL");
                break;
            case 2:
                sql.Put(sql.Text("abc")).Put("LIKE").Put(dice.Of("'%'", "'a%'", "'abc'"));
                break;
            case 3:
                sql.Put(sql.Number(2)).Put("BETWEEN").Put(sql.Number(1)).Put("AND").Put(sql.Number(3));
                break;
            case 4:
                sql.Put(sql.Number(1)).Put("IN").Put("(").Put(sql.Number(1)).Put(",").Put(sql.Number(2)).Put(")");
                break;
            case 5:
                sql.Put("EXISTS").Put("(");
                Query();
                sql.Put(")");
                break;
            case 6 when IsMariadb:
                sql.Put(dice.Of("1", "2", "~0", "!0", "-1", "1.5", "@@version", "version()", "id", "!!1", "pi()", "'1'", "0x31", "@a:=1"));
                break;
            case 6 when IsSqlite:
                sql.Put(dice.Of("1", "2", "~0", "-1", "1.5", "id", "'1'", "changes()", "NOT 0"));
                break;
            case 6:
                sql.Put(dice.Of("'t'::bool", "NOT FALSE", "1::bool", "'on'"));
                break;
            case 7:
                sql.Put(dice.Of("id", "age", "active")).Put(dice.Of(">", ">=", "<>", "<", "!=")).Put(sql.Number(0));
                break;
            case 8:
                Compared(text: true);
                break;
            default:
                Compared(text: false);
                break;
        }
    }

    private void Compared(bool text)
    {
        var sign = sql.Dialect switch
        {
            SqlDialect.Mariadb => dice.Of("=", "=", "<", ">", "<>", "!=", "<=>", ">=", "LIKE", "RLIKE", "REGEXP"),
            SqlDialect.Postgresql => dice.Of(["=", "=", "<", ">", "<>", "!=", ">="], text ? ["LIKE", "ILIKE", "~", "~*", "!~"] : []),
            _ => dice.Of("=", "=", "<", ">", "<>", "==", ">=", "LIKE", "GLOB", "IS"),
        };
        var value = dice.Between(1, 99);
        sql.Put(text ? sql.Text("ab") : sql.Number(value)).Put(sign).Put(text ? sql.Text("ab") : sql.Number(value));
    }

    /// <summary>A condition that tells something of what is stored.</summary>
    public void Question()
    {
        switch (dice.Below(5))
        {
            case 0:
                Letter();
                sql.Put(dice.Of("=", ">", "<", "<>")).Put(sql.Text("a"));
                break;
            case 1:
                sql.Put("(").Put("SELECT").Put("COUNT").Raw("(*)").Put("FROM").Put(Table()).Put(")").Put(dice.Of(">", "=", "<")).Put(sql.Number(5));
                break;
            case 2:
                sql.Put("EXISTS").Put("(").Put("SELECT").Put(dice.Of("1", "*", "NULL")).Put("FROM").Put("users").Put("WHERE").Put("name").Put("LIKE").Put(sql.Text("a")).Put(")");
                break;
            case 3:
                sql.Put("LENGTH").Raw("(").Put("(").Put("SELECT").Put("mail").Put("FROM").Put("users").Put("LIMIT").Put("1").Put(")").Put(")").Put(dice.Of(">", "=")).Put(sql.Number(7));
                break;
            default:
                sql.Put(IsSqlite ? "unicode" : "ascii").Raw("(");
                Letter();
                sql.Put(")").Put(dice.Of(">", "<", "=", "<>")).Put(sql.Number(dice.Between(40, 120)));
                break;
        }
    }

    private void Letter()
    {
        sql.Put(IsMariadb ? dice.Of("substring", "mid", "SUBSTR") : "substr").Raw("(").Put("(").Put("SELECT").Put(dice.Of("name", "mail")).Put("FROM").Put("users").Put("LIMIT").Put("1").Put(")");
        if (IsMariadb && dice.OneIn(3)) sql.Put("FROM").Put(sql.Number(1).Trim('+')).Put("FOR").Put("1");
        else sql.Put(",").Put("1").Put(",").Put("1");
        sql.Put(")");
    }

    public void Delay()
    {
        if (IsSqlite)
        {
            var bytes = dice.Of("100000000", "5e8", "0x5f5e100");
            sql.Put(dice.Of("randomblob", "zeroblob")).Raw($"({bytes})").Put(dice.Of("=", "IS NOT", ">")).Put("1");
        }
        else if (IsPostgresql)
        {
            var seconds = dice.Of("5", "10", "0.5", "3.0");
            if (dice.OneIn(3)) sql.Put("(").Put("SELECT").Put("1").Put("FROM").Put($"pg_sleep({seconds})").Put(")").Put("=").Put("1");
            else if (dice.OneIn(2)) sql.Put("1").Put("=").Put("(").Put("CASE").Put("WHEN").Put("(").Put("1=1").Put(")").Put("THEN").Put("(").Put("SELECT").Put("1").Put("FROM").Put($"pg_sleep({seconds})").Put(")").Put("ELSE").Put("1").Put("END").Put(")");
            else sql.Put(dice.Of($"pg_sleep({seconds})", $"pg_catalog.pg_sleep({seconds})")).Put("IS").Put("NOT").Put("NULL");
        }
        else
        {
            var call = dice.Of("SLEEP(5)", "sleep(3)", "sleep (2)", "BENCHMARK(5000000,MD5(1))", "benchmark(9999999,sha1(0x61))", "SLEEP(0x05)", "GET_LOCK('a',5)");
            if (dice.OneIn(3)) sql.Put("IF").Raw("(").Put("1").Put("=").Put("1").Put(",").Put(call).Put(",").Put("0").Put(")");
            else if (dice.OneIn(3)) sql.Put("(").Put("SELECT").Put("*").Put("FROM").Put("(").Put("SELECT").Raw("(").Put(call).Put(")").Put(")").Put("x").Put(")");
            else sql.Put(call);
        }
    }

    public void Error()
    {
        if (IsSqlite)
        {
            sql.Put(dice.Of("abs(-9223372036854775808)", "load_extension('x')", "json('{')", "zeroblob(-1)", "printf('%.*c',1000000000,'x')", "json_extract('{','$')")).Put(dice.Of("=", "IS NOT", ">")).Put("1");
        }
        else if (IsPostgresql)
        {
            sql.Put("1").Put(dice.Of("=", "<", ">")).Put("CAST").Raw("(").Put("(").Put("SELECT").Put(dice.Of("version()", "name", "current_user::text", "mail")).Put("FROM").Put("users").Put("LIMIT").Put("1").Put(")").Put("AS").Put(dice.Of("int", "integer", "numeric")).Put(")");
        }
        else if (dice.OneIn(4))
        {
            sql.Put("(").Put("SELECT").Put("1").Put("FROM").Put("(").Put("SELECT").Put("COUNT").Raw("(*)").Put(",").Put("CONCAT").Raw("(").Put(Fact()).Put(",").Put("FLOOR").Raw("(RAND(0)*2)").Put(")").Put("x").Put("FROM").Put("information_schema.tables").Put("GROUP").Put("BY").Put("x").Put(")").Put("a").Put(")");
        }
        else
        {
            var isFirst = dice.OneIn(2);
            sql.Put(isFirst ? "extractvalue" : "updatexml").Raw("(").Put(sql.Number(1)).Put(",").Put("CONCAT").Raw("(").Put(dice.Of("0x7e", "'~'", "0x3a", "char(126)")).Put(",").Put(Fact()).Put(")");
            if (!isFirst) sql.Put(",").Put("1");
            sql.Put(")");
        }
    }

    public void Union()
    {
        sql.Put("UNION");
        if (dice.OneIn(2)) sql.Put(IsSqlite ? "ALL" : dice.Of("ALL", "ALL", "DISTINCT"));
        if (dice.OneIn(8) && !IsSqlite)
        {
            sql.Put("(");
            Row();
            sql.Put(")");
        }
        else if (dice.OneIn(10) && !IsMariadb) sql.Put("VALUES").Put("(").Put("1").Put(",").Put(sql.Text("a")).Put(",").Put(sql.Text("b")).Put(")");
        else Row();

        void Row()
        {
            var isFrom = dice.OneIn(2);
            sql.Put("SELECT").Put(isFrom ? dice.Of("1", "id", "NULL") : IsPostgresql ? dice.Of("1", "NULL") : dice.Of(sql.Number(1), "NULL", "1"));
            for (var i = 0; i < 2; i++) sql.Put(",").Put(dice.Below(4) switch { 0 => "NULL", 1 => sql.Text("xyz"), 2 when isFrom => dice.Of("name", "mail"), _ => Fact() });
            if (!isFrom) return;
            sql.Put("FROM").Put("users");
            if (dice.OneIn(3)) sql.Put("WHERE").Put("id").Put("=").Put(sql.Number(1));
        }
    }

    /// <summary>A second statement.</summary>
    public void Further()
    {
        sql.Put(";");
        switch (dice.Below(8))
        {
            case 0:
                sql.Put("DROP").Put("TABLE").Put(dice.Of("users", "orders"));
                break;
            case 1:
                sql.Put("DELETE").Put("FROM").Put(dice.Of("users", "orders"));
                break;
            case 2:
                sql.Put("UPDATE").Put("users").Put("SET").Put(dice.Of("active", "age")).Put("=").Put(sql.Dialect == SqlDialect.Postgresql ? "1" : sql.Number(1));
                break;
            case 3:
                sql.Put("INSERT").Put("INTO").Put("users").Put("(").Put("id").Put(",").Put("name").Put(")").Put("VALUES").Put("(").Put($"{dice.Between(1000, 2_000_000)}").Put(",").Put(sql.Text("eve")).Put(")");
                break;
            case 4:
                sql.Put("CREATE").Put("TABLE").Put($"t{dice.Below(100_000)}").Put("(").Put("a").Put("int").Put(")");
                break;
            case 5 when IsMariadb:
                sql.Put(dice.Of("SET @a=0x73656c6563742031", "SHOW TABLES", "PREPARE s FROM 'select 1'", "SET sql_mode=''", "FLUSH STATUS"));
                break;
            case 5 when IsPostgresql:
                sql.Put(dice.Of("SHOW server_version", "RESET ALL", "COMMENT ON TABLE users IS 'x'", "DO $$BEGIN PERFORM 1; END$$"));
                break;
            case 5:
                sql.Put(dice.Of("PRAGMA user_version=7", "ATTACH DATABASE '/tmp/x.php' AS x", "PRAGMA table_info(users)", "VACUUM"));
                break;
            case 6:
                sql.Put("ALTER").Put("TABLE").Put("orders").Put("ADD").Put("COLUMN").Put($"c{dice.Below(100_000)}").Put("int");
                break;
            default:
                Query();
                break;
        }
    }

    /// <summary>A clause that comes behind WHERE.</summary>
    public void Clause()
    {
        switch (dice.Below(6))
        {
            case 0:
                sql.Put("ORDER").Put("BY").Put(dice.Of("1", "2", "3", "name"));
                break;
            case 1:
                sql.Put("GROUP").Put("BY").Put("id").Put("HAVING").Put("1").Put("=").Put("1");
                break;
            case 2:
                sql.Put("LIMIT").Put(dice.Of("1", "5")).Put("OFFSET").Put(dice.Of("1", "0"));
                break;
            case 3 when IsMariadb:
                sql.Put("INTO").Put(dice.Of("OUTFILE", "DUMPFILE")).Put($"'/tmp/plimsoll-absent/x{dice.Below(100_000)}.php'");
                break;
            case 4 when IsMariadb:
                sql.Put("PROCEDURE").Put("ANALYSE").Put("(").Put("1").Put(",").Put("1").Put(")");
                break;
            case 3 or 4 when !IsMariadb:
                sql.Put(dice.Of("EXCEPT", "INTERSECT")).Put("SELECT").Put("id").Put(",").Put("name").Put(",").Put("mail").Put("FROM").Put("users");
                break;
            default:
                sql.Put("HAVING").Put("COUNT").Raw("(*)").Put(">").Put("0");
                break;
        }
    }

    /// <summary>An expression to sort by that asks something.</summary>
    public void Choice()
    {
        switch (dice.Below(4))
        {
            case 0 when IsMariadb:
                sql.Put("IF").Raw("(");
                Question();
                sql.Put(",").Put("id").Put(",").Put("age").Put(")");
                break;
            case 1:
                sql.Put("(").Put("SELECT").Put("CASE").Put("WHEN").Put("(");
                Question();
                sql.Put(")").Put("THEN").Put("1").Put("ELSE").Put("2").Put("END").Put(")");
                break;
            case 2:
                sql.Put("(");
                Query();
                sql.Put(")");
                break;
            default:
                sql.Put("CASE").Put("WHEN");
                Question();
                sql.Put("THEN").Put("name").Put("ELSE").Put("mail").Put("END");
                break;
        }
    }

    /// <summary>One value that is computed.</summary>
    public void Scalar()
    {
        switch (dice.Below(4))
        {
            case 0:
                sql.Put(Fact());
                break;
            case 1:
                sql.Put("CASE").Put("WHEN").Put("1").Put("=").Put("1").Put("THEN").Put("1").Put("ELSE").Put("0").Put("END");
                break;
            default:
                sql.Put("(");
                Query();
                sql.Put(")");
                break;
        }
    }

    /// <summary>A query of one row and one column.</summary>
    public void Query()
    {
        sql.Put("SELECT").Put(dice.OneIn(3) ? Fact() : dice.Of("MAX(id)", "COUNT(*)", "1", "MIN(id)"));
        if (dice.OneIn(3)) return;
        sql.Put("FROM").Put(Table());
        if (dice.OneIn(2)) sql.Put("LIMIT").Put("1");
    }

    /// <summary>Something that the server knows of itself.</summary>
    private string Fact() => sql.Dialect switch
    {
        SqlDialect.Mariadb => dice.Of("@@version", "version()", "user()", "database()", "current_user", "@@datadir", "@@hostname", "schema()", "connection_id()", "uuid()", "LOAD_FILE(0x2f6574632f706173737764)"),
        SqlDialect.Postgresql => dice.Of("version()", "current_user::text", "current_database()::text", "session_user::text", "current_setting('port')", "inet_server_addr()::text", "pg_backend_pid()::text"),
        _ => dice.Of("sqlite_version()", "sqlite_source_id()", "last_insert_rowid()", "typeof(1)", "hex(randomblob(4))", "datetime()"),
    };

    private string Table() => sql.Dialect switch
    {
        SqlDialect.Mariadb => dice.Of("users", "orders", "information_schema.tables", "information_schema.columns"),
        SqlDialect.Postgresql => dice.Of("users", "orders", "pg_catalog.pg_user", "information_schema.tables"),
        _ => dice.Of("users", "orders", "sqlite_master"),
    };
}
