using System.Diagnostics;
using System.Globalization;
using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.WebSocket;

public sealed class NodeTests
{
    private const string package = "ws@8.18.3";

    private static string Folder => Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_TEST_CACHE") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/plimsoll-test"), "ws");

    /// <summary>Fragments, pings, compressed and plain messages of every form of length, and a Close with a code.</summary>
    [Fact]
    public async Task All_that_ws_sends_passes()
    {
        if (Programs.Missing("node", "npm") is { } missing) Assert.Skip(missing);
        if (await InstallAsync() is { } fault) Assert.Skip(fault);
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "WebSocket", "ws.mjs"), Path.Combine(Folder, "node_modules/ws")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = node.StandardError.ReadToEndAsync();
        using var guard = new RunningGuard(new IPEndPoint(IPAddress.Loopback, int.Parse((await node.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture)));
        await node.StandardInput.WriteLineAsync($"{guard.Address.Port}");
        node.StandardInput.Close();
        var said = node.StandardOutput.ReadToEndAsync();
        if (!node.WaitForExit(TimeSpan.FromSeconds(60))) node.Kill();
        Assert.True(node.HasExited && await said == "done\n", await errors);
        Assert.Equal([(101, Reason.None), (101, Reason.None)], (await guard.Events.AtLeastAsync(2)).Select(one => (one.Status, one.Reason)));
    }

    /// <summary>Null when the package is there, else why not.</summary>
    private static async Task<string?> InstallAsync()
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules/ws"))) return null;
        Directory.CreateDirectory(Folder);
        using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", Folder, package]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        return npm.ExitCode == 0 ? null : $"npm cannot install {package}: {await errors}";
    }
}
