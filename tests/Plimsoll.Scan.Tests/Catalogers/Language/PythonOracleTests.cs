namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Compares with Python's own importlib.metadata over the distributions in Debian's packages.</summary>
public sealed class PythonOracleTests
{
    /// <summary>Prints each distribution, and each need without an extra that another one of the folder answers.</summary>
    private const string Listing = """
        import importlib.metadata, re, sys
        normal = lambda name: re.sub(r"[-_.]+", "-", name).lower()
        found = {normal(d.metadata["Name"]): d for d in importlib.metadata.distributions(path=[sys.argv[1]])}
        for name, d in found.items():
            print(name, d.version)
            for need in d.requires or []:
                need, _, marker = need.partition(";")
                other = normal(re.match(r"[A-Za-z0-9._-]+", need).group())
                if "extra" not in marker and other in found and other != name: print(name, "->", other)
        """;

    [Fact]
    public void Finds_what_importlib_metadata_lists_and_the_same_dependencies()
    {
        if (!Programs.Exist("python3")) Assert.Skip("python3 is not installed here.");
        using var debian = new DebianFiles("python3-requests", "python3-urllib3", "python3-idna", "python3-certifi", "python3-chardet", "python3-django", "python3-asgiref", "python3-sqlparse",
            "python3-numpy", "python3-flask", "python3-werkzeug", "python3-jinja2", "python3-markupsafe", "python3-click", "python3-itsdangerous", "python3-jwt", "python3-yaml", "python3-six",
            "python3-dateutil", "python3-setuptools", "python3-attr", "python3-jsonschema", "python3-pyrsistent", "python3-cryptography", "python3-openssl", "python3-oauthlib");
        Assert.True(Compare(Path.Combine(debian.Root, "usr/lib/python3/dist-packages")) >= 26);
    }

    [Fact]
    public void Finds_what_this_machine_has_in_the_folders_of_its_interpreter()
    {
        if (!Programs.Exist("python3")) Assert.Skip("python3 is not installed here.");
        var folders = Programs.Run("/", "python3", "-c", "import sys; [print(path) for path in sys.path]").Output.Split('\n').Where(path => path.EndsWith("-packages", StringComparison.Ordinal) && Directory.Exists(path)).ToList();
        if (folders.Count == 0) Assert.Skip("python3 has no folder of packages here.");
        foreach (var folder in folders) Compare(folder);
    }

    /// <summary>A real virtual environment with a package by `pip install -e` and one by setuptools' older `develop`.</summary>
    [Fact]
    public void Finds_editable_installs_once()
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-editable-").FullName;
        try
        {
            // In a folder that is the same from inside the root and outside: the links in it are absolute.
            var made = Programs.Run(folder, "bash", "-euc", """
                export PYTHONPATH="$1" PIP_DISABLE_PIP_VERSION_CHECK=1 HOME="$PWD"
                /usr/bin/python3 -m venv venv
                mkdir -p new/harbour old/dock
                touch new/harbour/__init__.py old/dock/__init__.py
                printf '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "harbour-master"\nversion = "3.1.4"\n' > new/pyproject.toml
                printf 'from setuptools import setup\nsetup(name="old-dock", version="0.9", packages=["dock"])\n' > old/setup.py
                venv/bin/pip install --quiet --no-build-isolation --no-index --editable ./new >&2
                (cd old && ../venv/bin/python setup.py --quiet develop >&2)
                mkdir -p "root$PWD" && mv venv new old "root$PWD"
                find root -name '__editable__*.pth' -o -name '*.egg-link' | wc -l
                """, "bash", DebianPackage.File("python3-wheel", "usr/lib/python3/dist-packages"));
            if (made.Exit != 0) Assert.Skip($"no virtual environment with pip and setuptools can be made here (Debian's python3-venv): {made.Errors}");
            Assert.Equal("2", made.Output.Trim());
            using (var root = new RootFolder(Path.Combine(folder, "root")))
            {
                Assert.Empty(root.Problems);
                Assert.Equal(["harbour-master 3.1.4", "old-dock 0.9"], root.Packages.Where(package => package.Name is "harbour-master" or "old-dock").Select(package => $"{package.Name} {package.Version}"));
            }
            Directory.Delete(Path.Combine(folder, "root" + folder, "old"), recursive: true);
            using var without = new RootFolder(Path.Combine(folder, "root"));
            Assert.Equal($"expected in its first line a folder of the image with the egg-info of an editable install, found `{folder}/old`; a package is missing", Assert.Single(without.Problems).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>How many lines were compared.</returns>
    private static int Compare(string packages)
    {
        var listed = Programs.Run(packages, "python3", "-c", Listing, packages);
        Assert.True(listed.Exit == 0, listed.Errors);
        var expected = listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet();

        using var root = new RootFolder(packages);
        Assert.DoesNotContain(root.Problems, problem => problem.Unit == "language/python");
        // Those further down are parts of others (`setuptools/_vendor`), which importlib does not list.
        var found = root.Packages.Where(package => package.FoundBy == "language/python" && package.Locations.Any(location => location.Path.Count(c => c == '/') <= 2)).ToList();
        var names = root.Packages.ToDictionary(package => package.Key, package => package.Purl.Name);
        Assert.Equal(expected.Order(StringComparer.Ordinal), found
            .SelectMany(package => package.Dependencies.Select(key => $"{package.Purl.Name} -> {names[key]}").Append($"{package.Purl.Name} {package.Version}"))
            .Order(StringComparer.Ordinal));
        return expected.Count;
    }
}
