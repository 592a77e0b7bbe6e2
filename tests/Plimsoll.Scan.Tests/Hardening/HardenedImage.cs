using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Files and a start command as an image that is scanned whole.</summary>
internal static class HardenedImage
{
    private static readonly HardeningOptions rules = HardeningOptions.With([]);

    public static ScanResult Scan(string[] command, string[] environment, params (string Path, string Text)[] files) =>
        ExampleImage.Scan(new Example { Line = 1, Files = [.. files], Command = [.. command], Environment = [.. environment], User = "10001", HasHealthcheck = true }, rules);

    public static ScanResult Nginx(params (string Path, string Text)[] files) => Scan(["/usr/sbin/nginx"], ["NGINX_VERSION=1.28.0"], files);

    /// <summary>What the application's own server says against an example, or why it was not asked.</summary>
    public static (string? Refusal, string? Unasked) Ask(IHardenedApplication application, Example example)
    {
        using var servers = new ServerTrial();
        return servers.Ask(application, example);
    }

    public static Configuration Of(this ScanResult result, string application) => Assert.Single(result.Hardening!.Configurations, configuration => configuration.Application == application);

    /// <summary>The tree, one setting a line, with origins.</summary>
    public static string Text(IEnumerable<Setting> settings, bool origins = false, string indent = "") => string.Concat(settings.Select(setting =>
        $"{indent}{(setting.IsGap ? "? " : "")}{setting}{(setting.Needs is { } needs ? $" needs {needs}" : "")}{(origins ? $" | {setting.Origin}" : "")}\n{Text(setting.Children, origins, indent + "  ")}"));

    public static IEnumerable<Setting> All(IEnumerable<Setting> settings) => settings.SelectMany(setting => All(setting.Children).Prepend(setting));
}
