using System.Text;
using CsCheck;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Which statements have the same shape, and how it reads.</summary>
public sealed class ShapeTests
{
    internal static string? Of(string query, bool plainBackslash = false) => Of(Encoding.UTF8.GetBytes(query), plainBackslash);

    internal static string? Of(byte[] query, bool plainBackslash = false)
    {
        var buffer = new byte[16];
        var length = ShapeWriter.Write(query, new(plainBackslash), ref buffer, out _);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    [Theory]
    [InlineData("SELECT name, price FROM products WHERE id = 17", "select name, price from products where id = ?")]
    [InlineData("select name,price from products where id=$1;", "select name, price from products where id = ?")]
    [InlineData("select a from t where b in (1,2, 3)", "select a from t where b in (?)")]
    [InlineData("select a from t where b in ($1::int, $2::int)", "select a from t where b in (?::int)")]
    [InlineData("insert into t(a, b) values (1, 'x'), (2, NULL), (-3, E'it\\'s') returning a", "insert into t(a, b) values (?, ?) returning a")]
    [InlineData("insert into t values (1, default), (2, now())", "insert into t values (?, default), (?, now())")]
    [InlineData("select -1, - 2, a - 1, a -1, (-5), 3-4", "select ?, ?, a - ?, a - ?, (?), ? - ?")]
    [InlineData("select * from t where a is null and b = null and not c", "select * from t where a is null and b = ? and not c")]
    [InlineData("select /* one /* two */ */ 1 -- three\n, 2", "select ?, ?")]
    [InlineData("select a ? 'k', b ?| array['x','y'] from t", "select a ?? ?, b ??| array[?] from t")]
    [InlineData("select \"A b\", U&\"d\\0061t\\+000061\", U&\"d!0061\" uescape '!' from T", "select \"A b\", \"data\", \"da\" from t")]
    [InlineData("select $a$ it's $$ $a$, $$x$$, b'01', X'1F', N'x', U&'\\0061'", "select ?, ?, ?, ?, n ?, ?")]
    [InlineData("select 'a'\n  'b' -- x\n 'c'", "select ?")]
    [InlineData("select 1;;  select 2; update t set a = 1;", "select ?; update t set a = ?")]
    [InlineData("select (a).b[1:2], c::numeric(10,2) from s.t", "select (a).b[? : ?], c::numeric(?, ?) from s.t")]
    [InlineData("select 1union select 2", "select ? union select ?")]
    [InlineData("select 0x1F, 1_000, 1.5e-3, .5, 1.", "select ?, ?, ?, ?, ?")]
    [InlineData("select a from t where b = any(array[1,2]) and (c, d) in ((1, 2), (3, 4))", "select a from t where b = any (array[?]) and (c, d) in ((?, ?))")]
    [InlineData("do $$ begin end $$", "do '#")]
    [InlineData("create or replace function f() returns int as 'select 1' language sql", "create or replace function f() returns int as '#")]
    [InlineData("set search_path = 'App', public", "set search_path = 'app', public")]
    [InlineData("set local app.user_id = '17'", "set local app.user_id = ?")]
    [InlineData("select set_config('app.user', '17', true)", "select set_config('app.user', ?, ?)")]
    [InlineData("", "")]
    [InlineData("  -- nothing\n ; ", "")]
    public void Is(string query, string expected)
    {
        var shape = Of(query);
        if (expected.EndsWith('#')) Assert.StartsWith(expected, shape, StringComparison.Ordinal);
        else Assert.Equal(expected, shape);
    }

    [Theory]
    [InlineData("select 'a")]
    [InlineData("select E'a\\'")]
    [InlineData("select $a$ b $$")]
    [InlineData("select /* /* */")]
    [InlineData("select \"a")]
    [InlineData("select U&\"\\00\"")]
    [InlineData("select U&\"\\d800\"")]
    [InlineData("select $ 1")]
    [InlineData("select \\x")]
    public void What_has_no_end_is_not_read(string query) => Assert.Null(Of(query));

    [Fact]
    public void A_backslash_is_what_the_server_says_it_is()
    {
        const string query = "select 'a\\', b, 'c'";
        Assert.Equal("select ?, b, ?", Of(query));
        Assert.Null(Of(query, plainBackslash: true));
        Assert.Equal("select ?", Of("select 'a\\', b, '", plainBackslash: true));
    }

    [Fact]
    public void A_shape_reads_as_itself_and_other_values_make_no_other()
    {
        string[] parts = ["a", "\"B\"", "1", "-2", "'x'", "E'\\''", "$1", "$$q$$", "null", "f(", ")", "(", "[", "]", ",", ".", "=", "-", "?", "?|", "::", ":", ";", "in", "values", "array", "select", "then", "/* c */", "-- c\n", "set", "do", "U&\"\\0041\"", "*", "@-", "'y'"];
        var item = Gen.Int[0, parts.Length - 1].Select(i => parts[i]);
        item.Array[0, 14].Select(words => string.Join(' ', words)).Sample(query =>
        {
            if (Of(query) is not { } shape) return;
            var lexer = new PgLexer(Encoding.UTF8.GetBytes(shape), default);
            while (lexer.Next()) Assert.NotEqual(TokenKind.Broken, lexer.Kind);
            if (shape.Contains('\'', StringComparison.Ordinal)) return; // Shown, not a value.
            Assert.Equal(shape, Of(query.Replace("'x'", "'other, ''values'''", StringComparison.Ordinal).Replace("$$q$$", "$w$ ' $w$", StringComparison.Ordinal)));
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000);
    }

    [Fact]
    public void Any_bytes_are_read_or_not_and_the_shape_is_bounded() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        if (Of(bytes) is { } shape) Assert.True(shape.Length <= (4 * bytes.Length) + 16);
    }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000);

    /// <summary>Two million in the long run.</summary>
    [Fact]
    public void Distinct_values_make_no_new_shape()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty);
        var identity = policy.For(new("d", "u", "a"))!;
        var most = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 50_000 : 2_000_000;
        for (var i = 0; i < most; i++) identity.Judge(Encoding.UTF8.GetBytes($"select a from t where b = {i} and c = 'v{i}' and d in ({i}, {-i}, {i % 7})"), default, true, false, out _);
        Assert.Single(identity.Permitted);
    }

    [Fact]
    public void Ten_thousand_shapes_cost_at_most_fifty_megabytes()
    {
        var policy = new StatementPolicy(PolicyMode.Learn, StatementProfile.Empty);
        var identity = policy.For(new("d", "u", "a"))!;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 10_000; i++) identity.Judge(Encoding.UTF8.GetBytes($"select column_one_{i}, column_two, column_three from schema_of_application.table_{i} join other_{i} using (id) where created > now() - interval '1 day' and id = 5 order by column_one_{i} limit 10"), default, true, false, out _);
        Assert.Equal(10_000, identity.Permitted.Count());
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 50 << 20);
        GC.KeepAlive(policy);
    }

    [Fact]
    public void The_grammar_says_what_a_statement_reads_and_writes()
    {
        if (!Grammar.IsThere) Assert.Skip("libpg-query-dev is not installed.");
        var facts = Grammar.Read("insert into orders (id, who) select u.id, lower(u.name) from shop.users u join t on t.a = u.b"u8)!;
        Assert.Equal("insert", facts.Kind);
        Assert.Equal(["orders"], facts.Writes);
        Assert.Equal(["shop.users", "t"], facts.Reads);
        Assert.Equal(["lower"], facts.Functions);
        Assert.Equal(["id", "t.a", "u.b", "u.id", "u.name", "who"], facts.Columns);
        Assert.Equal("begin", Grammar.Read("begin"u8)!.Kind);
        Assert.Null(Grammar.Read("selec 1"u8));
    }
}
