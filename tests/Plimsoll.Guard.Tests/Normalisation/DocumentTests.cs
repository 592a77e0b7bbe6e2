using System.Globalization;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>docs/guard-normalisation.md names every ambiguity, with how it counts, and every limit with its number.</summary>
public sealed class DocumentTests
{
    private static readonly string[] page = File.ReadAllLines(Path.Combine(Root(), "docs/guard-normalisation.md"));

    [Fact]
    public void Every_ambiguity_has_its_row()
    {
        foreach (var kind in Enum.GetValues<Ambiguity>().Except([Ambiguity.None]))
        {
            if (AmbiguitySet.Unread.Contains(kind) && page.Any(line => line.EndsWith($"| `{AmbiguityNames.Of(kind)}` |", StringComparison.Ordinal))) continue; // A limit.
            var row = Assert.Single(page.TakeWhile(line => line != "## What a site decides"), line => line.StartsWith($"| `{AmbiguityNames.Of(kind)}` |", StringComparison.Ordinal));
            Assert.True(AmbiguitySet.Ordinary.Contains(kind) == row.Contains("*ordinary*", StringComparison.Ordinal), row);
            Assert.True(AmbiguitySet.Unread.Contains(kind) == row.Contains("*unread*", StringComparison.Ordinal), row);
        }
    }

    [Fact]
    public void Every_limit_has_its_row()
    {
        foreach (var limit in typeof(NormalisationLimits).GetProperties().Where(property => property.PropertyType == typeof(int)))
        {
            var row = Assert.Single(page.SkipWhile(line => line != "## Limits"), line => line.StartsWith($"| `{limit.Name}` |", StringComparison.Ordinal));
            Assert.Contains(" " + ((int)limit.GetValue(NormalisationLimits.Default)!).ToString("N0", CultureInfo.InvariantCulture) + " ", row.Replace("|", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Plimsoll.slnx"))) folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run from inside the repository");
        return folder.FullName;
    }
}
