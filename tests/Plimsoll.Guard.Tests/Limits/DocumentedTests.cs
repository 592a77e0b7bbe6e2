using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Limits;

/// <summary>docs/guard-http.md says every limit, and with docs/guard-postgres.md every reason.</summary>
public sealed class DocumentedTests
{
    private static readonly string root = Root();
    private static readonly string page = File.ReadAllText(Path.Combine(root, "docs/guard-http.md"));
    private static readonly string ofPostgres = File.ReadAllText(Path.Combine(root, "docs/guard-postgres.md"));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Plimsoll.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [Fact]
    public void Every_limit()
    {
        var limits = 0;
        foreach (var property in typeof(GuardLimits).GetProperties())
        {
            if (property.GetValue(GuardLimits.Default) is not (int or long) || property.GetValue(GuardLimits.Default) is not IFormattable number) continue;
            var written = number.ToString("N0", CultureInfo.InvariantCulture);
            Assert.True(Regex.IsMatch(page, $@"^\|.*(?<![0-9]|[0-9],){written}(?![0-9]|,[0-9])", RegexOptions.Multiline, TimeSpan.FromSeconds(5)), $"{property.Name} is {written}");
            limits++;
        }
        Assert.True(limits > 25);
    }

    /// <summary>A test of a limit says so: one that goes to it and beyond, or for a time waits longer than a short one.</summary>
    [Fact]
    public void Every_limit_has_a_test()
    {
        var limits = typeof(GuardLimits).GetProperties().Concat(typeof(NormalisationLimits).GetProperties()).Where(property => property.PropertyType == typeof(int) || property.PropertyType == typeof(long)).Select(property => property.Name);
        var tested = typeof(DocumentedTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes<TraitAttribute>()).Where(trait => trait.Name == "limit").Select(trait => trait.Value);
        Assert.Equal(limits.Order(StringComparer.Ordinal), tested.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_reason()
    {
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason != Reason.None))
            Assert.Contains($"`{Reasons.Name(reason)}`", page + ofPostgres, StringComparison.Ordinal);
    }
}
