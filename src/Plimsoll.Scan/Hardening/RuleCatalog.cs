using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Hardening;

/// <summary>The rules for people: what there are, and whether their examples hold.</summary>
public static class RuleCatalog
{
    /// <param name="folders">Of users' own rules, besides ours.</param>
    /// <exception cref="PlimsollException">A rule of these folders cannot be used.</exception>
    public static ImmutableArray<HardeningRule> All(IEnumerable<string> folders) => [.. RuleBook.Open(folders).All().Select(rule => rule.Told)];

    /// <summary>Examples of a rule as their file has them: pieces and files, each with what else makes it an image.</summary>
    /// <exception cref="PlimsollException">A rule of these folders cannot be used.</exception>
    public static (ImmutableArray<string> Good, ImmutableArray<string> Bad) Examples(string id, IEnumerable<string> folders) =>
        RuleBook.Open(folders).All().FirstOrDefault(rule => rule.Told.Id == id) is { } rule ? ([.. rule.Good.Select(example => example.ToString())], [.. rule.Bad.Select(example => example.ToString())]) : ([], []);

    /// <summary>Runs the examples, each as the files of an image through a whole scan.</summary>
    /// <param name="folder">Whose rules; null for ours.</param>
    /// <param name="asksServers">Whether the servers that are installed here are asked too. That starts them with the examples, and a configuration can make a server run code.</param>
    /// <exception cref="PlimsollException">A rule of the folder cannot be used.</exception>
    public static IEnumerable<RuleTrial> Try(string? folder, bool asksServers = false)
    {
        var book = RuleBook.Open(folder is null ? [] : [folder]);
        var options = HardeningOptions.With(folder is null ? [] : [folder]);
        var rules = folder is null ? book.All() : book.Added;
        using var servers = new ServerTrial();
        foreach (var trial in rules.SelectMany(rule => (IEnumerable<(Rule Rule, Example Example, bool IsGood)>)[.. rule.Good.Select(example => (rule, example, true)), .. rule.Bad.Select(example => (rule, example, false))])
            .AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).Select(one => Trial(one.Rule, one.Example, one.IsGood)))
            yield return trial;

        RuleTrial Trial(Rule rule, Example example, bool isGood)
        {
            var wrong = Wrong(rule, example, options, isGood);
            var (refusal, unasked) = asksServers ? servers.Ask(Effective.All.Find(rule.Application)!, example) : (null, "no server was asked");
            return new RuleTrial(rule.Told.Id, Place(rule, example, isGood ? "good" : "bad"), wrong is null ? refusal : refusal is null ? wrong : $"{wrong}; and {refusal}") { Unasked = unasked };
        }
    }

    private static string Place(Rule rule, Example example, string kind) => string.Create(CultureInfo.InvariantCulture, $"{rule.File}:{example.Line} ({kind})");

    private static string? Wrong(Rule rule, Example example, HardeningOptions options, bool isGood)
    {
        var result = ExampleImage.Scan(example, options);
        if (result.Problems is [var problem, ..]) return $"the example is not read: {problem.Where}: {problem.Message}";
        if (!result.Hardening!.Configurations.Any(configuration => configuration.Application == rule.Application)) return $"the application {rule.Application} is not recognised in it{(result.ApplicationNote is { } note ? $": {note}" : "")}";
        var findings = result.Hardening.Findings.Where(finding => finding.Rule.Id == rule.Told.Id).ToList();
        if (isGood) return findings is [var finding, ..] ? $"a finding although it follows: {finding.Origin}: {finding.Found ?? "nothing set"}{(finding.Needs is { } needs ? $" (needs {needs})" : "")}" : null;
        return findings.Exists(finding => finding.Answer == HardeningAnswer.DoesNotFollow) ? null : findings is [{ Needs: { } missing }, ..] ? $"cannot be known: it needs {missing}" : "no finding although it does not follow";
    }
}

/// <summary>How one example of a rule came out.</summary>
/// <param name="Place">File, line and kind of the example.</param>
/// <param name="Wrong">Why it does not hold, a clause; null when it does.</param>
public sealed record RuleTrial(string Rule, string Place, string? Wrong)
{
    /// <summary>Why the real server was not asked, a clause; null when it was.</summary>
    public string? Unasked { get; init; }
}
