using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Harden;

/// <summary>The configurations in force, each setting with its origin.</summary>
internal sealed class ConfigurationTable : IReport
{
    public string Id => "table";
    public string Summary => "each setting with its origin";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new TextPage(to, context);
        if (result.ApplicationNote is { } note) page.Text(0, note, Ink.Caution);
        foreach (var configuration in result.Hardening?.Configurations ?? [])
        {
            page.Text(0, $"{configuration.Application} {configuration.Version}".TrimEnd(), Ink.Strong);
            var grid = new Grid("SETTING", "<ORIGIN");
            Add(configuration.Settings, 1, grid);
            grid.Write(page);
            page.Blank();
        }
        foreach (var problem in result.Problems) page.Text(0, $"not read: {problem.Where}: {problem.Message}", Ink.Caution, mostLines: 4);
    }

    private static void Add(ImmutableArray<Setting> settings, int depth, Grid grid)
    {
        foreach (var setting in settings)
        {
            var indent = new string(' ', 2 * depth);
            grid.Add(indent + (setting.IsGap ? $"? {setting} (needs {setting.Needs})" : setting.Needs is { } needs ? $"{setting} (needs {needs})" : setting.ToString()), setting.Origin.ToString());
            Add(setting.Children, depth + 1, grid);
        }
    }
}
