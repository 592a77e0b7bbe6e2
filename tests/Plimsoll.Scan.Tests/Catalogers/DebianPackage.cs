namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Packages of Debian, downloaded and unpacked once into the cache of the tests; where they are not to be had, the test is skipped.</summary>
internal static class DebianPackage
{
    public static readonly string Cache = Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_TEST_CACHE") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/plimsoll-test"), "debian");

    private static readonly Lock gate = new();

    /// <summary>A file of a package.</summary>
    public static string File(string package, string path) => Path.Combine(Folder(package), path);

    /// <summary>The files of a package.</summary>
    public static string Folder(string package)
    {
        var place = Path.Combine(Cache, package);
        lock (gate)
        {
            if (Directory.Exists(place)) return place;
            Directory.CreateDirectory(Cache);
            var run = Programs.Exist("apt-get") ? Programs.Run(Cache, "apt-get", "download", "-q", package) : (Exit: -1, Output: "", Errors: "apt-get is not installed");
            if (run.Exit != 0 || Archive(package) is not { } archive)
            {
                Assert.Skip($"Debian's package {package} is not to be had: {run.Errors}");
                return place;
            }
            var part = $"{place}.{Environment.ProcessId}.part";
            Assert.Equal(0, Programs.Run(Cache, "dpkg-deb", "-x", archive, part).Exit);
            Directory.Move(part, place);
        }
        return place;
    }

    /// <summary>The version of a package without epoch, Debian's revision, and what was taken out (`+dfsg`).</summary>
    public static string Upstream(string package)
    {
        var version = Path.GetFileName(Archive(package)!).Split('_')[1].Replace("%3a", ":", StringComparison.Ordinal);
        version = version[(version.IndexOf(':') + 1)..];
        if (version.Contains("+really", StringComparison.Ordinal)) version = version[(version.IndexOf("+really", StringComparison.Ordinal) + 7)..];
        if (version.LastIndexOf('-') is > 0 and var dash && !package.StartsWith("openjdk", StringComparison.Ordinal)) version = version[..dash];
        else version = version[..version.IndexOf('-')];
        return version.Replace("+dfsg", "", StringComparison.Ordinal).Replace(".dfsg", "", StringComparison.Ordinal);
    }

    private static string? Archive(string package) => Directory.GetFiles(Cache, package + "_*.deb").Order(StringComparer.Ordinal).LastOrDefault();
}
