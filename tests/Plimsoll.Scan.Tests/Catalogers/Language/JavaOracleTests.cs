namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Compares with what `unzip -p` shows of the jars in Debian's packages.</summary>
public sealed class JavaOracleTests
{
    [Fact]
    public void Each_jar_is_what_its_pom_or_manifest_says()
    {
        if (!Programs.Exist("unzip")) Assert.Skip("unzip is not installed here.");
        using var debian = new DebianFiles("libtomcat9-java", "libcommons-lang3-java", "libspring-core-java", "libguava-java", "libjackson2-core-java", "liblog4j2-java", "libslf4j-java", "libnetty-java", "libbcprov-java");
        using var root = new RootFolder(debian.Root);
        Assert.Empty(root.Problems);

        var jars = Directory.EnumerateFiles(debian.Root, "*.jar", SearchOption.AllDirectories).Where(path => new FileInfo(path).LinkTarget is null).ToList();
        Assert.True(jars.Count > 60, $"only {jars.Count} jars");
        var (byPom, byManifest) = (0, 0);
        foreach (var jar in jars)
        {
            var path = jar[debian.Root.Length..];
            var here = root.Packages.Where(package => package.Locations.Any(location => location.Path == path || location.Path.StartsWith(path + "!/", StringComparison.Ordinal)))
                .Select(package => (package.Purl.Namespace, package.Purl.Name, package.Version)).ToHashSet();
            var poms = Show(jar, "META-INF/maven/*/pom.properties");
            if (poms.Length > 0)
            {
                byPom++;
                Assert.Equal(Values(poms, "groupId").Zip(Values(poms, "artifactId"), Values(poms, "version")).Order(), here.Select(found => (found.Namespace!, found.Name, found.Version)).Order());
                continue;
            }
            var manifest = Show(jar, "META-INF/MANIFEST.MF");
            var version = Attribute(manifest, "Implementation-Version") ?? Attribute(manifest, "Bundle-Version");
            if (version is null) continue; // Nothing to compare with.
            byManifest++;
            Assert.Equal(version, Assert.Single(here).Version);
        }
        Assert.True(byPom > 30, $"only {byPom} jars with pom.properties");
        Assert.True(byManifest > 15, $"only {byManifest} jars with a version in their manifest");
    }

    private static string Show(string jar, string member) => Programs.Run("/", "unzip", "-p", jar, member).Output;

    private static IEnumerable<string> Values(string properties, string key) =>
        properties.Split('\n').Where(line => line.StartsWith(key + "=", StringComparison.Ordinal)).Select(line => line[(key.Length + 1)..].Trim());

    private static string? Attribute(string manifest, string name) =>
        manifest.Replace("\r", "", StringComparison.Ordinal).Replace("\n ", "", StringComparison.Ordinal).Split('\n').TakeWhile(line => line.Length > 0)
            .Where(line => line.StartsWith(name + ": ", StringComparison.Ordinal)).Select(line => line[(name.Length + 2)..].Trim()).FirstOrDefault(value => value.Length > 0);
}
