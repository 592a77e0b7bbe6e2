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
