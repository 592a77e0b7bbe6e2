using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Freshness;

/// <summary>Compares with what apt and npm themselves say, asking the registries that this machine uses; skipped in sight where they do not answer.</summary>
public sealed class LiveOracleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-live-").FullName;

    /// <summary>Older than what bookworm and its security suite have today.</summary>
    private static readonly string[] old = ["openssl", "libssl3", "bash", "curl", "perl-base", "sudo", "tzdata", "libc6"];

    [Fact]
    public void Debian_s_candidates_are_those_of_apt()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/apt-cache") || !File.Exists("/var/lib/dpkg/status") || !File.ReadAllText("/etc/os-release").Contains("bookworm", StringComparison.Ordinal), "this machine is no Debian bookworm");
        var root = Root();
        string[] options = ["-o", $"Dir::State={root}/state", "-o", $"Dir::State::status={root}/var/lib/dpkg/status", "-o", $"Dir::Etc={root}/etc/apt", "-o", $"Dir::Cache={root}/cache", "-o", "APT::Architecture=amd64", "-o", "APT::Sandbox::User=root"];
        Assert.SkipWhen(Run("apt-get", [.. options, "update", "--error-on=any"]).Code != 0, "the mirror of this machine's apt does not answer");

        using var files = new RootFolder(root);
        using var lab = new RegistryLab();
        var deb = files.Packages.Where(package => package.Purl.Type == "deb").ToList();
        Assert.True(deb.Count > 100, $"only {deb.Count} packages");
        var freshness = lab.Ask(deb, files.Files);
        Assert.Empty(lab.Problems);

        var expected = Candidates(Run("apt-cache", [.. options, "policy", .. deb.Select(package => $"{package.Name}:{(package.Architecture == "all" ? "amd64" : package.Architecture)}").Distinct(StringComparer.Ordinal)]).Output);
        var compared = 0;
        foreach (var package in freshness.Packages)
        {
            var candidate = expected[package.Name];
            Assert.Equal((package.Name, candidate), (package.Name, package.Standing == Standing.Behind ? package.Newest : package.Installed));
            compared++;
        }
        Assert.True(compared > 100, $"only {compared} packages compared");
        var updates = freshness.Packages.Where(package => package.IsSecurityUpdate).Select(package => package.Name).ToList();
        Assert.Contains("openssl", updates);
        Assert.All(freshness.Unanswered.SelectMany(missing => missing.Packages).Select(key => files.Packages.Single(package => package.Key == key)), package => Assert.Equal(package.Version, expected[package.Name]));
    }

    [Fact]
    public void Npm_s_newest_are_those_of_npm()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/npm"), "this machine has no npm");
        var registry = Run("npm", ["config", "get", "registry"]).Output.Trim();
        var app = Directory.CreateDirectory(Path.Combine(folder, "app")).FullName;
        File.WriteAllText(Path.Combine(app, "package.json"), """{"name": "app", "version": "1.0.0", "dependencies": {"lodash": "4.17.15", "minimist": "1.2.0", "ms": "2.0.0", "@types/node": "18.0.0", "request": "2.88.2", "express": "3.21.2"}}""");
        Assert.SkipWhen(Run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", app]).Code != 0, "npm's registry does not answer");

        using var files = new RootFolder(folder);
        using var lab = new RegistryLab();
        lab.Variables["npm_config_registry"] = registry;
        var packages = files.Packages.Where(package => package.Purl.Type == "npm").ToList();
        var freshness = lab.Ask(packages, files.Files);
        using var outdated = JsonDocument.Parse(Run("npm", ["outdated", "--json", "--prefix", app], app).Output);
        var direct = outdated.RootElement.EnumerateObject().ToList();
        Assert.Contains(direct, one => one.Name == "express");
        foreach (var one in direct)
        {
            var found = freshness.Packages.Single(package => package.Name == one.Name && package.Installed == one.Value.GetProperty("current").GetString());
            Assert.Equal((Standing.Behind, one.Value.GetProperty("latest").GetString()), (found.Standing, found.Newest));
            // Only what nobody else of the tree asks for too: npm judges each who asks by itself.
            if (one.Name is "lodash" or "@types/node" or "express" or "semver") Assert.Equal((one.Name, one.Value.GetProperty("wanted").GetString()), (one.Name, found.NewestAllowed));
        }
        var deprecated = Run("npm", ["view", "request@2.88.2", "deprecated"], app).Output.Trim();
        Assert.Equal(deprecated.Length == 0 ? null : $"deprecated: {deprecated}", freshness.Packages.Single(package => package.Name == "request").Warning);
        Assert.Equal("3.21.2", freshness.Packages.Single(package => package.Name == "express").NewestOfMajor);

        foreach (var name in packages.Select(package => package.Name).Where(name => name != "app").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Where((_, i) => i % 20 == 0))
            Assert.All(freshness.Packages.Where(package => package.Name == name), found => Assert.Equal((name, Run("npm", ["view", name, "version"], app).Output.Trim()), (found.Name, found.Newest)));
    }

    [Fact]
    public void NuGet_s_protocol_is_that_of_its_registry()
    {
        using var lab = new RegistryLab();
        lab.Variables["PLIMSOLL_NUGET"] = "https://api.nuget.org/v3/index.json";
        var freshness = lab.Ask([RegistryLab.Package("nuget", "Newtonsoft.Json", "12.0.1"), RegistryLab.Package("nuget", "xunit.v3", "0.1.0")]);
        Assert.SkipWhen(freshness.Unanswered.Length > 0 && lab.Problems.Any(problem => problem.Message.Contains("not give", StringComparison.Ordinal)), "NuGet's registry does not answer");
        Assert.Empty(freshness.Unanswered);
        var json = freshness.Packages.Single(package => package.Name == "Newtonsoft.Json");
        Assert.Equal((Standing.Behind, "12.0.3"), (json.Standing, json.NewestOfMajor));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>This machine's packages and the repositories of Debian's that it uses, some of the packages made older.</summary>
    private string Root()
    {
        var root = Path.Combine(folder, "root");
        foreach (var name in (string[])["var/lib/dpkg", "etc/apt/sources.list.d", "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "state/lists/partial", "cache/archives/partial"]) Directory.CreateDirectory(Path.Combine(root, name));
        File.Copy("/etc/os-release", Path.Combine(root, "etc/os-release"));
        foreach (var file in Directory.GetFiles("/etc/apt/apt.conf.d", "99*")) File.Copy(file, Path.Combine(root, "etc/apt/apt.conf.d", Path.GetFileName(file)));
        File.Copy("/etc/apt/sources.list.d/debian.sources", Path.Combine(root, "etc/apt/sources.list.d/debian.sources"));
        var status = new StringBuilder();
        foreach (var record in File.ReadAllText("/var/lib/dpkg/status").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = record.TrimEnd('\n').Split('\n');
            if (old.Contains(lines[0]["Package: ".Length..]))
                for (var i = 0; i < lines.Length; i++)
                    if (lines[i].StartsWith("Version: ", StringComparison.Ordinal)) lines[i] = "Version: 0.1-1";
            status.AppendJoin('\n', lines).Append("\n\n");
        }
        File.WriteAllText(Path.Combine(root, "var/lib/dpkg/status"), status.ToString());
        return root;
    }

    /// <summary>By name: `NAME:` or `NAME:ARCH:`, then `  Candidate: VERSION`.</summary>
    private static Dictionary<string, string> Candidates(string policy)
    {
        var candidates = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        foreach (var line in policy.Split('\n'))
            if (line.Length > 0 && line[0] != ' ') name = line.Split(':')[0];
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal)) candidates[name] = line["  Candidate: ".Length..];
        return candidates;
    }

    private static (int Code, string Output) Run(string program, string[] arguments, string? at = null)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = at ?? "/" };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _ = error.Result;
        return (process.ExitCode, output);
    }
}
