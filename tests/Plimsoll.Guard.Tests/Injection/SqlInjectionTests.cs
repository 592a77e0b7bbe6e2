using System.Diagnostics;
using System.Text;
using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.Tests.Injection;

public sealed class SqlInjectionTests
{
    [Theory]
    [InlineData("1 or 1=1", InjectionKind.Condition, 2)]
    [InlineData("' or '1'='1", InjectionKind.Condition, 2)]
    [InlineData("x' or 1 between 1 and 2-- ", InjectionKind.Condition, 3)]
    [InlineData("') or ('1'='1", InjectionKind.Condition, 3)]
    [InlineData("1 or (1=1)", InjectionKind.Condition, 2)]
    [InlineData("NULL OR NOT id IS NOT NULL", InjectionKind.Condition, 5)]
    [InlineData("\" or \"a\"=\"a", InjectionKind.Condition, 2)]
    [InlineData("\\' or 1=1-- ", InjectionKind.Condition, 3)]
    [InlineData("' or $$a$$=$$a$$-- ", InjectionKind.Condition, 2)]
    [InlineData("' or _utf8'a'='a", InjectionKind.Condition, 2)]
    [InlineData("admin'--", InjectionKind.Comment, 6)]
    [InlineData("admin' #", InjectionKind.Comment, 7)]
    [InlineData("admin'/*", InjectionKind.Comment, 6)]
    [InlineData("'='", InjectionKind.Operator, 1)]
    [InlineData("x'-'", InjectionKind.Operator, 2)]
    [InlineData("1 union select 1,2", InjectionKind.Union, 2)]
    [InlineData("'/*!50000union*//*!50000select*/1,2#", InjectionKind.Union, 9)]
    [InlineData("1e0union select login from users", InjectionKind.Union, 3)]
    [InlineData("1--\nunion select 1,2", InjectionKind.Union, 4)]
    [InlineData("*/ union select 1,2 /*", InjectionKind.Union, 3)]
    [InlineData("name` union select 1-- ", InjectionKind.Union, 6)]
    [InlineData("1;drop table users", InjectionKind.Statement, 1)]
    [InlineData("'; exec master..xp_cmdshell 'dir'--", InjectionKind.Statement, 1)]
    [InlineData("1 waitfor delay '0:0:5'--", InjectionKind.Statement, 2)]
    [InlineData("')waitfor delay'0:0:5'--", InjectionKind.Statement, 2)]
    [InlineData("1-sleep(5)", InjectionKind.Call, 2)]
    [InlineData("'||pg_sleep(5)--", InjectionKind.Call, 3)]
    [InlineData("id,(case when (1=1) then 1 else 2 end)", InjectionKind.Call, 4)]
    [InlineData("id,(select password from users)", InjectionKind.Subquery, 3)]
    [InlineData("1 order by 10", InjectionKind.Clause, 2)]
    [InlineData("' into outfile '/tmp/x", InjectionKind.Clause, 2)]
    [InlineData("1 procedure analyse(1,1)", InjectionKind.Clause, 2)]
    internal void Changed_structure_is_named_with_its_place(string value, InjectionKind kind, int at)
    {
        var found = SqlInjection.Judge(Encoding.UTF8.GetBytes(value));
        Assert.Equal((kind, at), (found.Kind, found.At));
    }

    [Theory]
    [InlineData("O'Brien")]
    [InlineData("rock 'n' roll")]
    [InlineData("1 + 1 = 2")]
    [InlineData("1 or 2")]
    [InlineData("it's -- well, it's late")]
    [InlineData("select your union")]
    [InlineData("European Union select committee")]
    [InlineData("the dogs' or cats' food")]
    [InlineData("use '-' for standard input")]
    [InlineData("the keywords 'and', 'or' are reserved")]
    [InlineData("Options (select one from the list below)")]
    [InlineData("args = [\"--verbose\", \"x\"]")]
    [InlineData("if (a == 'x' || b == 'y')")]
    [InlineData("select name from users where id = 1;")]
    [InlineData("drop table; update it; delete from there")]
    [InlineData("5' 10\" tall")]
    [InlineData("$ok or die('no'); # or not")]
    [InlineData("sleep(1); /* one second */")]
    [InlineData("x and y or z")]
    [InlineData("1990--1995")]
    [InlineData("order by phone; limit 5 per person")]
    [InlineData("")]
    public void Ordinary_text_is_not_an_injection(string value) => Assert.Equal(default, SqlInjection.Judge(Encoding.UTF8.GetBytes(value)));

    /// <summary>SQLite decides what is an attack: the rows of the statement are others than with the value bound as a parameter.</summary>
    [Fact]
    public void What_changes_the_rows_of_SQLite_is_found_more_often_than_by_libinjection()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/python3") && LibInjection.IsThere, "python3 or libmodsecurity3 is not installed");
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "Injection/proven_sqlite.py"), Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? "10000" : "300000", "7"]) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var (attacks, own, other) = (0, 0, 0);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var value = Convert.FromHexString(line);
            attacks++;
            if (!SqlInjection.IsInjection(value)) own++;
            if (!LibInjection.Sql(value)) other++;
        }
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        TestContext.Current.SendDiagnosticMessage($"{attacks} proven attacks: {own} missed, libinjection {other}");
        Assert.True(attacks > 2_000, $"{attacks} attacks");
        Assert.True(own <= other / 2, $"of {attacks} attacks {own} missed, libinjection {other}");
    }
}
