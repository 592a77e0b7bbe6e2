using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Tests.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Grammars of databases: postgresql.conf, pg_hba.conf, my.cnf.</summary>
public sealed class DatabaseGrammarTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    private static readonly Dictionary<string, Func<string, Parsed>> grammars = new(StringComparer.Ordinal)
    {
        ["postgresql"] = text => PostgresqlGrammar.Parse(text, new Location("/x")),
        ["pg_hba"] = text => HbaGrammar.Parse(text, new Location("/x")),
        ["ident"] = text => HbaGrammar.ParseIdent(text, new Location("/x")),
        ["mysql"] = text => OptionFileGrammar.Parse(text, new Location("/x")),
    };

    /// <summary>The words that another reader finds in each file, as often as it finds them, are in ours, and what it refuses we refuse.</summary>
    [Theory]
    [InlineData("postgresql", 9)]
    [InlineData("pg_hba", 13)]
    [InlineData("mysql", 1)]
    public void Means_what_another_reader_says(string grammar, int least)
    {
        var cases = 0;
        foreach (var line in Catalogers.Programs.Run("/", "xz", "-dc", Suites.Need("suites/config/augeas-grammars.jsonl.xz")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.GetProperty("grammar").GetString() != grammar) continue;
            cases++;
            var parsed = grammars[grammar](root.GetProperty("input").GetString()!);
            if (root.GetProperty("expect").GetString() != "tree")
            {
                Assert.NotNull(parsed.Error);
                continue;
            }
            Assert.Null(parsed.Error);
            if (root.TryGetProperty("tree", out var tree) && tree.GetString() is { } text)
            {
                var ours = Words(string.Join(' ', HardenedImage.All(parsed.Settings).Select(setting => setting.ToString())).Replace("192.168.1.1/16", "192.168.1.1 255.255.0.0", StringComparison.Ordinal)).ToList();
                foreach (Match value in Regex.Matches(text, "\"(#?[^\"]*)\"(?:\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\")?", RegexOptions.None, TimeSpan.FromSeconds(5)))
                    if (value.Groups[1].Value != "#comment")
                        foreach (var word in Words(value.Groups[2].Value)) Assert.True(ours.Remove(word), $"`{word}` of {text} is not in what is left: {string.Join(' ', ours)}");
            }
        }
        Assert.True(cases >= least);

        static IEnumerable<string> Words(string text) => text.Split([' ', '"', '\'', '=', '\t', '\n', '\r', '\\', ','], StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place()
    {
        string[] words = ["all", "host", "local", "trust", "127.0.0.1", "::1/128", " ", "\t", "\n", "\r\n", "=", "'", "\"", "\\", "#", ",", "@", "port", "0x1F", "-1", "1.5e3", "on", "include", "[mysqld]", "!includedir", ".", ";"];
        Gen.OneOf(Gen.String[Gen.Char["ab1.'\"\\#=, \n\t@-[]!;"], 0, 200], Gen.Int[0, words.Length - 1].Array[0, 60].Select(parts => string.Concat(parts.Select(part => words[part])))).Sample(given =>
        {
            var lines = given.Count(c => c == '\n') + 1;
            foreach (var parse in grammars.Values)
            {
                var parsed = parse(given);
                Assert.All(HardenedImage.All(parsed.Settings), setting => Assert.InRange(setting.Origin.File!.Value.Line!.Value, 1, lines));
                Assert.True(parsed.Settings.Length <= lines);
                if (parsed.Error is { } error) Assert.InRange(error.Line, 1, lines);
            }
        }, iter: full ? 200_000 : 5_000);
    }

    [Theory]
    [InlineData("port 5432 6", "expected the end of the line after the value of port, found `6`")]
    [InlineData("port =", "the value of port is missing")]
    [InlineData("x = a+b", "expected the end of the line after the value of x, found `+b`")]
    [InlineData("x = 'a", "`'a` is no value: text of other characters stands in single quotes")]
    [InlineData("x = 1.5MB", "expected the end of the line after the value of x, found `MB`")]
    [InlineData("= 1", "expected the name of a parameter, found `= 1`")]
    [InlineData("a.b.c = 1", "expected the name of a parameter, found `a.b.c = 1`")]
    public void What_PostgreSQL_would_refuse_is_refused(string line, string message) => Assert.Equal(message, grammars["postgresql"]("# one\n" + line).Error!.Message);

    [Theory]
    [InlineData("host all all 10.0.0.1 trust", "the address 10.0.0.1 has neither a length, as in 10.0.0.1/32, nor a netmask behind it")]
    [InlineData("host all all", "a record of this type has one address behind the user")]
    [InlineData("local all all", "the method is missing")]
    [InlineData("host,local all all all trust", "expected one of local, host, hostssl, hostnossl, hostgssenc, hostnogssenc, found `host,local`")]
    public void A_record_that_would_be_refused_is_refused(string line, string message) => Assert.Equal(message, grammars["pg_hba"](line).Error!.Message);

    [Fact]
    public void A_record_goes_on_behind_a_backslash() =>
        Assert.Equal("hba host all a,b 10.0.0.0/8 ldap ldapprefix=uid=x y\n", HardenedImage.Text(grammars["pg_hba"]("host all a, \\\n b 10.0.0.0 255.0.0.0 \\\r\n ldap ldapprefix=\"uid=x y\"").Settings));

    [Fact]
    public void An_option_file_has_groups_and_values_of_several_kinds() =>
        Assert.Equal("""
            mysqld
              user a b
              skip-networking
              x 'a#b' c
            !include /y
            mysqld
              z\t \q

            """, HardenedImage.Text(grammars["mysql"]("; c\n[ mysqld ] x\n user = \"a b\"  # c\nskip-networking\nx='a#b' c\n!include /y\nz\\t = \\q\n").Settings));

    [Theory]
    [InlineData("user = x", "the option `user = x` stands before any group")]
    [InlineData("[mysqld", "the `]` of the group `[mysqld` is missing")]
    [InlineData("!import x", "`!import x` is neither !include nor !includedir")]
    [InlineData("!include ", "!include names nothing")]
    public void What_a_server_would_refuse_is_refused(string line, string message) => Assert.Equal(message, grammars["mysql"](line).Error!.Message);
}
