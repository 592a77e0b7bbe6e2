using System.Text;

namespace Plimsoll.Scan.Tests.Catalogers;

public sealed class InventoryTests
{
    [Fact]
    public void Thousands_of_packages_that_need_each_other_keep_all_their_needs()
    {
        const int count = 5_000;
        var files = Enumerable.Range(0, count).Select(i =>
        {
            var needs = string.Join(", ", Enumerable.Range(1, 10).Select(step => $"\"p{(i + step * 7) % count}\": \"*\""));
            return new MemoryFile($"/app/node_modules/p{i}/package.json", Encoding.UTF8.GetBytes($$"""{"name": "p{{i}}", "version": "1.0.{{i}}", "dependencies": { {{needs}} } }"""));
        });
        using var image = MemoryImage.Of([.. files]);
        var (packages, problems) = MemoryImage.Catalog(image);
        Assert.Empty(problems);
        Assert.Equal(count, packages.Count);
        Assert.All(packages, package => Assert.Equal(10, package.Dependencies.Length));
    }
}
