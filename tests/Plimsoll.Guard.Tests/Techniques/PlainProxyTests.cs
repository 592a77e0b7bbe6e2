using System.Collections.Concurrent;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>
/// The same techniques, runner and judge with a plain proxy in the guard's place, and Node behind it. It shows that the judge
/// can find something, and what the guard adds: docs/guard-techniques.md has the table, which PLIMSOLL_GOLDEN=write writes anew.
/// </summary>
public sealed class PlainProxyTests(ITestOutputHelper output)
{
    private const int abreast = 4;

    [Theory]
    [InlineData("nginx", "forwarded-for")]
    [InlineData("nginx", "host-user-info")]
    [InlineData("haproxy", "forwarded-for")]
    [InlineData("haproxy", "trailer-host")]
    public async Task A_plain_proxy_lets_it_through(string program, string id)
    {
        if (Programs.Missing("node", program) is { } missing) Assert.Skip(missing);
        Assert.NotEmpty((await FaultsAsync(program, [.. TechniqueFile.Requests.Where(technique => technique.Id == id)]))[id]);
    }

    [Fact]
    public async Task The_table_says_what_plain_proxies_let_through()
    {
        if (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null) Assert.Skip("all techniques through two proxies take minutes: ./test --full");
        if (Programs.Missing("node", "nginx", "haproxy") is { } missing) Assert.Skip(missing);
        var nginx = await FaultsAsync("nginx", TechniqueFile.Requests);
        var haproxy = await FaultsAsync("haproxy", TechniqueFile.Requests);
        string[] table = [.. TechniqueFile.Requests.Where(technique => nginx[technique.Id].Length + haproxy[technique.Id].Length > 0)
            .Select(technique => $"| {technique.Id} | {technique.Must.ToString().ToLowerInvariant()} | {Cell(nginx[technique.Id])} | {Cell(haproxy[technique.Id])} |")];
        foreach (var row in table) output.WriteLine(row);
        Assert.True(table.Length > 20, "plain proxies are stricter than this says");
        if (Environment.GetEnvironmentVariable("PLIMSOLL_GOLDEN") == "write") Write(table);
    }

    private static string Cell(string fault) => fault.Length == 0 ? "–" : (fault.Length > 120 ? fault[..120] + "…" : fault).Replace("|", "\\|", StringComparison.Ordinal);

    private static void Write(string[] table)
    {
        var page = Path.Combine(AppContext.BaseDirectory, "../../../../../docs/guard-techniques.md");
        const string begin = "<!-- measured -->\n", end = "<!-- end -->";
        var text = File.ReadAllText(page);
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        File.WriteAllText(page, text[..start] + "| technique | must be | nginx | haproxy |\n|---|---|---|---|\n" + string.Join('\n', table) + "\n" + text[text.IndexOf(end, StringComparison.Ordinal)..]);
    }

    /// <summary>The first fault of each technique, empty for none.</summary>
    private static async Task<ConcurrentDictionary<string, string>> FaultsAsync(string program, IReadOnlyList<Technique> techniques)
    {
        var faults = new ConcurrentDictionary<string, string>();
        var left = new ConcurrentQueue<Technique>(techniques);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(abreast, techniques.Count)).Select(_ => Task.Run(async () =>
        {
            using var application = new Node();
            using var tap = new Tap(application.Port);
            using var proxy = new PlainProxy(program, tap.Port);
            var trial = new Trial(proxy, new Client(proxy.Port), tap, application);
            while (left.TryDequeue(out var technique))
            {
                faults[technique.Id] = Judge.Faults(technique, await trial.RunAsync(technique)).FirstOrDefault("");
                if (faults[technique.Id].Length > 0) tap.Cut();
            }
        })));
        return faults;
    }
}
