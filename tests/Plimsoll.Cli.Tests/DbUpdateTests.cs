using System.CommandLine;
using System.IO.Compression;
using Plimsoll.Cli.Commands;

namespace Plimsoll.Cli.Tests;

/// <summary>What `db update` says and ends with.</summary>
public sealed class DbUpdateTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-update-").FullName;

    public DbUpdateTests() => Environment.SetEnvironmentVariable("PLIMSOLL_DB", Path.Combine(folder, "db"));

    [Fact]
    public void The_exit_code_says_whether_all_some_or_nothing_was_updated()
    {
        Publish("npm", """{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]}]}""");
        var (code, output) = Update("--ecosystems npm");
        Assert.Equal(0, code);
        Assert.Contains("osv/npm    updated    1 record.", output, StringComparison.Ordinal);
        Assert.Contains("kev        left out   the mirror does not have it: ", output, StringComparison.Ordinal);

        Publish("PyPI", "no JSON");
        (code, output) = Update("--ecosystems npm,PyPI");
        Assert.Equal(3, code);
        Assert.Contains("osv/npm    unchanged  is as it was.", output, StringComparison.Ordinal);
        Assert.Contains("osv/PyPI   failed     `osv/PyPI/all.zip` has no record that can be read (1 cannot be).", output, StringComparison.Ordinal);

        (code, output) = Update("--ecosystems PyPI");
        Assert.Equal(2, code);
        Assert.DoesNotContain("updated ", output, StringComparison.Ordinal);

        Publish("npm", """{"id": "A-1", "modified": "2026-01-02T00:00:00Z", "affected": []}""", "no JSON");
        (code, output) = Update("");
        Assert.Equal(3, code);
        Assert.Contains("osv/npm    updated    1 record, 1 could not be read.", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (int Code, string Output) Update(string arguments)
    {
        using var output = new StringWriter();
        var code = All.Root(completes: false).Parse($"db update --quiet --offline --from {folder}/mirror {arguments}").Invoke(new InvocationConfiguration { Output = output });
        return (code, output.ToString());
    }

    private void Publish(string ecosystem, params string[] records)
    {
        var path = Path.Combine(folder, "mirror/osv", ecosystem, "all.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var record in records)
        {
            using var entry = new StreamWriter(archive.CreateEntry($"{archive.Mode}-{record.Length}.json").Open());
            entry.Write(record);
        }
    }
}
