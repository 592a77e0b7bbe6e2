using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// JUnit's XML in the form that Jenkins and GitLab read (jenkins-junit.xsd): a test for each finding, product, condition
/// of the policy and thing that could not be read. With a policy only what violates it fails; a suppressed finding is skipped.
/// </summary>
internal sealed class JunitReport : IReport
{
    public string Id => "junit";
    public string Summary => "findings as tests, JUnit XML";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        var facts = new FindingFacts(result);
        Suite[] suites = [.. new[] { Reading(result), Policy(result), Vulnerabilities(result, facts), EndOfLife(result, facts) }.OfType<Suite>()];
        using var page = MarkupPage.Xml(to);
        page.Open("testsuites").Attribute("name", $"plimsoll {result.Image.Reference}");
        Counts(suites.Sum(suite => suite.Tests.Count), suites.Sum(suite => suite.Count(Outcome.Failed)), suites.Sum(suite => suite.Count(Outcome.Error)), page);
        page.Line();
        foreach (var suite in suites) Write(suite, result, context, page);
        page.Close().Line();
    }

    private static Suite Reading(ScanResult result)
    {
        var problems = result.Problems.Select(problem => new Test(problem.Where.Length > 0 ? problem.Where : problem.Unit, problem.Unit, Outcome.Error, Facts.Kind(problem.Kind), () => [problem.Message]));
        return new Suite("reading", result.Problems.IsEmpty ? [new Test("all that was recognised was read", "reading", Outcome.Passed, "", () => [])] : [.. problems]);
    }

    private static Suite? Policy(ScanResult result) => result.Policy is not { } policy ? null : new Suite("policy",
        [.. policy.Verdicts.Select(verdict => new Test(verdict.Title, verdict.Condition, verdict.IsViolated ? Outcome.Failed : Outcome.Passed, "policy", () => [verdict.Sentence]))]);

    private static Suite? Vulnerabilities(ScanResult result, FindingFacts facts)
    {
        if (result.Vulnerabilities is null) return null;
        List<Test> tests = [.. facts.All.Select(one => Of(one.Finding, one.Suppressions, facts))];
        // A suite without tests is an error to some readers, so that nothing was found is a test of its own.
        if (tests.Count == 0) tests.Add(new Test($"known vulnerabilities: {VulnerabilityFacts.Counts(result)}", "vulnerabilities", Outcome.Passed, "", () => []));
        return new Suite("vulnerabilities", tests);
    }

    private static Suite? EndOfLife(ScanResult result, FindingFacts facts) => result.Support is not { Findings.IsEmpty: false } support ? null : new Suite("end of life",
        [.. support.Findings.Select(one => new Test($"{one.Title} {one.Version}".TrimEnd(), one.Product, facts.Fails(one) ? Outcome.Failed : Outcome.Passed, "end-of-life", () => [SupportFacts.Sentence(one)]))]);

    private static Test Of(Vulnerability one, ImmutableArray<Suppression> suppressions, FindingFacts facts)
    {
        var outcome = !suppressions.IsEmpty ? Outcome.Skipped : facts.Fails(one) ? Outcome.Failed : Outcome.Passed;
        return new Test(one.Id, FindingFacts.Subject(one), outcome, VulnerabilityFacts.Severity(one), Lines);

        IEnumerable<string> Lines()
        {
            foreach (var by in suppressions) yield return PlanFacts.Describe(by);
            yield return $"{VulnerabilityFacts.Severity(one)}: {one.Summary ?? one.Id}";
            yield return FindingFacts.Remedy(one);
            foreach (var sentence in FindingFacts.Exploitation(one)) yield return sentence;
            if (FindingFacts.Stated(one) is { } stated) yield return stated;
            foreach (var place in facts.Places(one).Take(3)) yield return facts.LayerOf(place) is { } layer ? $"{place}, {layer.Name}" : place.ToString();
            if (FindingFacts.Doubt(one) is { } doubt) yield return doubt;
            if (AdvisoryLinks.Page(one.Id) is { } address) yield return address;
        }
    }

    private static void Counts(int tests, int failures, int errors, MarkupPage page) =>
        page.Attribute("tests", tests).Attribute("failures", failures).Attribute("errors", errors).Attribute("time", 0);

    private static void Write(Suite suite, ScanResult result, ReportContext context, MarkupPage page)
    {
        page.Open("testsuite").Attribute("name", suite.Name);
        Counts(suite.Tests.Count, suite.Count(Outcome.Failed), suite.Count(Outcome.Error), page);
        page.Attribute("skipped", suite.Count(Outcome.Skipped)).Attribute("package", result.Image.Reference);
        if (context.Timestamp is { } time) page.Attribute("timestamp", time.TrimEnd('Z'));
        page.Line();
        foreach (var test in suite.Tests) Write(test, page);
        page.Close().Line();
    }

    private static void Write(Test test, MarkupPage page)
    {
        page.Open("testcase").Attribute("name", test.Name).Attribute("classname", test.Class).Attribute("time", 0);
        if (test.Outcome == Outcome.Passed)
        {
            if (test.Lines().Any()) Lines(test.Lines(), page.Open("system-out"));
        }
        else if (test.Outcome == Outcome.Skipped) Lines(test.Lines(), page.Open("skipped"));
        else
        {
            page = test.Outcome == Outcome.Error ? page.Open("error") : page.Open("failure");
            Lines(test.Lines(), page.Attribute("type", test.Type).Attribute("message", test.Lines().First()));
        }
        page.Close().Line();
    }

    private static void Lines(IEnumerable<string> lines, MarkupPage page)
    {
        foreach (var line in lines) page.Text(line).Line();
        page.Close();
    }

    private enum Outcome
    {
        Passed,
        Failed,
        Error,
        Skipped,
    }

    private sealed record Suite(string Name, IReadOnlyList<Test> Tests)
    {
        public int Count(Outcome outcome) => Tests.Count(test => test.Outcome == outcome);
    }

    /// <param name="Lines">What is said of it, made only when it is written.</param>
    private sealed record Test(string Name, string Class, Outcome Outcome, string Type, Func<IEnumerable<string>> Lines);
}
