using CsCheck;
using System.Text;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>
/// The lexer against PostgreSQL: pg_stat_statements replaces the constants of a query by `$1`, `$2` … where the server's own scanner
/// found them, and keeps all other bytes. The same is done here with the tokens of the lexer.
/// </summary>
public sealed class LexerOracleTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly string[] values =
    [
        "'a'", "''", "'it''s'", "'a -- b'", "'/* '", "'back\\slash'", "'\\\\'", "'\\'", "E'a\\'b'", "E'\\\\'", "e'x''y'", "E'a\\\nb'", "'a'\n'b'", "'a' -- c ' \n 'b'", "E'a'\n'b\\'c'", "'a'\t\n\n  'b''c'", "$$x$$", "$$ ' $$", "$a$ $$ ' $b$ $a$", "$a_1$$a$$a_1$",
        "$\u00e9$ \u00e9' $\u00e9$", "'\u00e9\\'", "E'\u00e9\\\\'", "'\u4e2d\u6587'", "1", "1.5", ".5", "1e3", "1.5E-3", "'a'::text", "b'01'", "x'1F'", "N'n'", "U&'\\0061'", "U&'a''b'", "(1)", "array[1,2]", "1+2", "'a'||'b'", "'a'<>'b'", "2*-3", "1--x'\n", "1/* ' */", "1 /* a /* ' */ b */", "1 as \"q\"\"'x\"", "1 as \u00e9t\u00e9", "1 as a$b$c", "'a'/**/",
    ];

    private static readonly string[] blanks = [" ", "\n", "\t", " /* c */ ", " -- ' \n", " /* '/* */ */ ", "\r\n", "\f", "/**/", "/*/ ' */ */ "];

    /// <summary>As pg_stat_statements writes it.</summary>
    private static string? Normalised(string query, bool plainBackslash)
    {
        var bytes = Encoding.UTF8.GetBytes(query);
        var lexer = new PgLexer(bytes, new(plainBackslash));
        var text = new StringBuilder();
        var (at, number) = (0, 0);
        while (lexer.Next())
        {
            if (lexer.Kind == TokenKind.Broken) return null;
            if (lexer.Kind is not (TokenKind.Number or TokenKind.String or TokenKind.EscapeString or TokenKind.BitString)) continue;
            text.Append(Encoding.UTF8.GetString(bytes, at, lexer.Start - at)).Append('$').Append(++number);
            at = lexer.End;
        }
        return text.Append(Encoding.UTF8.GetString(bytes, at, bytes.Length - at)).ToString();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Constants_are_where_the_server_finds_them(bool plainBackslash)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var client = PgClient.Connect(server.Address, "postgres");
        client.Query("set pg_stat_statements.track_utility = off");
        client.Query("set escape_string_warning = off");
        if (plainBackslash) client.Query("set standard_conforming_strings = off");
        var item = Gen.Select(One(blanks), One(values), One(blanks), (before, value, after) => before + value + after);
        var compared = 0;
        item.Array[1, 5].Select(items => "select " + string.Join(',', items)).Sample(query =>
        {
            client.Query("select pg_stat_statements_reset()");
            var answers = client.Query(query);
            var ours = Normalised(query, plainBackslash);
            if (answers.FirstOrDefault(answer => answer.Type == 'E') is { } error)
            {
                // The server refuses more than its scanner does; what its scanner finds without end is without end here too.
                if (error.Field('M').StartsWith("unterminated", StringComparison.Ordinal)) Assert.Null(ours);
                return;
            }
            Assert.NotNull(ours);
            var rows = client.Query("select query from pg_stat_statements where query not like '%pg_stat_statements%'").Where(answer => answer.Type == 'D').Select(answer => Encoding.UTF8.GetString(answer.Content.AsSpan(6))).ToList();
            var theirs = Assert.Single(rows);
            // Signs before numbers belong to the constant there; blanks around the query do not.
            Assert.Equal(Flat(theirs), Flat(ours));
            compared++;
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 300 : 20_000, threads: 1);
        Assert.True(compared > 100, $"{compared}");
    }

    private static Gen<string> One(string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static string Flat(string query)
    {
        var flat = query.Replace("*-$", "*$", StringComparison.Ordinal).Trim();
        var trailing = flat.LastIndexOf('$');
        return trailing < 0 ? flat : flat[..trailing];
    }

    /// <summary>What one lexer could take for a string or a comment and another for code: the server says which, by running it or not.</summary>
    [Theory]
    [InlineData("select 'a\\', 'b' as c --'", "off,on")]
    [InlineData("select 1 /* /* */ , 2 */ as a", "")]
    [InlineData("select $a$ $b$ $a$, 'x' as \"$a$\"", "")]
    [InlineData("select E'a' 'b'", "")]
    [InlineData("select E'a'\n'\\', 2 --'", "")]
    [InlineData("select 1 as a$$, 2 as b$$", "")]
    [InlineData("select 1 @-- x\n 2", "")]
    [InlineData("select U&'a\\', 2 --'", "")]
    [InlineData("select b'1''0'", "")]
    [InlineData("select x'1'\n'F'", "")]
    public void As_many_columns_as_the_server_gives(string query, string settings)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var client = PgClient.Connect(server.Address, "postgres");
        foreach (var setting in settings.Length == 0 ? ["on"] : settings.Split(','))
        {
            client.Query($"set standard_conforming_strings = {setting}");
            var answers = client.Query(query);
            var shape = ShapeTests.Of(query, plainBackslash: setting == "off");
            if (answers[0].Type == 'T') Assert.Equal((answers[0].Content[0] << 8) | answers[0].Content[1], ShapeTokens.Of(Encoding.UTF8.GetBytes(shape!)).Single().Count(token => token is { Text: ",", Depth: 0 }) + 1);
            else if (answers[0].Field('M').StartsWith("unterminated", StringComparison.Ordinal)) Assert.Null(shape);
        }
    }
}
