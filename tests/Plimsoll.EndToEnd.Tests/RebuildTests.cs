using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>
/// The five best actions done with the commands that the plan prints, by apt and npm themselves: an npm application with old
/// packages on a Debian without its security updates.
/// </summary>
public sealed class RebuildTests(OldApplication old) : IClassFixture<OldApplication>
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(15);

    [Fact]
    public void What_apt_and_npm_do_when_told_what_the_plan_says_makes_the_next_scan_agree()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null, "installs a whole Debian and updates it: only with --full");
        Assert.SkipUnless(Environment.IsPrivilegedProcess && Run.Has("mmdebstrap"), "only root with mmdebstrap can install a Debian into a folder");
        var folder = Directory.CreateTempSubdirectory("plimsoll-rebuild-").FullName;
        var root = Path.Combine(folder, "root");
        try
        {
            Install(folder, root);
            var before = Scan(root);
            var actions = before.GetProperty("plan").GetProperty("actions").EnumerateArray().Take(5).ToList();
            Assert.SkipUnless(actions.Exists(action => Text(action, "manager") == "apt"), "the release of Debian has no package that its security updates are ahead of and advisories know");
            var fixable = before.GetProperty("plan").GetProperty("fixable").GetInt32();
            var promised = actions.SelectMany(action => Keys(action.GetProperty("fixes"), "vulnerability")).ToHashSet();
            Assert.True(promised.Count >= 0.8 * fixable, $"the five best actions remove {promised.Count} of {fixable}");

            foreach (var action in actions) Do(action, root);

            var after = Scan(root);
            Assert.Empty(promised.Intersect(Keys(after.GetProperty("vulnerabilities"), "id")));
            // Nor in another version of the package: only what stood outside of the plan's best is left.
            var left = after.GetProperty("vulnerabilities").EnumerateArray().Select(one => (Text(one, "id"), Text(one, "name"))).ToHashSet();
            var had = before.GetProperty("vulnerabilities").EnumerateArray().Select(one => (Text(one, "id"), Text(one, "name"))).ToHashSet();
            Assert.Subset(had, left);
            Assert.True(left.Count <= had.Count - (0.8 * promised.Select(one => one.Id).Distinct().Count()), $"{had.Count} findings before, {left.Count} after");
            foreach (var change in actions.Where(action => Text(action, "manager") == "apt").SelectMany(action => action.GetProperty("changes").EnumerateArray()))
            {
                var now = after.GetProperty("packages").EnumerateArray().Single(package => Text(package, "name") == Text(change, "name") && Text(package, "type") == "deb");
                var version = Text(now, "sourceVersion") ?? Text(now, "version")!;
                Run.Shell("dpkg --compare-versions \"$1\" ge \"$2\"", version, Text(change, "to")!).Expect(0);
            }
        }
        finally
        {
            Run.Shell("rm -rf --one-file-system \"$1\"", folder).Expect(0);
        }
    }

    /// <summary>The release alone; its security updates are told to apt afterwards, as time would.</summary>
    private void Install(string folder, string root)
    {
        var ended = Run.Program("bash", ["-c", """
            set -e
            apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' | sort -u >"$1/all"
            grep ' bookworm ' "$1/all" >"$1/release"
            grep ' bookworm-security ' "$1/all" >"$1/security"
            mmdebstrap --quiet --variant=minbase --skip=check/empty --include=nodejs bookworm "$2" "$1/release"
            cat "$1/security" >>"$2/etc/apt/sources.list"
            cp /etc/resolv.conf "$2/etc/resolv.conf"
            mkdir -p "$2/srv" && cp -r "$3" "$2/srv/app"
            """, "bash", folder, root, Path.Combine(old.Folder, "app")], bound: Bound);
        Assert.SkipWhen(ended.Code != 0, $"Debian cannot be installed here: {ended.Err.TrimEnd().Split('\n')[^1]}");
    }

    private static void Do(JsonElement action, string root)
    {
        var command = Text(action, "command")!;
        if (Text(action, "manager") == "npm") OldApplication.Npm(Path.Combine(root, "srv/app"), command);
        else
        {
            Assert.Equal("apt", Text(action, "manager"));
            Run.Program("chroot", [root, "sh", "-c", command], new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive", ["LC_ALL"] = "C.UTF-8" }, Bound).Expect(0);
        }
    }

    private JsonElement Scan(string root) => JsonDocument.Parse(Run.Program(Run.Cli, ["scan", $"rootfs:{root}", "--offline", "--format", "json"], old.Environment).Expect(0, 3).Out).RootElement;

    private static HashSet<(string Id, string Package)> Keys(JsonElement findings, string id) => [.. findings.EnumerateArray().Select(finding => (Text(finding, id)!, Text(finding, "package")!))];

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
