using System.Runtime.CompilerServices;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>Data of PLIMSOLL_SUITES, outside the repository (by default `../shared` beside it); what needs it is skipped in sight where it is not.</summary>
internal static class Suites
{
    private static readonly string root = Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") is { Length: > 0 } given ? given : Path.GetFullPath(Path.Combine(Here(), "../../../../../shared"));

    /// <param name="path">Below the folder of suites.</param>
    public static string Need(string path)
    {
        var full = Path.Combine(root, path);
        if (!Path.Exists(full)) Assert.Skip($"`{path}` is not in the folder that PLIMSOLL_SUITES names.");
        return full;
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
