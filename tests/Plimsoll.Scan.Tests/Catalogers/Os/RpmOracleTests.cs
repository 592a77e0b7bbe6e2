using System.Buffers.Binary;
using System.Text;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Catalogers.Os;

namespace Plimsoll.Scan.Tests.Catalogers.Os;

/// <summary>Compares with rpm on packages that rpmbuild makes and rpm installs.</summary>
public sealed class RpmOracleTests(RpmOracleTests.Harbour harbour) : IClassFixture<RpmOracleTests.Harbour>
{
    private const int Piers = 60;

    [Fact]
    public void Finds_the_packages_that_rpm_lists_in_its_sqlite_database()
    {
        Skip();
        using var root = new RootFolder(harbour.Root);
        Assert.Empty(root.Problems);
        Assert.Equal(Piers + 2, root.Packages.Count);
        Assert.Equal(Listed(harbour.Root, "sqlite"), Found(root));
    }

    [Fact]
    public void Finds_the_packages_that_rpm_lists_in_a_hash_of_Berkeley_DB()
    {
        Skip();
        if (!Programs.Exist("db5.3_load")) Assert.Skip("db5.3_load is not installed here.");
        using var root = new RootFolder(harbour.InBerkeley());
        Assert.Empty(root.Problems);
        Assert.Equal(Listed(harbour.InBerkeley(), "bdb_ro"), Found(root));
        Assert.Equal(Listed(harbour.Root, "sqlite"), Found(root));
    }

    [Fact]
    public void Owns_the_files_that_rpm_lists()
    {
        Skip();
        using var root = new RootFolder(harbour.Root);
        var compared = 0;
        foreach (var package in root.Packages)
        {
            var listed = Rpm(harbour.Root, "sqlite", "-ql", package.Name).Split('\n').Where(path => path.StartsWith('/') && !Directory.Exists(harbour.Root + path)).ToList();
            Assert.Equal(listed.Count, package.OwnedFiles);
            foreach (var path in listed)
            {
                Assert.True(root.Files.TryFind(path, out var file), path);
                Assert.Equal(package.Key, file.Owner);
                compared++;
            }
        }
        Assert.True(compared > 2000, $"only {compared} files compared");
    }

    [Fact]
    public void Names_the_installed_package_that_answers_each_form_of_a_dependency()
    {
        Skip();
        using var root = new RootFolder(harbour.Root);
        var names = root.Packages.ToDictionary(package => package.Key, package => package.Name);
        var pier = root.Packages.Single(package => package.Name == "pier9");
        // By name, by a path, by an alternative of a boolean expression, and by a provided name with a colon.
        Assert.Equal(["harbour", "pier1", "pier2"], pier.Dependencies.Select(key => names[key]).Order(StringComparer.Ordinal));
        Assert.Equal(["pier1"], root.Packages.Single(package => package.Name == "harbour").Dependencies.Select(key => names[key]));
    }

    private static IEnumerable<string> Found(RootFolder root) => root.Packages
        .Select(package => $"{package.Name} {package.Purl.Qualifiers.GetValueOrDefault("epoch", "0")} {package.Purl.Version} {package.Architecture} {package.Licenses.Single()} {package.Supplier} {package.SourceName}-{package.SourceVersion?.Split(':')[^1]}.src.rpm")
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Listed(string root, string backend) =>
        Rpm(root, backend, "-qa", "--qf", "%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE} %{ARCH} %{LICENSE} %{VENDOR} %{SOURCERPM}\\n")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    private static string Rpm(string root, string backend, params string[] arguments)
    {
        var (exit, output, errors) = Programs.Run("/", "rpm", ["--root", root, "--define", "_dbpath /var/lib/rpm", "--define", $"_db_backend {backend}", .. arguments]);
        Assert.True(exit == 0, errors);
        return output;
    }

    private void Skip()
    {
        if (harbour.Reason is { } reason) Assert.Skip(reason);
    }

    /// <summary>Packages with an epoch and without, with no files and with thousands, with names of files that are not ASCII.</summary>
    public sealed class Harbour : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-rpm-").FullName;

        public Harbour()
        {
            if (!Programs.Exist("rpmbuild")) Reason = "rpmbuild is not installed here.";
            else if (!Environment.IsPrivilegedProcess) Reason = "rpm installs into a folder as root only.";
            else Build();
        }

        public string? Reason { get; }
        internal string Root => Path.Combine(folder, "root");

        public void Dispose() => Directory.Delete(folder, recursive: true);

        /// <summary>The same headers in the database that older releases of rpm wrote; a root of its own.</summary>
        internal string InBerkeley()
        {
            var root = Path.Combine(folder, "berkeley");
            if (Directory.Exists(root)) return root;
            Directory.CreateDirectory(Path.Combine(root, "var/lib/rpm"));
            var dump = new StringBuilder("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n 00000000\n ff000000\n");
            using var stream = File.OpenRead(Path.Combine(Root, "var/lib/rpm/rpmdb.sqlite"));
            var key = new byte[4];
            var number = 0;
            foreach (var (_, header) in new RpmSqlite(stream, "rpmdb.sqlite", new Findings("os/rpm", null)).Headers())
            {
                BinaryPrimitives.WriteInt32LittleEndian(key, ++number);
                dump.Append(' ').Append(Convert.ToHexStringLower(key)).Append("\n ").Append(Convert.ToHexStringLower(header.Span)).Append('\n');
            }
            File.WriteAllText(Path.Combine(folder, "dump"), dump.Append("DATA=END\n").ToString());
            Succeed("db5.3_load", "-f", Path.Combine(folder, "dump"), Path.Combine(root, "var/lib/rpm/Packages"));
            return root;
        }

        private void Build()
        {
            var piers = Enumerable.Range(1, Piers);
            File.WriteAllText(Path.Combine(folder, "harbour.spec"), $$"""
                Name: harbour
                Version: 1.0
                Release: 1.fc39
                Summary: A harbour
                License: MIT AND (Apache-2.0 OR GPL-2.0-only)
                Vendor: Hafen Ünïcode e.V.
                BuildArch: noarch
                Requires: pier1 >= 1
                %description
                x
                %files
                /usr/bin/harbour
                %package cargo
                Summary: Many files
                License: MIT
                %description cargo
                x
                %files cargo
                /usr/share/cargo
                {{string.Concat(piers.Select(i => $$"""
                %package -n pier{{i}}
                Version: {{i}}.{{i % 7}}~rc1
                {{(i % 5 == 0 ? $"Epoch: {i % 3}" : "")}}
                Summary: A pier
                License: BSD-{{i}}
                Requires: /usr/bin/harbour
                Requires: (jetty or pier1)
                Requires: perl(Pier::2) = 2
                Provides: perl(Pier::{{i}}) = {{i}}
                %description -n pier{{i}}
                x
                %files -n pier{{i}}
                {{(i % 4 == 0 ? "" : $"/usr/share/pier{i}/länge-{i}")}}

                """))}}
                %install
                mkdir -p %{buildroot}/usr/bin; echo x >%{buildroot}/usr/bin/harbour
                for i in $(seq {{Piers}}); do mkdir -p %{buildroot}/usr/share/pier$i; [ $((i % 4)) = 0 ] || echo $i >%{buildroot}/usr/share/pier$i/länge-$i; done
                for i in $(seq 50); do mkdir -p %{buildroot}/usr/share/cargo/$i; for j in $(seq 50); do : >%{buildroot}/usr/share/cargo/$i/container-$j; done; done
                """);
            Succeed("rpmbuild", "-bb", "--define", $"_topdir {folder}/top", Path.Combine(folder, "harbour.spec"));
            Succeed("rpm", ["--root", Root, "--define", "_dbpath /var/lib/rpm", "--define", "_db_backend sqlite", "--force-debian", "--nodeps", "-i", .. Directory.GetFiles(Path.Combine(folder, "top/RPMS/noarch"))]);
        }

        private void Succeed(string program, params string[] arguments)
        {
            var (exit, output, errors) = Programs.Run(folder, program, arguments);
            Assert.True(exit == 0, output + errors);
        }
    }
}
