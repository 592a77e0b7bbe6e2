using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>Compares a scheme with what knows its order.</summary>
internal static class Agreement
{
    private const int Shown = 20;

    /// <summary>How many pairs; ten times as many in the long run of the tests.</summary>
    public static int Count(int usual) => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? usual : usual * 10;

    /// <param name="accepts">Which of the texts that the oracle calls no version the scheme accepts all the same.</param>
    public static void Agrees(IVersionScheme scheme, IReadOnlyList<(string Left, string Right)> pairs, IReadOnlyList<string> answers, Func<string, bool> accepts) =>
        Agrees(scheme, pairs, answers, ["!"], accepts);

    /// <param name="more">Answers beside the three orders that must have been given, too.</param>
    public static void Agrees(IVersionScheme scheme, IReadOnlyList<(string Left, string Right)> pairs, IReadOnlyList<string> answers, string[] more, Func<string, bool> accepts)
    {
        var wrong = new List<string>();
        var seen = ((string[])["<", "=", ">", .. more]).ToDictionary(answer => answer, _ => 0, StringComparer.Ordinal);
        for (var i = 0; i < pairs.Count; i++)
        {
            var (left, right) = pairs[i];
            var ours = scheme.TryCompare(left, right, out var order) ? order < 0 ? "<" : order > 0 ? ">" : "=" : "!";
            seen[answers[i]]++;
            if (ours != answers[i] && !(answers[i] == "!" && (accepts(left) || accepts(right)))) wrong.Add($"`{left}` {answers[i]} `{right}`, not {ours}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {pairs.Count} differ:\n{string.Join('\n', wrong.Take(Shown))}");
        // Each answer at least once in fifty: else the pairs try nothing.
        Assert.True(seen.Values.All(count => count >= pairs.Count / 50), $"too few of one answer: {string.Join(", ", seen.Select(pair => $"{pair.Key} {pair.Value}"))}");
    }

    public static List<(string Left, string Right)> Pairs(string id, int seed, int count, params string[] pieces) =>
        [.. new ClosePairs(seed, ComparisonFile.Read(id).Valid, pieces).Take(count).Where(pair => !pair.Left.Contains('\t') && !pair.Right.Contains('\t'))];
}
