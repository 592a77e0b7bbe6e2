namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Compares with RubyGems' own `gem list` over the gems of this machine, copied away from dpkg's records.</summary>
public sealed class RubyOracleTests : IDisposable
{
    /// <summary>One line a gem: its name, version and platform.</summary>
    private const string Listing = """Gem::Specification.each { |gem| puts "#{gem.name} #{gem.version} #{gem.platform}" }; Gem.path.each { |path| puts "path #{path}" }""";

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-ruby-").FullName;

    [Fact]
    public void Finds_what_RubyGems_lists()
    {
        if (!Programs.Exist("ruby")) Assert.Skip("ruby is not installed here.");
        var lines = Programs.Run(folder, "ruby", "-e", Listing).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var path in lines.Where(line => line.StartsWith("path ", StringComparison.Ordinal)).Select(line => line[5..] + "/specifications").Where(Directory.Exists))
            foreach (var file in Directory.EnumerateFiles(path, "*.gemspec", SearchOption.AllDirectories))
            {
                var copy = folder + file;
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        var expected = lines.Where(line => !line.StartsWith("path ", StringComparison.Ordinal)).ToHashSet();
        Assert.True(expected.Count > 50, $"only {expected.Count} gems");

        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        Assert.Equal(expected.Order(StringComparer.Ordinal), root.Packages.Select(package => $"{package.Name} {package.Version} {package.Architecture ?? "ruby"}").Order(StringComparer.Ordinal));
        Assert.Contains(root.Packages, package => package.Dependencies.Length > 0);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
