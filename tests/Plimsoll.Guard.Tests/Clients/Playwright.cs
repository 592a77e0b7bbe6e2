using System.Diagnostics;

namespace Plimsoll.Guard.Tests.Clients;

/// <summary>The driver of Chromium, installed by npm on first use into the tests' cache.</summary>
internal static class Playwright
{
    private const string package = "playwright-core@1.65.1";

    private static readonly Lazy<string?> fault = new(Install);

    public static string Module => Path.Combine(Folder, "node_modules/playwright-core");

    private static string Folder => Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_TEST_CACHE") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/plimsoll-test"), "playwright");

    /// <summary>Null when it is there, else why not.</summary>
    public static string? Missing => fault.Value;

    private static string? Install()
    {
        if (Directory.Exists(Module)) return null;
        Directory.CreateDirectory(Folder);
        using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", Folder, package]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = npm.StandardError.ReadToEndAsync();
        npm.StandardOutput.ReadToEnd();
        npm.WaitForExit();
        return npm.ExitCode == 0 ? null : $"npm cannot install {package}: {errors.Result}";
    }
}
