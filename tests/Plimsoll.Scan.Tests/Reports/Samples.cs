using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>Results made by hand, one for each thing that reports must get right.</summary>
internal static class Samples
{
    public static readonly ReportContext Context = new()
    {
        Now = DateTimeOffset.Parse("2026-03-01T12:30:45.678+02:00", System.Globalization.CultureInfo.InvariantCulture),
        ToolVersion = "0.1.0",
    };

    public static IReadOnlyDictionary<string, ScanResult> All { get; } = new Dictionary<string, ScanResult>(StringComparer.Ordinal)
    {
        ["rich"] = Rich(),
        ["empty"] = Empty(),
        ["hostile"] = Hostile(),
        ["several"] = Several(),
        ["partial"] = Partial(),
        ["removed"] = Removed(),
        ["vulnerable"] = VulnerableSample.Result(),
        ["supported"] = Supported(),
        ["judged"] = JudgedSample.Result(),
        ["hostile-findings"] = JudgedSample.Hostile(),
        ["planned"] = PlannedSample.Result(),
    };

    public static ScanResult Rich()
    {
        var status = new Location("/var/lib/dpkg/status", 0, 1201);
        var nginx = Deb("nginx", "1.22.1-9+deb12u1", 1, 2410) with
        {
            Licenses = ["BSD-2-Clause"],
            Supplier = "Debian Nginx Maintainers <pkg-nginx-maintainers@alioth-lists.debian.net>",
            OwnedFiles = 19,
            Origin = LayerOrigin.Added,
        };
        var libc = Deb("libc6", "2.36-9+deb12u4", 0, 911) with
        {
            SourceName = "glibc",
            SourceVersion = "2.36-9+deb12u4",
            Licenses = ["GFDL-1.3", "GPL-2.0-or-later", "LGPL-2.1-or-later"],
            OwnedFiles = 290,
            Origin = LayerOrigin.Base,
        };
        var node = Deb("npm", "9.2.0~ds1-1", 1, 2500) with
        {
            Origin = LayerOrigin.Added,
            Contains = [new PackageUrl("npm", "@npmcli", "arborist", "6.1.5"), new PackageUrl("npm", null, "semver", "7.3.7")],
        };
        var express = Npm(null, "express", "4.18.2", "/srv/app/node_modules/express/package.json", 2) with { Licenses = ["MIT"] };
        var core = Npm("@babel", "core", "7.20.5", "/srv/app/node_modules/@babel/core/package.json", 2) with { Licenses = ["(MIT OR Apache-2.0)"] };
        var gson = new Package
        {
            Purl = new PackageUrl("maven", "com.google.code.gson", "gson", "2.10"),
            Name = "com.google.code.gson:gson",
            Version = "2.10",
            FoundBy = "language/java-archive",
            IsGuess = true,
            Locations = [new Location("/srv/app/lib/gson-2.10.jar", 2)],
        };
        nginx = nginx with { Requires = [new Requirement("libc6")], Dependencies = [libc.Key], Provides = ["httpd"] };
        return new ScanResult
        {
            Image = RichImage(),
            Os = new OsRelease
            {
                Id = "debian",
                VersionId = "12",
                VersionCodename = "bookworm",
                PrettyName = "Debian GNU/Linux 12 (bookworm)",
                Location = new Location("/usr/lib/os-release", 0),
            },
            Applications =
            [
                new Application
                {
                    Name = "nginx",
                    Version = "1.22.1-9+deb12u1",
                    Command = ["/usr/sbin/nginx", "-g", "daemon off;"],
                    Executable = new Location("/usr/sbin/nginx", 1),
                    PackageKey = nginx.Key,
                    Ports = ["443/tcp", "80/tcp"],
                    ConfigFiles = [new Location("/etc/nginx/nginx.conf", 1), new Location("/etc/nginx/sites-enabled/default", 2)],
                    Evidence =
                    [
                        "The entrypoint /docker-entrypoint.sh ends in `exec \"$@\"`, so the command is what runs.",
                        "The command starts /usr/sbin/nginx.",
                        "The package nginx owns /usr/sbin/nginx.",
                    ],
                },
            ],
            Packages =
            [
                .. new[] { nginx, libc, node, express, core, gson, Deb("base-files", "12.4+deb12u5", 0, 1) with { Origin = LayerOrigin.Base, Locations = [status] } }
                    .OrderBy(package => package.Key, StringComparer.Ordinal),
            ],
            Counts = new ScanCounts(13_204, 9_811, 1_204, 3),
        };
    }

    public static ScanResult Empty() => new()
    {
        Image = new Image { Reference = "/srv/empty", Source = SourceKind.Rootfs },
        Counts = new ScanCounts(0, 0, 0, null),
    };

    /// <summary>Everything that an image's author can choose tries to steer the reader's terminal, page or parser.</summary>
    public static ScanResult Hostile()
    {
        const string Escape = "evil\e]0;owned\a\e[2Jname\u009b31m";
        var place = new Location("/srv/\e[31m|<script>alert(1)</script>\n\u202egnp.exe\ud800", 0, 3);
        var app = new Application
        {
            Name = "<img src=x onerror=alert(1)>",
            Version = "1\r\n## heading",
            Command = ["sh", "-c", "printf '\e[8m'; `id` | @everyone"],
            User = "root\u2066",
            Ports = ["80/tcp\0"],
            ConfigFiles = [place],
            Evidence = ["The [link](javascript:alert(1)) of www.example.org and #1."],
            Runtime = "日本語 ❤️ 🚢",
        };
        var package = Npm("@evil", Escape, "1.0.0|</details>\u200b", "/x", 0) with
        {
            Licenses = ["MIT\e[1m", "see <b>LICENSE</b>"],
            Supplier = "Zoë \udc00 \u2028",
            Locations = [place],
            Contains = [new PackageUrl("npm\e", "@a|b", "c`d`", "*1*")],
        };
        return new ScanResult
        {
            Image = new Image
            {
                Reference = "reg/\e[31mimage\u202e:latest`|",
                Source = SourceKind.Archive,
                Names = ["a\nb:1"],
                Layers = [new Layer(0, null, null, 12, "/bin/sh -c #(nop)\n\t ADD \e[31m | in /")],
                Config = new ImageConfig { Known = true, Env = ["A=\u0007"], Labels = ImmutableSortedDictionary<string, string>.Empty.Add("k\e", "v\ud83d") },
            },
            Os = new OsRelease { Id = "os\0", PrettyName = "Nice \e[31mOS", VersionId = new string('9', 3000), Location = place },
            Applications = [app],
            Packages = [package],
            Problems = [new Problem(ProblemKind.Malformed, "language/npm", place.ToString(), "expected a name, found `\e[31m|</code>`")],
            Notes = ["left out \u0085 <!-- "],
            Counts = new ScanCounts(1, 1, 0, 0),
        };
    }

    public static ScanResult Several() => new()
    {
        Image = new Image
        {
            Reference = "layout:web",
            Source = SourceKind.Oci,
            Platform = new Platform("linux", "arm", "v7"),
            Config = new ImageConfig { Known = true, Cmd = ["/usr/bin/supervisord"] },
            Base = new BaseImage("registry.example.org/base:3", null, null, "an annotation names it"),
            Layers = [new Layer(0, null, Digest('a'), 1_500, null)],
        },
        Os = new OsRelease { Id = "alpine", VersionId = "3.19.1", Location = new Location("/etc/os-release", 0) },
        Applications =
        [
            new Application { Name = "nginx", Command = ["nginx"], User = "101:101" },
            new Application { Name = "shop", Version = "2.0.0", Command = ["node", "/srv/shop.js"], Runtime = "node", User = "0:0" },
        ],
        ApplicationNote = "supervisord starts two programs",
        Counts = new ScanCounts(20, 12, 3, null),
        Notes = ["The folder /proc was left out: it is no part of the image."],
    };

    public static ScanResult Partial() => Rich() with
    {
        Applications = [],
        ApplicationNote = "the entrypoint is a script that decides while it runs",
        Problems =
        [
            .. Enumerable.Range(1, 7).Select(i => new Problem(
                (ProblemKind)(i % 7),
                i == 7 ? "layers" : "os/dpkg",
                i == 7 ? "" : $"/var/lib/dpkg/status.d/package-{i}:{i * 10}",
                "expected `Name: value`, found `\ufffd\ufffd`; the rest of this paragraph was not read, and so the package that it describes is not in the result")).Order(),
        ],
    };

    public static ScanResult Removed()
    {
        var rich = Rich();
        var old = Deb("nginx", "1.22.1-9+deb12u1", 0, 77) with { RemovedIn = 1, Origin = LayerOrigin.Base };
        var gone = Npm(null, "left-pad", "1.3.0", "/srv/app/node_modules/left-pad/package.json", 1) with { RemovedIn = 2 };
        return rich with { Packages = [.. rich.Packages.Append(old).Append(gone).OrderBy(package => package.Key, StringComparer.Ordinal)] };
    }

    public static ScanResult Supported()
    {
        var removed = Removed();
        static Milestone On(int year, int month, int day) => Milestone.On(new DateOnly(year, month, day));
        return removed with
        {
            Support = new Support
            {
                AsOf = Context.Now,
                Findings =
                [
                    new SupportFinding
                    {
                        Subject = SupportSubject.System,
                        Product = "debian",
                        Title = "Debian",
                        Version = "12",
                        Cycle = "12",
                        Codename = "Bookworm",
                        EndOfLife = On(2026, 2, 11),
                        EndOfExtendedSupport = On(2028, 6, 30),
                        Phase = SupportPhase.Extended,
                        DaysLeft = -18,
                        Latest = "12.15",
                        LatestReleased = new DateOnly(2026, 2, 11),
                        MoveTo = new SupportedCycle("13", "13.6", false, On(2028, 8, 9)),
                    },
                    new SupportFinding
                    {
                        Subject = SupportSubject.Application,
                        Product = "nginx",
                        Title = "nginx",
                        Version = "1.22.1",
                        Cycle = "1.22",
                        EndOfLife = On(2023, 5, 23),
                        Phase = SupportPhase.Ended,
                        DaysLeft = -1013,
                        IsBehind = false,
                        MaintainedBy = "debian 12",
                        Packages = [removed.Packages.First(package => package.Name == "nginx").Key],
                    },
                    new SupportFinding
                    {
                        Subject = SupportSubject.Package,
                        Product = "express",
                        Title = "Express",
                        Version = "4.18.2",
                        Cycle = "4",
                        IsLongTerm = true,
                        EndOfActiveSupport = On(2025, 4, 1),
                        EndOfLife = Milestone.WithoutDate(isPast: false),
                        Phase = SupportPhase.Security,
                        Latest = "4.22.1",
                        IsBehind = true,
                        MoveTo = new SupportedCycle("5", null, false, Milestone.Unknown),
                    },
                    new SupportFinding { Subject = SupportSubject.Package, Product = "python", Title = "Python", Version = "4.0" },
                    new SupportFinding { Subject = SupportSubject.Package, Product = "redis", Title = "Redis" },
                ],
                Notes = ["Who built OpenJDK 17.0.9+9 is not known, so neither is its end of life."],
            },
            Freshness = new NewestVersions
            {
                Packages =
                [
                    Newest(removed, "libc6", "2.36-9+deb12u13", Standing.Behind) with { IsSecurityUpdate = true, From = "http://deb.example.org/debian-security bookworm-security" },
                    Newest(removed, "nginx", "1.22.1-9+deb12u1", Standing.Current) with { From = "http://deb.example.org/debian bookworm" },
                    Newest(removed, "@babel/core", "8.0.1", Standing.Behind) with { NewestOfMajor = "7.29.0" },
                    Newest(removed, "express", "5.1.0", Standing.Behind) with { NewestOfMajor = "4.22.1", NewestAllowed = "4.21.2", Warning = "deprecated: no longer maintained" },
                ],
                Images =
                [
                    new NewestTag { Image = "docker.io/library/node:20.5-slim", IsBase = true, Tag = "20.5-slim", Newest = "24.1-slim", NewestOfMajor = "20.19-slim", Standing = Standing.Behind },
                    new NewestTag { Image = "registry.example.org/web:latest", IsBase = false, Tag = "latest", Unknown = "its tag `latest` names no version" },
                ],
                Unanswered = [new Unanswered("maven", "repo.example.org", "404 Not Found", ["pkg:maven/com.google.code.gson/gson@2.10"])],
                Notes = ["deb.example.org was asked without TLS, and signatures of repositories are not checked: whoever stands between can hide an update."],
            },
        };
    }

    private static NewestVersion Newest(ScanResult of, string name, string newest, Standing standing)
    {
        var package = of.Packages.First(package => package.Name == name && package.RemovedIn is null);
        return new NewestVersion { Package = package.Key, Name = name, Source = package.Purl.Type, From = "registry.example.org", Installed = package.Version, Newest = newest, Standing = standing };
    }

    private static Image RichImage() => new()
    {
        Reference = "build/web.tar",
        Source = SourceKind.Archive,
        Names = ["registry.example.org:5000/shop/Web:1.4", "web:latest"],
        ManifestDigest = Digest('4'),
        ConfigDigest = Digest('c'),
        Platform = new Platform("linux", "amd64"),
        Config = new ImageConfig
        {
            Known = true,
            Entrypoint = ["/docker-entrypoint.sh"],
            Cmd = ["nginx", "-g", "daemon off;"],
            Env = ["PATH=/usr/bin:/bin"],
            WorkingDir = "/srv",
            ExposedPorts = ["443/tcp", "80/tcp"],
            Volumes = ["/var/cache"],
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("org.opencontainers.image.title", "web"),
            StopSignal = "SIGQUIT",
            HasHealthcheck = true,
            Created = "2026-02-28T10:00:00Z",
        },
        Annotations = ImmutableSortedDictionary<string, string>.Empty.Add("org.opencontainers.image.base.name", "debian:12-slim"),
        Base = new BaseImage("debian:12-slim", Digest('b'), 1, "the list of known bases has its diffIDs"),
        Layers =
        [
            new Layer(0, Digest('0'), Digest('1'), 74_801_152, "/bin/sh -c #(nop) ADD file:1d256392d4edd9c0 in / ") { Origin = LayerOrigin.Base },
            new Layer(1, Digest('2'), Digest('3'), 112_410_330, "RUN /bin/sh -c apt-get update  &&\n    apt-get install -y --no-install-recommends nginx npm && rm -rf /var/lib/apt/lists/* # buildkit") { Origin = LayerOrigin.Added },
            new Layer(2, Digest('5'), Digest('6'), 81_920, "COPY app /srv/app # buildkit") { Origin = LayerOrigin.Added },
        ],
    };

    private static Package Deb(string name, string version, int layer, int line) => new()
    {
        Purl = new PackageUrl("deb", "debian", name, version).With("arch", "amd64").With("distro", "debian-12"),
        Name = name,
        Version = version,
        Architecture = "amd64",
        FoundBy = "os/dpkg",
        Locations = [new Location("/var/lib/dpkg/status", layer, line)],
    };

    private static Package Npm(string? scope, string name, string version, string path, int layer) => new()
    {
        Purl = new PackageUrl("npm", scope, name, version),
        Name = scope is null ? name : $"{scope}/{name}",
        Version = version,
        FoundBy = "language/npm",
        Locations = [new Location(path, layer)],
        Origin = LayerOrigin.Added,
    };

    private static Digest Digest(char digit) =>
        Core.Images.Digest.TryParse($"sha256:{new string(digit, 64)}", out var digest) ? digest : throw new ArgumentException("not a digest", nameof(digit));
}
