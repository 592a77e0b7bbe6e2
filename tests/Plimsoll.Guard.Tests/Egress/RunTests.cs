using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Containers;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Tests.Egress;

/// <summary>The engines' command line, taken apart and put together again; rules and programs for the kernel, which itself says whether they are right.</summary>
public sealed class RunTests
{
    private static readonly string[] anyWords = ["docker", "podman", "run", "container", "--", "-", "-it", "-e", "-eA", "-p", "--rm", "--rm=x", "--name", "--name=", "--host", "-H", "--help", "-v", ":", "::", "/x:/y", "--mount", "type=bind", "--publish=:", "-p:", "--add-host", "=", "--cap-add=", "image"];

    private static RunPlan Plan(params string[] words) => RunPlan.Of(RunArguments.Parse(words), "id", "/run/x");

    private static string Refusal(params string[] words) => Assert.Throws<PlimsollException>(() => Plan(words)).Message;

    [Fact]
    public void Options_are_read_as_the_engines_read_them()
    {
        var parsed = RunArguments.Parse(["/usr/bin/docker", "--host", "unix:///x", "-D", "container", "run", "-itv", "a:/b", "--rm", "--name=n", "-e=A=1", "-eB=2", "-p80:80", "--env", "C=--privileged", "--init=false", "image", "--privileged", "-p", "1"]);
        Assert.Equal(["/usr/bin/docker", "--host", "unix:///x", "-D"], parsed.Engine);
        Assert.Equal(["interactive=true", "tty=true", "volume=a:/b", "rm=true", "name=n", "env=A=1", "env=B=2", "publish=80:80", "env=C=--privileged", "init=false"], parsed.Options.Select(given => $"{given.Option.Name}={given.Value}"));
        Assert.Equal(["image", "--privileged", "-p", "1"], parsed.Rest);
        Assert.Equal(["image", "-x"], RunArguments.Parse(["podman", "run", "--", "image", "-x"]).Rest);
    }

    [Fact]
    public void The_application_has_its_options_and_none_of_the_network()
    {
        var docker = Plan("docker", "run", "-it", "-p", "127.0.0.1:8080:80/tcp", "-p", "443", "-p", "[::1]:1:2", "--hostname", "shop", "--dns", "192.0.2.53", "--dns-search", "corp.test", "--dns-option", "ndots:1", "--add-host", "db:192.0.2.7", "-v", "data:/data", "image", "word");
        Assert.Equal(["docker", "run", "--network", "container:plimsoll-guard-id", "--label", "plimsoll.guard=id", "--volume", "/run/x/resolv.conf:/etc/resolv.conf:ro", "--volume", "/run/x/hosts:/etc/hosts:ro", "--volume", "/run/x/authority.pem:/etc/plimsoll/authority.pem:ro", "--interactive=true", "--tty=true", "--volume=data:/data", "image", "word"], docker.ApplicationWords);
        Assert.Equal(["127.0.0.1:8080:80", "0.0.0.0:0:443", "[::1]:1:2"], docker.Ports.Select(port => port.ToString()));
        Assert.All(docker.Ports, port => Assert.Equal(port, PublishedPort.Parse(port.ToString())));
        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.53"), 53)], docker.NameServers);
        Assert.Equal("nameserver 192.0.0.53\nsearch corp.test\noptions ndots:1\n", docker.ResolvConf);
        Assert.EndsWith("192.0.0.8\tshop\n192.0.2.7\tdb\n", docker.Hosts, StringComparison.Ordinal);
        Assert.Contains("--hostname", docker.HolderWords("i", "t"));
        var networks = Plan("docker", "run", "--network", "shop", "--net=shop_2", "--network", "shop", "image");
        Assert.Equal(["shop", "shop_2"], networks.Networks);
        Assert.Equal("container:plimsoll-guard-id", networks.ApplicationWords.SkipWhile(word => word != "--network").ElementAt(1));
        Assert.Single(networks.ApplicationWords, word => word.StartsWith("--net", StringComparison.Ordinal));
        var podman = Plan("podman", "run", "--hostname", "shop", "image");
        Assert.Contains("--hostname=shop", podman.ApplicationWords);
        Assert.DoesNotContain("--hostname", podman.HolderWords("i", "t"));
        Assert.Contains("ns:/run/x/netns", podman.ApplicationWords);
    }

    [Theory]
    [InlineData("--privileged")]
    [InlineData("--network host")]
    [InlineData("--net=bridge")]
    [InlineData("--network container:other")]
    [InlineData("--network ns:/proc/1/ns/net")]
    [InlineData("--network shop:alias=db")]
    [InlineData("--cap-add NET_ADMIN")]
    [InlineData("--cap-add cap_sys_admin")]
    [InlineData("--cap-add ALL")]
    [InlineData("--cap-add NET_RAW,SYS_PTRACE")]
    [InlineData("--pid host")]
    [InlineData("--pid container:other")]
    [InlineData("--ipc host")]
    [InlineData("--uts host")]
    [InlineData("--userns container:other")]
    [InlineData("-d")]
    [InlineData("-itd")]
    [InlineData("-P")]
    [InlineData("-p 80:80/udp")]
    [InlineData("-p 80-90:80-90")]
    [InlineData("-v /:/host")]
    [InlineData("-v /var/run/docker.sock:/s")]
    [InlineData("-v /run:/r:ro")]
    [InlineData("-v /var:/v:ro")]
    [InlineData("-v /proc/1:/p")]
    [InlineData("-v /usr/../proc:/p")]
    [InlineData("-v /etc:/e")]
    [InlineData("-v x:/etc/resolv.conf")]
    [InlineData("--mount type=bind,source=/dev,target=/d")]
    [InlineData("--mount type=volume,source=x,target=/d,volume-opt=device=/")]
    [InlineData("--device /dev/sda")]
    [InlineData("--device /dev/mem:/dev/null")]
    [InlineData("--sysctl net.ipv4.ip_forward=1")]
    [InlineData("--security-opt systempaths=unconfined")]
    [InlineData("--restart always")]
    [InlineData("--add-host x:host-gateway")]
    [InlineData("--dns x")]
    [InlineData("--no-such-option")]
    [InlineData("-y")]
    public void What_would_undo_the_guard_is_refused_with_a_sentence(string option)
    {
        var message = Refusal(["docker", "run", .. option.Split(' '), "image"]);
        Assert.StartsWith("The container cannot be run with a guard: ", message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--privileged=false")]
    [InlineData("--cap-add NET_RAW")]
    [InlineData("--cap-drop ALL")]
    [InlineData("-v /etc/ssl:/etc/ssl:ro")]
    [InlineData("-v /etc:/host-etc:ro")]
    [InlineData("-v /srv/data:/data")]
    [InlineData("-v name:/data")]
    [InlineData("--mount type=bind,source=/srv,target=/d")]
    [InlineData("--device /dev/fuse")]
    [InlineData("--restart no")]
    [InlineData("--security-opt no-new-privileges")]
    [InlineData("--userns keep-id")]
    public void What_leaves_the_guard_alone_passes(string option) => Assert.Equal("image", Plan(["docker", "run", .. option.Split(' '), "image"]).ApplicationWords.Last());

    [Fact]
    public void Containers_are_known_by_the_names_that_their_engine_gives_them()
    {
        var names = new Dictionary<string, HashSet<IPAddress>>();
        foreach (var line in (string[])
        [
            "\"/shop-db-1\" {\"shop\":{\"Aliases\":[\"db\",\"DB\"],\"IPAddress\":\"172.18.0.2\",\"GlobalIPv6Address\":\"fd00::2\"},\"other\":{\"Aliases\":[\"elsewhere\"],\"IPAddress\":\"172.19.0.2\"}}",
            "\"two\" {\"shop\":{\"Aliases\":null,\"DNSNames\":[\"db\"],\"IPAddress\":\"172.18.0.3\",\"GlobalIPv6Address\":\"\"}}", "", "\"/cut\" {\"shop\":{\"IPAd", "\"/odd\" [1]", "\"/odd\" {\"shop\":{\"IPAddress\":7}}",
        ]) EngineNames.Add(names, "shop", line);
        Assert.Equal(["db: 172.18.0.2 172.18.0.3 fd00::2", "db.shop: 172.18.0.2 172.18.0.3 fd00::2", "shop-db-1: 172.18.0.2 fd00::2", "shop-db-1.shop: 172.18.0.2 fd00::2", "two: 172.18.0.3", "two.shop: 172.18.0.3"],
            names.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {string.Join(' ', one.Value.Select(address => $"{address}").Order(StringComparer.Ordinal))}"));
    }

    [Fact]
    public void A_link_does_not_hide_what_is_mounted()
    {
        var folder = Directory.CreateTempSubdirectory("guard-run-").FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/proc");
        Assert.Contains("has the kernel", Refusal("docker", "run", "-v", $"{folder}/link/sys:/x", "image"), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Any_words_are_taken_apart_or_refused() => Gen.Int[0, anyWords.Length - 1].Select(i => anyWords[i]).Array[0, 8].Sample(words =>
    {
        try
        {
            Assert.NotEmpty(Plan(words).ApplicationWords);
        }
        catch (PlimsollException refused)
        {
            Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
        }
    }, iter: 5_000);

    /// <summary>Every option of the engines that are installed is known: a new one would be refused, which a user should learn from us and not in production.</summary>
    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task Every_option_of_the_engine_is_known(string engine)
    {
        Assert.SkipUnless(((string[])["/usr/bin", "/usr/local/bin"]).Any(folder => File.Exists(Path.Combine(folder, engine))), $"{engine} is not installed");
        using var help = Process.Start(new ProcessStartInfo(engine, ["run", "--help"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var unknown = new List<string>();
        foreach (var line in (await help.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = Array.FindIndex(words, word => word.StartsWith("--", StringComparison.Ordinal));
            if (at is not (0 or 1) || (at == 1 && !words[0].EndsWith(','))) continue;
            var option = RunOption.Find(words[at][2..]);
            if (option is null) unknown.Add(words[at]);
            // A kind of value stands one blank behind the name, the description at least two.
            else if (words.Length > at + 1 && line[(line.IndexOf(words[at], StringComparison.Ordinal) + words[at].Length)..] is [' ', not ' ', ..] != option.TakesValue && !option.TakesValue) unknown.Add($"{words[at]} takes a value");
            if (at == 1 && RunOption.Find(words[0][1]) != option) unknown.Add(words[0]);
        }
        Assert.Empty(unknown);
    }

    [Fact]
    public void The_kernel_takes_the_rules_of_every_mode()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/nft"), "nftables is not installed");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make a network namespace");
        var profile = new Profile
        {
            Egress =
            [
                new() { Network = IPNetwork.Parse("10.0.0.0/8"), Ports = [new(443, 443), new(80, 90), new(85, 95)] }, new() { Network = IPNetwork.Parse("10.1.0.0/16"), Ports = [new(443, 443)] },
                new() { Network = IPNetwork.Parse("2001:db8::/32"), Ports = [new(1, 65_535)] }, new() { Name = "db.test", Ports = [new(5432, 5432)] }, new() { Network = IPNetwork.Parse("0.0.0.0/0"), Ports = [new(8443, 8443)] },
                new() { Name = "ntp.test", Ports = [new(123, 123)], Protocol = EgressRule.Datagrams }, new() { Network = IPNetwork.Parse("2001:db8::/32"), Ports = [new(54, 65_535)], Protocol = EgressRule.Datagrams },
            ],
            Limits = new() { BytesPerSecond = 1L << 40, PacketsPerSecond = 100_000_000, Connections = 1_000_000, ConnectionsPerSecond = 1_000_000, QuestionsPerSecond = 1 },
        };
        foreach (var ports in (GuardPorts[])[new(1001, 1002, 1003, 1004, 1005, 1006), new(1001, 0, 1003, 0, 1005), new(1001, 1002, 1003, 1004)])
        {
            foreach (var mode in Enum.GetValues<ProfileMode>())
            {
                var script = Ruleset.Closed + Ruleset.Of(profile with { Mode = mode }, ports) + Ruleset.Of(profile with { Mode = mode }, ports) + Ruleset.Add([(3, IPAddress.Parse("192.0.2.1")), (3, IPAddress.Parse("2001:db8::1"))]);
                using var nft = Process.Start(new ProcessStartInfo("unshare", ["--net", "nft", "-f", "-"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true })!;
                nft.StandardInput.Write(script);
                nft.StandardInput.Close();
                Assert.Equal("", nft.StandardError.ReadToEnd());
            }
        }
    }

    [Fact]
    public void The_holder_runs_and_waits()
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "the program for other processors is not run here");
        var folder = Directory.CreateTempSubdirectory("guard-holder-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "hold"), HolderImage.Elf(Architecture.X64));
        File.SetUnixFileMode(Path.Combine(folder, "hold"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var holder = Process.Start(Path.Combine(folder, "hold"));
        Assert.False(holder.WaitForExit(300));
        holder.Kill();
        holder.WaitForExit();
        Assert.Equal(128 + 9, holder.ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Packets_are_summed_up_whatever_they_are()
    {
        byte[] udp = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 0, 8, 192, 0, 2, 1, 1, 2, 0x27, 0x0F];
        Assert.True(PacketSummary.TryRead(udp, out var summary));
        Assert.Equal(("udp", "192.0.2.1:9999"), (summary.Protocol, summary.To.ToString()));
        Assert.False(PacketSummary.TryRead(udp.AsSpan(0, 19), out _));
        byte[] message = [0x34, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 71, 4 + 24, 0, 9, 0, .. udp, 4, 0, 10, 0];
        var told = new List<string>();
        RefusedPackets.Read(message, (prefix, packet) => told.Add($"{prefix} {packet.To}"));
        Assert.Equal([" 192.0.2.1:9999"], told);
        Gen.Select(Gen.Int[0, message.Length - 1], Gen.Byte, Gen.Int[0, message.Length]).Sample((at, value, length) =>
        {
            var damaged = message.ToArray();
            damaged[at] = value;
            RefusedPackets.Read(damaged.AsSpan(0, length), (_, packet) => Assert.InRange(packet.To.Port, 0, 65_535));
        }, iter: 20_000);
    }
}
