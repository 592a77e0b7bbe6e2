namespace Plimsoll.Guard.Tests.Desync;

/// <summary>The table tests/golden/guard/desync.txt.</summary>
internal static class Techniques
{
    public static IReadOnlyList<Technique> All { get; } = Read();

    private static List<Technique> Read()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plimsoll.slnx"))) folder = Path.GetDirectoryName(folder)!;
        var all = new List<Technique>();
        foreach (var line in File.ReadLines(Path.Combine(folder, "tests/golden/guard/desync.txt")))
        {
            if (line.StartsWith('#')) continue;
            var parts = line.Split(" | ", 3);
            all.Add(new(parts[0], parts[1], Technique.Unescape(parts[2].Replace("<H>", @"Host: guard.test\r\n", StringComparison.Ordinal))));
        }
        return all;
    }
}
