using System.Diagnostics;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.KnownTechniques;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Clients;

/// <summary>The clients of record.mjs themselves, through the guard to its server.</summary>
public sealed class LiveClientTests(ITestOutputHelper output)
{
    private static readonly TimeSpan most = TimeSpan.FromMinutes(4);

    /// <summary>Uploads, ranges, 304, chunked bodies, expectations and kept connections.</summary>
    [Fact]
    public async Task Nothing_of_a_program_is_refused()
    {
        if (Programs.Missing("node", "curl", "wget", "python3", "go") is { } missing) Assert.Skip(missing);
        var told = await RunAsync();
        Assert.Contains(told, one => one.Status == 206);
        Assert.Contains(told, one => one.Status == 304);
        Assert.Contains(told, one => one.Method == "HEAD");
        Assert.True(told.Count > 45, $"{told.Count} requests are too few");
    }

    /// <summary>A page with what belongs to it, a form, an upload, a download, a range, and a WebSocket whose message comes back.</summary>
    [Fact]
    public async Task Nothing_of_a_browser_is_refused()
    {
        if (Programs.Missing("node", "npm", "chromium") is { } missing) Assert.Skip(missing);
        if (Playwright.Missing is { } fault) Assert.Skip(fault);
        var told = await RunAsync("chromium");
        Assert.Contains(told, one => one.Status == 101);
        Assert.Contains(told, one => one.Method == "POST" && one.Target == "/upload" && one.Bytes > 300);
        Assert.Contains(told, one => one.Status == 206);
    }

    /// <summary>All that the guard told of; none of it is a refusal or an error.</summary>
    private async Task<IReadOnlyList<Told>> RunAsync(params string[] which)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Clients", "record.mjs"), "--through", .. which]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PLAYWRIGHT"] = Playwright.Module;
        using var clients = Process.Start(start)!;
        var errors = clients.StandardError.ReadToEndAsync();
        using var guard = new GuardGateway(int.Parse((await clients.StandardOutput.ReadLineAsync())!));
        await clients.StandardInput.WriteLineAsync($"{guard.Port}");
        clients.StandardInput.Close();
        var said = clients.StandardOutput.ReadToEndAsync();
        if (!clients.WaitForExit(most)) clients.Kill(entireProcessTree: true);
        clients.WaitForExit();
        Assert.True(clients.ExitCode == 0, $"the clients ended with {clients.ExitCode} after {await said}: {await errors}");
        // A client that has what it wants may close before the answer's end.
        var told = new List<Told>();
        Programs.Eventually(() =>
        {
            told.AddRange(guard.Take().Where(one => one.Reason != Reason.ClientGone || one.Status == 101));
            return which.Length == 0 || told.Exists(one => one.Status == 101); // A tunnel is told of when both sides have ended.
        }, 5);
        output.WriteLine($"{(await said).Split('\n').Length - 1} clients, {told.Count} requests");
        Assert.DoesNotContain(told, one => one.Decision == Decision.Refuse || one.Status is >= 400 or 0);
        return told;
    }
}
