using System.Diagnostics;

namespace Plimsoll.Guard.Tests.Operation;

/// <summary>Prometheus' own tool, which knows what a page of metrics should be.</summary>
internal static class Promtool
{
    /// <summary>Fails with what it says against the page.</summary>
    public static async Task CheckAsync(string page)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/promtool"), "promtool (Debian's prometheus) is not installed");
        using var tool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await tool.StandardInput.WriteAsync(page);
        tool.StandardInput.Close();
        var said = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("", 0), (said, tool.ExitCode));
    }
}
