using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class RuleBookTests : IDisposable
{
    private const string Good = """
        id: nginx/own
        title: Own
        expect: gzip == off
        severity: low
        why: because
        remedy: gzip off;
        source: {title: Own, url: "https://example.org/", read: 2026-11-27}
        examples:
          good: [{http: "gzip off;"}]
          bad: [{http: "gzip on;"}]
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-rules-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_rule_of_a_user_is_listed_beside_ours_and_its_examples_are_run()
    {
        Write("nginx/own.yaml", Good.Replace("expect:", "scope: http\nexpect:", StringComparison.Ordinal));
        Assert.Contains(RuleCatalog.All([folder]), rule => rule.Id == "nginx/own");
        Assert.Equal([null, null], RuleCatalog.Try(folder).Select(trial => trial.Wrong));
    }

    [Fact]
    public void An_example_that_its_server_refuses_is_told()
    {
        if (!Catalogers.Programs.Exist("nginx")) Assert.Skip("nginx is not installed.");
        Write("nginx/own.yaml", Good.Replace("expect:", "scope: http\nexpect:", StringComparison.Ordinal).Replace("gzip on;", "gzip perhaps;", StringComparison.Ordinal));
        var trials = RuleCatalog.Try(folder, asksServers: true).ToList();
        Assert.All(trials, trial => Assert.Null(trial.Unasked));
        Assert.Null(trials[0].Wrong);
        Assert.StartsWith("nginx refuses it: ", trials[1].Wrong, StringComparison.Ordinal);
        Assert.Contains("invalid value \"perhaps\" in \"gzip\" directive, it must be \"on\" or \"off\" in /etc/nginx/nginx.conf:3", trials[1].Wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_example_lacks_does_not_hide_what_its_server_says()
    {
        if (!Catalogers.Programs.Exist("nginx")) Assert.Skip("nginx is not installed.");
        Write("nginx/own.yaml", Good.Replace("expect:", "scope: http\nexpect:", StringComparison.Ordinal).Replace("gzip off;\"", "gzip perhaps;\"", StringComparison.Ordinal));
        var wrong = RuleCatalog.Try(folder, asksServers: true).First().Wrong!;
        Assert.StartsWith("a finding although it follows: /etc/nginx/nginx.conf:3:1: gzip perhaps; and nginx refuses it: ", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void An_example_that_does_not_hold_is_told()
    {
        Write("nginx/own.yaml", Good.Replace("gzip == off", "gzip == on", StringComparison.Ordinal).Replace("expect:", "scope: http\nexpect:", StringComparison.Ordinal));
        var wrong = RuleCatalog.Try(folder).Select(trial => trial.Wrong).ToList();
        Assert.StartsWith("a finding although it follows: /etc/nginx/nginx.conf:3:1: gzip off", wrong[0], StringComparison.Ordinal);
        Assert.Equal("no finding although it does not follow", wrong[1]);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        Write("nginx/one.yaml", Good.Replace("severity: low", "severity: bad", StringComparison.Ordinal).Replace("gzip == off", "gzip ==", StringComparison.Ordinal).Replace("nginx/own", "nginx/one", StringComparison.Ordinal) + "\nmore: x\n");
        Write("nginx/two.yaml", "a: [");
        Write("cobol/three.yaml", Good);
        Write("nginx/four.yaml", Good.Replace("id: nginx/own", "id: &a nginx/four", StringComparison.Ordinal));
        var thrown = Assert.Throws<PlimsollException>(() => RuleCatalog.All([folder]));
        Assert.Contains("one.yaml:4: `severity` is low, medium, high or critical, not `bad`", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("one.yaml:3: `expect` cannot be read: column 8: expected a value, found the end", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("there is no key `more`", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("two.yaml:", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("the folder `cobol` is none of image, nginx", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("four.yaml:1: anchors and aliases are not read; write the value out", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_or_is_empty_is_told()
    {
        Assert.Contains("there is no folder", Assert.Throws<PlimsollException>(() => RuleCatalog.All([folder + "/x"])).Message, StringComparison.Ordinal);
        Assert.Contains("has no file *.yaml in it", Assert.Throws<PlimsollException>(() => RuleCatalog.All([folder])).Message, StringComparison.Ordinal);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
        File.WriteAllText(Path.Combine(folder, name), text);
    }
}
