using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Tests.Catalogers.Binary;

/// <summary>Compares with `go version -m` on the Go programs that are here.</summary>
public sealed class GoOracleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-go-").FullName;

    /// <summary>Those of Debian that ./test installs, and of PLIMSOLL_GO_PROGRAMS, a folder of more.</summary>
    private static IEnumerable<string> Candidates() => new[] { "/usr/bin/skopeo", "/usr/bin/umoci" }.Where(File.Exists)
        .Concat(Environment.GetEnvironmentVariable("PLIMSOLL_GO_PROGRAMS") is { } more ? Directory.GetFiles(more) : []);

    [Fact]
    public void Finds_what_go_version_prints()
    {
        var go = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "go-1.*").Select(home => home + "/bin/go").Append("/usr/bin/go").Append(Environment.GetEnvironmentVariable("PLIMSOLL_GO") ?? "").FirstOrDefault(File.Exists) : null;
        if (go is null) Assert.Skip("Go is not installed here (Debian's golang-go, or PLIMSOLL_GO).");
        if (!Programs.Exist("npm") || Programs.Run(folder, "npm", "install", "--prefix", "npm", "--no-audit", "--no-fund", "--ignore-scripts", "--force", "lefthook-linux-x64").Exit != 0)
            Assert.Skip("npm, or its registry, is not to be had: it brings programs with module information.");
        Directory.CreateDirectory(Path.Combine(folder, "root"));
        var programs = Candidates().Append(Path.Combine(folder, "npm/node_modules/lefthook-linux-x64/bin/lefthook"));
        var modules = 0;
        foreach (var program in programs)
        {
            var copy = Path.Combine(folder, "root/program");
            File.Copy(program, copy, overwrite: true);
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
            using var root = new RootFolder(Path.Combine(folder, "root"));
            var expected = Expected(Programs.Run(folder, go, "version", "-m", copy).Output);
            modules += expected.Count - 1;
            Assert.Equal(expected.Count == 1 ? 1 : 0, root.Problems.Count);
            if (expected.Count == 1) Assert.Contains("built without module information", root.Problems[0].Message, StringComparison.Ordinal);
            Assert.Equal(expected, root.Packages.Where(package => package.FoundBy == "binary/go").Select(package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal));
        }
        Assert.True(modules > 50, $"only {modules} modules compared");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static List<string> Expected(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var found = new List<string> { "stdlib " + lines[0].Split(": go")[1].Split(' ')[0] };
        foreach (var fields in lines.Skip(1).Select(line => line.Trim().Split('\t')))
            if (fields[0] is "mod" or "dep") found.Add($"{fields[1]} {fields[2]}");
            else if (fields[0] == "=>" && fields.Length > 2 && fields[2] != "(devel)") found[^1] = $"{fields[1]} {fields[2]}";
        return [.. found.Distinct().Order(StringComparer.Ordinal)];
    }
}
