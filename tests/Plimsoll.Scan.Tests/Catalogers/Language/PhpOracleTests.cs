namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Compares with installed.php, which Composer writes beside installed.json for its run-time API, in Debian's packages.</summary>
public sealed class PhpOracleTests
{
    [Fact]
    public void Finds_what_Composer_says_at_run_time()
    {
        using var debian = new DebianFiles("icinga-php-library", "icinga-php-thirdparty");
        var expected = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(debian.Root, "installed.php", SearchOption.AllDirectories)) Take(File.ReadAllLines(file), expected);
        Assert.True(expected.Count > 40, $"only {expected.Count} packages");

        using var root = new RootFolder(debian.Root);
        Assert.Empty(root.Problems);
        var found = root.Packages.Where(package => package.FoundBy == "language/php").ToList();
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Select(package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal));
        Assert.Contains(found, package => package.Dependencies.Length > 0);
    }

    /// <summary>Lines `'vendor/name' => array(` and in it `'pretty_version' => 'v1.2',`; the root package is listed too, and is no installed one.</summary>
    private static void Take(string[] lines, HashSet<string> packages)
    {
        string? rootName = null, name = null;
        foreach (var line in lines)
        {
            var words = line.Trim().Split('\'');
            if (words is ["", "name", _, var itself, ..]) rootName ??= itself;
            else if (words is ["", var key, " => array("]) name = key;
            else if (words is ["", "pretty_version", _, var version, ..] && name?.Contains('/', StringComparison.Ordinal) is true && name != rootName) packages.Add($"{name} {version.TrimStart('v')}");
        }
    }
}
