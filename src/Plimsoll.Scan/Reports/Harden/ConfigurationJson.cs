using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;

namespace Plimsoll.Scan.Reports.Harden;

/// <summary>The configurations in force for programs: the same tree for every application.</summary>
internal sealed class ConfigurationJson : IReport
{
    public string Id => "json";
    public string Summary => "the trees for programs";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new JsonPage(to);
        page.Begin();
        HardenJson.Head("plimsoll/configuration/1"u8, result, context, page);
        page.List("configurations"u8, result.Hardening?.Configurations ?? [], configuration =>
        {
            page.Text("application"u8, configuration.Application);
            page.Text("version"u8, configuration.Version);
            Write("settings"u8, configuration.Settings, page);
        });
        page.End();
    }

    private static void Write(ReadOnlySpan<byte> name, ImmutableArray<Setting> settings, JsonPage page)
    {
        page.List(name, settings, setting =>
        {
            page.Text("key"u8, setting.Key);
            page.List("arguments"u8, setting.Arguments);
            HardeningJson.Write("origin"u8, setting.Origin, page);
            if (setting.Needs is { } needs) page.Text("needs"u8, needs);
            if (setting.IsBlock) Write("children"u8, setting.Children, page);
        });
    }
}
