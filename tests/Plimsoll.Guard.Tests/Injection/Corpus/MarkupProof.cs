using System.Diagnostics;
using System.Text;
using Plimsoll.Guard.Tests.Clients;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>Which candidates are injections: in Chromium they run script, or stand ready to.</summary>
internal static class MarkupProof
{
    private static readonly Lazy<IReadOnlyList<(Attack Attack, string How)>> proven = new(Prove);

    public static IReadOnlyList<Attack> Candidates { get; } = [.. MarkupAttacks.Values(CorpusSeed.Value, Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 12_000 : 1_200).DistinctBy(attack => (attack.Context.Name, Encoding.Latin1.GetString(attack.Value)))];

    /// <summary>Proven ones of <see cref="Candidates"/>; the browser starts once in a process, on first use.</summary>
    public static IReadOnlyList<(Attack Attack, string How)> Proven => proven.Value;

    /// <summary>Null when the browser can be had, else a sentence for a skip.</summary>
    public static string? Missing => Programs.Missing("node", "npm", "chromium") ?? Playwright.Missing;

    /// <summary>For each what runs or would run, or nothing.</summary>
    public static string[] Of(IReadOnlyList<Attack> attacks)
    {
        var file = Path.Combine(Path.GetTempPath(), $"plimsoll-pages-{Guid.NewGuid():n}");
        try
        {
            File.WriteAllLines(file, attacks.Select(attack => Convert.ToBase64String(MarkupAttacks.Page(attack))));
            using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Injection/Corpus/prove.mjs"), Playwright.Module, file]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = node.StandardError.ReadToEndAsync();
            var said = node.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
            node.WaitForExit();
            Assert.True(said[^1] == $"checked {attacks.Count}" && said.Length == attacks.Count + 1, $"{said[^1]} {errors.Result}");
            return said[..^1];
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IReadOnlyList<(Attack, string)> Prove() => [.. Candidates.Zip(Of(Candidates)).Where(pair => pair.Second.Length > 0)];
}
