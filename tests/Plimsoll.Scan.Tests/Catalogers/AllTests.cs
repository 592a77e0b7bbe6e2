using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Tests.Catalogers;

public sealed class AllTests
{
    [Fact]
    public void Every_cataloger_of_the_assembly_is_in_the_list()
    {
        var written = typeof(ICataloger).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(ICataloger)))
            .Select(type => type.Name).Order(StringComparer.Ordinal);
        Assert.Equal(written, All.Catalogers.Select(cataloger => cataloger.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_cataloger_has_its_file_its_golden_folder_and_an_id_of_its_own()
    {
        var sources = Path.Combine(GoldenCase.Folder, "../../src/Plimsoll.Scan/Catalogers");
        foreach (var cataloger in All.Catalogers)
        {
            var (group, name) = cataloger.Id.Split('/') is [var first, var second] ? (first, second) : ("", "");
            var type = cataloger.GetType().Name;
            Assert.Equal(name.Replace("-", "", StringComparison.Ordinal) + "cataloger", type.ToLowerInvariant());
            Assert.True(Directory.EnumerateFiles(sources, type + ".cs", SearchOption.AllDirectories)
                .Any(path => Path.GetFileName(Path.GetDirectoryName(path))!.Equals(group, StringComparison.OrdinalIgnoreCase)), $"{type}.cs is in no folder {group}");
            Assert.True(Directory.Exists(Path.Combine(GoldenCase.Folder, cataloger.Id)), $"tests/golden/{cataloger.Id} is missing");
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(GoldenCase.Folder, cataloger.Id), "*.txt"));
        }
        Assert.Distinct(All.Catalogers.Select(cataloger => cataloger.Id));
    }
}
