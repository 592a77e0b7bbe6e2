using System.Diagnostics;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>Programs that know the order of their own ecosystem, each run once for all pairs.</summary>
internal static class Oracle
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 5 : 60);

    /// <summary>A run without `--full` always sees the same texts.</summary>
    public static int Seed { get; } = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 4 : Environment.TickCount;

    public static int Count { get; } = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 40_000 : 300_000;

    public static IVersionScheme Scheme(string id) => VersionSchemes.All.Single(scheme => scheme.Id == id);

    /// <summary>Runs a script that is given the path of a file with a pair a line, divided by a tab, and answers with a line for each.</summary>
    public static string[] Ask(string program, string flag, string script, IEnumerable<(string Left, string Right)> pairs) =>
        AskWith(file => [flag, script, file], program, pairs.Select(pair => $"{pair.Left}\t{pair.Right}"));

    public static string[] AskWith(Func<string, string[]> arguments, string program, IEnumerable<string> lines)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-test-");
        try
        {
            var file = Path.Combine(folder.FullName, "lines");
            File.WriteAllLines(file, lines);
            return Run(program, arguments(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static string[] Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} did not end within {Patience.TotalMinutes} minutes");
        }
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors.Result}");
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>`&lt;`, `=` or `&gt;`; `!` when one is no version.</summary>
    public static string Answer(IVersionScheme scheme, string left, string right) =>
        !scheme.TryCompare(left, right, out var order) ? "!" : order < 0 ? "<" : order > 0 ? ">" : "=";

    /// <summary>The same, with `s` or `p` for a left version that is stable or a preview.</summary>
    public static string AnswerWithStability(IVersionScheme scheme, string left, string right) =>
        Answer(scheme, left, right) is var order && order == "!" ? order : order + (scheme.IsStable(left) ? "s" : "p");

    /// <summary>Fails with the first pairs on which the two differ, and when the pairs were too like to say much.</summary>
    public static void AssertSame(IReadOnlyList<(string Left, string Right)> pairs, IReadOnlyList<string> expected, Func<string, string, string> ours)
    {
        Assert.Equal(pairs.Count, expected.Count);
        var wrong = pairs.Zip(expected).Where(item => ours(item.First.Left, item.First.Right) != item.Second).ToList();
        Assert.True(wrong.Count == 0, $"seed {Seed}: {wrong.Count} of {pairs.Count} differ:\n" + string.Join('\n',
            wrong.OrderBy(item => item.First.Left.Length + item.First.Right.Length).Take(12).Select(item => $"`{item.First.Left}` `{item.First.Right}`: oracle {item.Second}, ours {ours(item.First.Left, item.First.Right)}")));
        foreach (var sign in "<=>") Assert.True(expected.Count(answer => answer[0] == sign) > pairs.Count / 1000, $"hardly any pair is {sign}");
    }
}
