using System.Text.Json;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Operation;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>The lines that an event has for a refusal by rules let the next request like it pass, once they stand behind the rules.</summary>
public sealed class ExceptionLineTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("SecRule ARGS \"@contains evil\" \"id:1,phase:2,deny\"", "/?a=evil", new[] { "SecRuleUpdateTargetById 1 \"!ARGS:a\"" }, "/?b=evil")]
    [InlineData("SecRule ARGS_NAMES|REQUEST_COOKIES \"@contains evil\" \"id:1,phase:2,deny\"", "/?evil[x]=1", new[] { "SecRuleUpdateTargetById 1 \"!ARGS_NAMES:evil[x]\"" }, "/?evil=1")]
    [InlineData("SecRule REQUEST_FILENAME \"@contains evil\" \"id:1,phase:1,deny\"", "/evil", new[] { "SecRuleUpdateTargetById 1 \"!REQUEST_FILENAME\"" }, null)]
    [InlineData("SecRule ARGS \"@contains evil\" \"id:1,phase:2,deny,chain\"\nSecRule REQUEST_METHOD \"@streq GET\"", "/?a=evil", new[] { "SecRuleUpdateTargetById 1 \"!ARGS:a\"" }, "/?b=evil")]
    [InlineData("SecRule &ARGS \"@gt 1\" \"id:1,phase:2,deny\"", "/?a=1&b=2", new[] { "SecRuleRemoveById 1" }, null)]
    [InlineData("SecRule ARGS \"@contains evil\" \"id:1,phase:2,deny\"", "/?a,b%22=evil", new[] { "SecRuleRemoveById 1" }, null)]
    [InlineData("SecRule ARGS \"@contains evil\" \"id:1,phase:2,deny\"", "/?jane@example.org=evil", new[] { "SecRuleRemoveById 1" }, null)]
    [InlineData("SecRule ARGS \"@contains evil\" \"id:1,phase:2,pass,setvar:tx.score=+5\"\nSecRule ARGS \"@contains il\" \"id:2,phase:2,pass,setvar:tx.score=+5\"\nSecRule TX:score \"@ge 5\" \"id:3,phase:2,deny\"", "/?a=evil",
        new[] { "SecRuleUpdateTargetById 1 \"!ARGS:a\"", "SecRuleUpdateTargetById 2 \"!ARGS:a\"" }, "/?b=evil")]
    public async Task What_an_event_says_lets_it_pass(string rules, string target, string[] lines, string? other)
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        folder.Write("rules.conf", rules + "\nSecRule ARGS \"@streq never\" \"id:9,phase:2,pass\"\n");
        folder.Write("exceptions.conf", "# none yet\n");
        var yaml = $"listeners: [{{address: \"127.0.0.1:0\"}}]\nsites: [{{name: a, upstreams: [\"{server.Address}\"], rules: {{paths: [rules.conf, exceptions.conf], detection: crs}}}}]\n";
        string refused;
        using (var guard = new RunningOperations(folder, yaml))
        {
            Assert.Equal("403", await AskAsync(guard, target));
            await RunningOperations.UntilAsync(() => guard.Operations.Counters.All.Sum(site => site.Counters.Requests.Sum(one => one.Count)) > 0);
            refused = guard.End();
        }
        using var told = JsonDocument.Parse(refused);
        Assert.Equal("rule-matched", told.RootElement.GetProperty("reason").GetString());
        var exceptions = told.RootElement.GetProperty("exception").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Equal(lines.Select(line => "site: rules " + line), exceptions);

        folder.Write("exceptions.conf", string.Concat(exceptions.Select(line => line["site: rules ".Length..] + "\n")));
        using var after = new RunningOperations(folder, yaml);
        Assert.Equal("200", await AskAsync(after, target));
        if (other is not null) Assert.Equal("403", await AskAsync(after, other));
    }

    private static async Task<string> AskAsync(RunningOperations guard, string target)
    {
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        return (await client.ReadUntilAsync("\r\n\r\n")).Split(' ')[1];
    }
}
