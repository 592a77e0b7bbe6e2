namespace Plimsoll.Scan.Reports.Harden;

/// <summary>The formats of `plimsoll harden`.</summary>
public static class All
{
    public static IReadOnlyList<IReport> Reports { get; } = [new HardenTable(), new HardenJson(), new HardenMarkdown()];

    /// <summary>What `--show-config` prints, and as JSON.</summary>
    public static IReadOnlyList<IReport> Configurations { get; } = [new ConfigurationTable(), new ConfigurationJson()];
}
