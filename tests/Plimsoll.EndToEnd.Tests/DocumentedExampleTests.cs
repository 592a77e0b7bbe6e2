using System.IO.Compression;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>
/// Runs each `$ plimsoll …` line of the documents in a folder that holds what they name, and expects the exit code
/// that the line states, 0 where it states none. Lines that need an engine, a registry or the network are left to
/// Plimsoll.Engines.Tests and Plimsoll.Scan.Tests, which have real ones; the guard runs in Plimsoll.Guard.Tests.
/// </summary>
public sealed class DocumentedExampleTests(RealImages images)
{
    private static readonly string[] elsewhere = [" docker:", " podman:", " container:", " registry:", " --freshness", " guard "];

    public static TheoryData<string, string> Examples()
    {
        var data = new TheoryData<string, string>();
        foreach (var document in Directory.EnumerateFiles(Run.Repository, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Run.Repository, "docs"), "*.md")).Order(StringComparer.Ordinal))
            foreach (var line in File.ReadLines(document))
                if ((line.StartsWith("$ plimsoll ", StringComparison.Ordinal) || line.StartsWith("$ ./plimsoll ", StringComparison.Ordinal)) && !elsewhere.Any(line.Contains))
                    data.Add(Path.GetRelativePath(Run.Repository, document), line[2..]);
        return data;
    }

    [Theory, MemberData(nameof(Examples))]
    public void Runs_as_documented(string document, string line)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-docs-").FullName;
        try
        {
            Link("debian-nginx/docker.tar", "image.tar");
            Link("debian-node-app/oci", "layout");
            Link("debian-base/oci", "base");
            Link("debian-nginx/rootfs", "rootfs");
            using (var whole = File.OpenRead(Path.Combine(images.Folder, "debian-base/docker.tar")))
            using (var cut = File.Create(Path.Combine(folder, "cut.tar")))
            {
                var some = new byte[5_000_000];
                cut.Write(some, 0, whole.ReadAtLeast(some, some.Length));
            }
            File.WriteAllText(Path.Combine(folder, "bom.cdx.json"), """{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "a", "purl": "pkg:npm/a@1"}]}""");
            File.WriteAllText(Path.Combine(folder, "policy.yaml"), "fail:\n  severity: high\nignore:\n  - vulnerability: CVE-2024-1\n    reason: not reachable\n");
            File.WriteAllText(Path.Combine(folder, "vex.json"), """{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}""");
            File.WriteAllText(Path.Combine(folder, "before.json"), """{"schema": "plimsoll/scan/1", "image": {"reference": "shop:1", "source": "oci"}, "packages": [], "vulnerabilities": []}""");
            File.WriteAllText(Path.Combine(folder, "compose.yaml"), "services:\n  web:\n    environment: { A: 1 }\n");
            File.WriteAllText(Path.Combine(folder, "compose.override.yaml"), "services:\n  web:\n    ports: [\"80:80\"]\n");
            Directory.CreateDirectory(Path.Combine(folder, "manifests"));
            File.WriteAllText(Path.Combine(folder, "manifests/web.yaml"), "kind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { containers: [{ name: nginx, image: nginx }] } } }\n");
            WriteMirror(Path.Combine(folder, "mirror"));
            Directory.CreateDirectory(Path.Combine(folder, "my-rules/nginx"));
            File.Copy(Path.Combine(Run.Repository, "rules/nginx/autoindex.yaml"), Path.Combine(folder, "my-rules/nginx/autoindex.yaml"));
            var comment = line.IndexOf("# exit code ", StringComparison.Ordinal);
            var expected = comment < 0 ? 0 : line[comment + "# exit code ".Length] - '0';
            var command = line[(line.IndexOf("plimsoll ", StringComparison.Ordinal) + "plimsoll ".Length)..];
            // A database of its own, with what the pages before this line put into it; a scan takes what it lacks from the mirror.
            var before = command.StartsWith("db ", StringComparison.Ordinal) ? "\"$2\" db import mirror && \"$2\" db export advisories.zip &&" : "";
            var ended = Run.Shell($"cd \"$1\" && export PLIMSOLL_DB=\"$1/db\" PLIMSOLL_FEEDS=\"$1/mirror\" && {before} eval \"\\\"\\$2\\\" $3\"", folder, Run.Cli, command);
            Assert.True(ended.Code == expected, $"{document}: {line}: exit code {ended.Code}, not {expected}\n{ended.All}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static void WriteMirror(string mirror)
        {
            foreach (var (ecosystem, release, name) in new[] { ("npm", "npm", "a"), ("Debian", "Debian:12", "nginx") })
            {
                Directory.CreateDirectory(Path.Combine(mirror, "osv", ecosystem));
                using var archive = ZipFile.Open(Path.Combine(mirror, "osv", ecosystem, "all.zip"), ZipArchiveMode.Create);
                using var record = new StreamWriter(archive.CreateEntry("A-1.json").Open());
                record.Write($$$"""{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "{{{release}}}", "name": "{{{name}}}"}, "versions": ["0.9.0"]}]}""");
            }
            Directory.CreateDirectory(Path.Combine(mirror, "kev"));
            File.WriteAllText(Path.Combine(mirror, "kev/known_exploited_vulnerabilities.json"), """{"count": 1, "vulnerabilities": [{"cveID": "CVE-2021-44228"}]}""");
        }

        void Link(string from, string to) => File.CreateSymbolicLink(Path.Combine(folder, to), Path.Combine(images.Folder, from));
    }
}
