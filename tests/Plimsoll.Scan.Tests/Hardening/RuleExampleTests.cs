using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Every example of every rule, through a whole scan of an image.</summary>
public sealed class RuleExampleTests
{
    [Fact]
    public void Every_example_holds()
    {
        var trials = RuleCatalog.Try(folder: null).ToList();
        Assert.Empty(trials.Where(trial => trial.Wrong is not null).Select(trial => $"{trial.Place}: {trial.Wrong}"));
        Assert.All(trials.GroupBy(trial => trial.Rule), rule => Assert.True(rule.Count() >= 2, rule.Key));
    }

    [Fact]
    public void Every_example_is_taken_by_its_server()
    {
        var trials = RuleCatalog.Try(folder: null, asksServers: true).ToList();
        Assert.Empty(trials.Where(trial => trial.Wrong is not null).Select(trial => $"{trial.Place}: {trial.Wrong}"));
        foreach (var application in Plimsoll.Scan.Hardening.Effective.All.Applications)
        {
            if (application.Check is null) continue; // Nobody to ask.
            var own = trials.Where(trial => trial.Rule.StartsWith(application.Name + "/", StringComparison.Ordinal) && trial.Unasked?.EndsWith("is not among its files", StringComparison.Ordinal) != true).ToList(); // What the environment or modes say is no file to ask about.
            if (own.TrueForAll(trial => trial.Unasked?.EndsWith("is not installed", StringComparison.Ordinal) == true)) continue; // Not on this machine.
            var (most, of) = application.Name == "mysql" ? (1, 2) : (9, 10); // What another version or project does not know is not asked of it.
            Assert.True(own.Count(trial => trial.Unasked?.EndsWith("asked instead, takes it", StringComparison.Ordinal) != false) * of >= own.Count * most, $"{application.Name}: {string.Join("; ", own.Select(trial => trial.Unasked).OfType<string>().Distinct(StringComparer.Ordinal))}");
        }
    }

    [Fact]
    public void What_the_server_of_another_project_says_is_not_told_as_the_own_ones()
    {
        var check = Plimsoll.Scan.Hardening.Effective.All.Find("mysql")!.Check!;
        var example = new Example { Line = 1, Files = [("/etc/my.cnf", "[mysqld]\nlocal_infile = 0\n")], Command = ["/usr/sbin/mysqld"] };
        Assert.True(File.Exists("/usr/sbin/mariadbd") && ServerProgram.Says("/usr/sbin/mariadbd", "--version", check.Foreign));
        if (File.Exists("/usr/sbin/mysqld") && !ServerProgram.Says("/usr/sbin/mysqld", "--version", check.Foreign)) Assert.Equal((null, null), HardenedImage.Ask(Plimsoll.Scan.Hardening.Effective.All.Find("mysql")!, example));
        else Assert.Equal((null, "mysqld that is not MariaDB's is not installed; mariadbd, asked instead, takes it"), HardenedImage.Ask(Plimsoll.Scan.Hardening.Effective.All.Find("mysql")!, example));
    }

    [Fact]
    public void There_are_rules_for_every_application()
    {
        var rules = RuleCatalog.All([]);
        Assert.True(rules.Count(rule => rule.Id.StartsWith("nginx/", StringComparison.Ordinal)) >= 45);
        Assert.All(Plimsoll.Scan.Hardening.Effective.All.Applications, application => Assert.Contains(rules, rule => rule.Id.StartsWith(application.Name + "/", StringComparison.Ordinal)));
        Assert.Distinct(rules.Select(rule => rule.Id));
    }

    [Fact]
    public void Every_analysis_is_listed_and_is_named_by_a_rule()
    {
        var written = typeof(Plimsoll.Scan.Hardening.Analyses.IAnalysis).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(Plimsoll.Scan.Hardening.Analyses.IAnalysis))).Select(type => type.Name).Order(StringComparer.Ordinal);
        var listed = Plimsoll.Scan.Hardening.Analyses.All.Analyses;
        Assert.Equal(written, listed.Select(analysis => analysis.GetType().Name).Order(StringComparer.Ordinal));
        var rules = RuleCatalog.All([]);
        foreach (var analysis in listed)
        {
            Assert.Equal(analysis.GetType().Name, analysis.Id.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
            Assert.Contains(rules, rule => rule.Condition == $"analysis {analysis.Id}");
        }
    }

    [Fact]
    public void Every_application_of_the_assembly_is_listed()
    {
        var written = typeof(IHardenedApplication).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IHardenedApplication))).Select(type => type.Name).Order(StringComparer.Ordinal);
        Assert.Equal(written, Plimsoll.Scan.Hardening.Effective.All.Applications.Select(application => application.GetType().Name).Order(StringComparer.Ordinal));
    }
}
