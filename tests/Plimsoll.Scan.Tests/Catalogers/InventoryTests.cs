using System.Diagnostics;
using System.Text;

namespace Plimsoll.Scan.Tests.Catalogers;

public sealed class InventoryTests
{
    /// <summary>Ten times the packages may take ten times as long; thirty leaves room for a busy machine, and a quadratic step takes a hundred.</summary>
    private const double MostGrowth = 30;

    [Fact]
    public void Takes_time_in_proportion_to_the_packages()
    {
        _ = Time(500); // The first run compiles.
        var few = Math.Min(Time(500), Time(500));
        var many = Math.Min(Time(5_000), Time(5_000));
        Assert.True(many < few * MostGrowth, $"500 packages took {few:0.0} ms, 5,000 took {many:0.0} ms");
    }

    /// <summary>A tree where each package needs ten others that stand beside it.</summary>
    private static double Time(int count)
    {
        var files = Enumerable.Range(0, count).Select(i =>
        {
            var needs = string.Join(", ", Enumerable.Range(1, 10).Select(step => $"\"p{(i + step * 7) % count}\": \"*\""));
            return new MemoryFile($"/app/node_modules/p{i}/package.json", Encoding.UTF8.GetBytes($$"""{"name": "p{{i}}", "version": "1.0.{{i}}", "dependencies": { {{needs}} } }"""));
        });
        using var image = MemoryImage.Of([.. files]);
        var start = Stopwatch.GetTimestamp();
        var (packages, problems) = MemoryImage.Catalog(image);
        var taken = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Assert.Empty(problems);
        Assert.Equal(count, packages.Count);
        Assert.All(packages, package => Assert.Equal(10, package.Dependencies.Length));
        return taken;
    }
}
