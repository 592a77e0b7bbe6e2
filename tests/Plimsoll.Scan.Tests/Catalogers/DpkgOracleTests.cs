using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Compares with dpkg itself on the root of this machine.</summary>
public sealed class DpkgOracleTests(DpkgOracleTests.ThisMachine machine) : IClassFixture<DpkgOracleTests.ThisMachine>
{
    private static readonly string[] Common =
        ["base-files", "base-passwd", "bash", "coreutils", "dash", "debianutils", "diffutils", "dpkg", "findutils", "grep", "gzip", "hostname", "libc6", "libc-bin", "login", "mount", "perl-base", "sed", "tar", "util-linux", "zlib1g"];

    [Fact]
    public void Finds_the_packages_that_dpkg_query_lists()
    {
        var output = Query("-W", "-f", "${Package} ${Version} ${Architecture} ${db:Status-Status}\\n");
        var present = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Where(fields => fields[3] is not ("config-files" or "not-installed"))
            .Select(fields => $"{fields[0]} {fields[1]} {fields[2]}").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(present);
        Assert.Equal(present, machine.Dpkg.Select(package => $"{package.Name} {package.Version} {package.Architecture}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(machine.Root!.Problems, problem => problem.Unit is "os/dpkg" or "os-release");
    }

    [Fact]
    public void Reads_the_source_and_maintainer_that_dpkg_query_tells()
    {
        var output = Query("-W", "-f", "${Package}\\t${Architecture}\\t${source:Package}\\t${source:Version}\\t${Maintainer}\\n");
        var byKey = machine.Dpkg.ToDictionary(package => (package.Name, package.Architecture));
        var compared = 0;
        foreach (var fields in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')))
        {
            if (!byKey.TryGetValue((fields[0], fields[1]), out var package)) continue; // The other test compares the sets.
            Assert.Equal((fields[2], fields[3], fields[4]), (package.SourceName, package.SourceVersion, package.Supplier));
            compared++;
        }
        Assert.Equal(byKey.Count, compared);
    }

    [Fact]
    public void Tells_the_owner_that_dpkg_tells()
    {
        Skip();
        var files = machine.Root!.Files;
        var installed = machine.Dpkg.ToLookup(package => package.Name);
        var compared = 0;
        foreach (var name in Common.Where(installed.Contains))
        {
            var listed = Query("-L", name).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var line in listed)
            {
                // A line on a diversion follows the path that it is about: the file is where the diversion leads.
                if (!line.StartsWith('/')) continue;
                var (next, path) = (Array.IndexOf(listed, line) + 1, line);
                if (next < listed.Length && listed[next] is var note && note.Contains("diverted", StringComparison.Ordinal) && note.Contains(" to: ", StringComparison.Ordinal))
                    path = note[(note.IndexOf(" to: ", StringComparison.Ordinal) + 5)..];
                if (Directory.Exists(path) || !files.TryFind(Scan.Layers.FileTree.Root, System.Text.Encoding.UTF8.GetBytes(path), out var file, followLast: false)) continue; // Folders have no owner; deleted files none either.
                var owner = machine.Dpkg.FirstOrDefault(package => package.Key == file.Owner)?.Name ?? "nobody";
                if (owner != name) Assert.Contains(owner, OwnersByDpkg(path));
                compared++;
            }
        }
        Assert.True(compared > 500, $"only {compared} files compared");
    }

    [Fact]
    public void Names_dependencies_that_are_installed_and_leaves_none_of_them_out()
    {
        Skip();
        var keys = machine.Root!.Packages.Select(package => package.Key).ToHashSet();
        Assert.All(machine.Root.Packages, package => Assert.All(package.Dependencies, dependency => Assert.Contains(dependency, keys)));
        // dpkg configures no package whose Depends is not met, so each requirement of a configured one has an answer.
        var byName = machine.Dpkg.Select(package => package.Name).Concat(machine.Dpkg.SelectMany(package => package.Provides)).ToHashSet();
        foreach (var package in machine.Dpkg)
            foreach (var requirement in package.Requires)
                Assert.True(requirement.Target.Split('|').Any(name => byName.Contains(name.Split(':')[0])), $"{package.Name} needs {requirement.Target}, which nothing provides");
    }

    private static HashSet<string> OwnersByDpkg(string path) =>
        [.. Programs.Run("/", "dpkg", "-S", path).Output.Split('\n').SelectMany(line => line.Split(": ")[0].Split(", ")).Select(name => name.Split(':')[0])];

    private string Query(params string[] arguments)
    {
        Skip();
        var (exit, output, errors) = Programs.Run("/", "dpkg-query", arguments);
        Assert.True(exit == 0, errors);
        return output;
    }

    private void Skip()
    {
        if (machine.Root is null) Assert.Skip("This machine has no dpkg to compare with.");
    }

    /// <summary>The scan of `/`, once for all tests.</summary>
    public sealed class ThisMachine : IDisposable
    {
        internal RootFolder? Root { get; } = Programs.Exist("dpkg-query") ? new RootFolder("/") : null;
        internal IReadOnlyList<Package> Dpkg => [.. Root!.Packages.Where(package => package.Purl.Type == "deb")];

        public void Dispose() => Root?.Dispose();
    }
}
