using System.Diagnostics;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Other people's parsers: inputs go in as lines of hex; a line for each comes out, `!` for an input that is refused, or hex pairs `name=content` with blanks between.</summary>
internal static class OracleProgram
{
    private static readonly TimeSpan patience = TimeSpan.FromMinutes(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 3 : 60);

    /// <summary>How many inputs a test asks about.</summary>
    public static int Inputs => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 5_000 : 100_000;

    public static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Skips when the program is not there.</summary>
    public static string[] Ask(IReadOnlyList<string> inputs, string program, params string[] arguments)
    {
        if (!Has(program)) Assert.Skip($"{program} is not installed here.");
        using var process = new Process { StartInfo = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.Start();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var input in inputs) process.StandardInput.WriteLine(Convert.ToHexString(Reading.Bytes(input)));
        process.StandardInput.Close();
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} did not answer within {patience.TotalMinutes} minutes");
        }
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors.Result}");
        var answers = output.Result.Split('\n')[..^1];
        Assert.True(answers.Length == inputs.Count, $"{program} answered {answers.Length} of {inputs.Count} questions: {errors.Result}");
        return answers;
    }

    /// <summary>Pairs as an oracle writes them, sorted: some keep no order.</summary>
    public static string Pairs(IEnumerable<(string Name, string Content)> pairs) =>
        string.Join(' ', pairs.Select(pair => $"{Hex(pair.Name)}={Hex(pair.Content)}").Order(StringComparer.Ordinal));

    public static string Sorted(string answer) => string.Join(' ', answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    public static string Hex(string text) => Convert.ToHexStringLower(Reading.Bytes(text));

    /// <summary>
    /// Where nothing was noted, each oracle that answers must say what we say; so where two oracles differ, something was noted.
    /// </summary>
    /// <param name="differ">Whether they do differ: a test in which they never did would show nothing.</param>
    public static void Compare(IReadOnlyList<string> inputs, IReadOnlyList<(string Ours, bool IsNoted)> ours, bool differ, params (string Name, string[] Answers)[] oracles)
    {
        var (clear, differing, needless) = (0, 0, 0);
        var wrong = new List<string>();
        for (var i = 0; i < inputs.Count; i++)
        {
            var answers = oracles.Select(oracle => oracle.Answers[i]).ToArray();
            var said = answers.Where(answer => answer != "!").Distinct().ToArray();
            if (said.Length > 1) differing++;
            if (ours[i].IsNoted)
            {
                if (said.Length == 1 && said[0] == ours[i].Ours && !answers.Contains("!")) needless++;
                continue;
            }
            clear++;
            foreach (var (name, all) in oracles)
                if (all[i] != "!" && all[i] != ours[i].Ours) wrong.Add($"{name}: {Show(inputs[i])}\n  ours {ours[i].Ours}\n  its  {all[i]}");
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{inputs.Count} inputs: {clear} clear, {differing} read differently by the oracles, {needless} noted though all agree");
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {clear} clear inputs are read differently:\n{string.Join('\n', wrong.Take(12))}");
        Assert.True(clear > inputs.Count / 50, $"only {clear} of {inputs.Count} inputs are clear");
        Assert.True(!differ || differing > inputs.Count / 50, $"the oracles differ in {differing} of {inputs.Count} inputs alone");
    }

    private static string Show(string input) => string.Concat(input.Select(letter => letter is < ' ' or > '~' ? $"\\x{(int)letter:x2}" : letter.ToString()));
}
