namespace Plimsoll.EndToEnd.Tests;

/// <summary>
/// An npm application with old packages on an old Debian: the image debian-node-app with another /srv/app, and with a dpkg
/// status as of Debian 12.0. With it the database of the suites' advisories.
/// </summary>
public sealed class OldApplication(RealImages images) : IDisposable
{
    private const string Manifest = """
        {"name": "quay-board", "version": "1.0.0", "private": true, "main": "server.js", "dependencies": {
          "axios": "0.21.1", "express": "4.12.0", "grunt": "0.4.5", "handlebars": "4.0.5", "jquery": "3.3.1", "lodash": "4.17.15",
          "marked": "0.3.5", "mocha": "2.2.0", "moment": "2.29.1", "request": "2.60.0", "serve-static": "1.9.1", "ws": "1.0.0"}}
        """;

    /// <summary>Source packages and the versions that Debian 12 was released with.</summary>
    private static readonly Dictionary<string, string> released = new(StringComparer.Ordinal)
    {
        ["openssl"] = "3.0.9-1", ["glibc"] = "2.36-9", ["gnutls28"] = "3.7.9-2", ["systemd"] = "252.6-1", ["nodejs"] = "18.13.0+dfsg1-1", ["c-ares"] = "1.18.1-3",
        ["nghttp2"] = "1.52.0-1", ["icu"] = "72.1-3", ["perl"] = "5.36.0-7", ["shadow"] = "1:4.13+dfsg1-1", ["util-linux"] = "2.38.1-5", ["libuv1"] = "1.44.2-1",
        ["ncurses"] = "6.4-4", ["libtasn1-6"] = "4.19.0-2", ["xz-utils"] = "5.4.1-0.2", ["libgcrypt20"] = "1.10.1-3", ["sqlite3"] = "3.40.1-2", ["krb5"] = "1.20.1-2",
    };

    private readonly Lazy<string> made = new(() => Make(images));
    private string? target;

    /// <summary>Holds `app/` and `status` to change, and `db`.</summary>
    public string Folder => made.Value;

    /// <summary>The image as it was built first.</summary>
    public string Target => target ??= Build(Folder);

    public Dictionary<string, string> Environment => new(StringComparer.Ordinal) { ["PLIMSOLL_DB"] = Path.Combine(Folder, "db"), ["PLIMSOLL_FEEDS"] = "", ["SOURCE_DATE_EPOCH"] = "1780000000" };

    public void Dispose()
    {
        if (made.IsValueCreated) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Builds the image anew from a folder's `app/` and `status`.</summary>
    /// <returns>The target.</returns>
    public string Build(string folder)
    {
        var layout = Path.Combine(folder, "oci");
        Run.Shell("""
            set -e
            rm -rf "$2" && cp -r "$1" "$2"
            umoci insert --image "$2:latest" --opaque --history.created_by 'COPY app /srv/app' "$3/app" /srv/app
            umoci insert --image "$2:latest" --history.created_by 'RUN apt-get update' "$3/status" /var/lib/dpkg/status
            """, Path.Combine(images.Folder, "debian-node-app/oci"), layout, folder).Expect(0);
        return $"oci:{layout}";
    }

    /// <summary>A copy of the folder, to do in what a plan says.</summary>
    public string Copy()
    {
        var copy = Directory.CreateTempSubdirectory("plimsoll-plan-").FullName;
        Run.Shell("cp -r \"$1/app\" \"$1/status\" \"$2/\"", Folder, copy).Expect(0);
        return copy;
    }

    /// <summary>Sets source packages of a dpkg status to versions, with all that is built from them.</summary>
    public static string WithVersions(string status, IReadOnlyDictionary<string, string> versions) => string.Join("\n\n", status.Split("\n\n").Select(paragraph =>
    {
        var lines = paragraph.Split('\n');
        string? Field(string name) => Array.Find(lines, line => line.StartsWith($"{name}: ", StringComparison.Ordinal))?[(name.Length + 2)..];
        var source = Field("Source")?.Split(' ')[0] ?? Field("Package");
        if (source is null || !versions.TryGetValue(source, out var version)) return paragraph;
        return string.Join('\n', lines.Select(line => line.StartsWith("Version: ", StringComparison.Ordinal) ? $"Version: {version}" : line.StartsWith("Source: ", StringComparison.Ordinal) ? $"Source: {source}" : line));
    }));

    private static string Make(RealImages images)
    {
        var data = Path.Combine(System.Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") is { Length: > 0 } suites ? suites : Path.Combine(Run.Repository, "../shared"), "data");
        Assert.SkipUnless(Directory.Exists(Path.Combine(data, "osv")), "the suites (PLIMSOLL_SUITES) have no data/osv");
        var rootfs = images.Rootfs("debian-node-app");
        var folder = Directory.CreateTempSubdirectory("plimsoll-old-").FullName;
        foreach (var part in new[] { "osv/npm", "osv/Debian", "kev", "epss" })
        {
            var mirror = Directory.CreateDirectory(Path.Combine(folder, "mirror", part)).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.Combine(data, part))) File.CreateSymbolicLink(Path.Combine(mirror, Path.GetFileName(file)), file);
        }
        Run.Program(Run.Cli, ["db", "import", Path.Combine(folder, "mirror")], new Dictionary<string, string> { ["PLIMSOLL_DB"] = Path.Combine(folder, "db") }).Expect(0, 3);
        File.WriteAllText(Path.Combine(folder, "status"), WithVersions(File.ReadAllText(Path.Combine(rootfs, "var/lib/dpkg/status")), released));
        var app = Directory.CreateDirectory(Path.Combine(folder, "app")).FullName;
        File.WriteAllText(Path.Combine(app, "package.json"), Manifest);
        File.WriteAllText(Path.Combine(app, "server.js"), "require('express')().listen(8080);\n");
        Npm(app, "npm install");
        return folder;
    }

    /// <summary>Runs an npm command line in a folder; skips where the registry is not to be had.</summary>
    public static void Npm(string folder, string command)
    {
        var ended = Run.Shell("cd \"$1\" && export npm_config_ignore_scripts=true npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_loglevel=error && eval \"$2\"", folder, command);
        Assert.SkipWhen(ended.Code != 0 && (ended.Err.Contains("EAI_AGAIN", StringComparison.Ordinal) || ended.Err.Contains("ENOTFOUND", StringComparison.Ordinal) || ended.Err.Contains("ECONNREFUSED", StringComparison.Ordinal)), "npm's registry is not to be had");
        ended.Expect(0);
    }
}
