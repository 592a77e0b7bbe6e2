using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests.GuardRun;

public sealed class DockerGuardRunTests(DockerMachine machine) : GuardRunTests(machine), IClassFixture<DockerMachine>
{
    [Fact]
    public void Statements_are_learned_and_then_others_refused_encrypted_or_not()
    {
        using var server = new PostgresOfMachine(Machine);
        const string libraries = "--volume /usr:/usr:ro --volume /lib:/lib:ro --volume /lib64:/lib64:ro --name shop";
        string Ask(string statement) => $"{PostgresOfMachine.Programs}psql -h {Machine.Forbidden} -p {PostgresOfMachine.Port} -U web -d postgres -AtX -c '{statement}'";
        var learned = Machine.Guarded($"--profile {Folder.At("web.yaml")} --mode learn", libraries, Ask("select 20 + 1"));
        Assert.Equal(["21"], learned.Expect(0).Lines);
        foreach (var sentence in (string[])[
            "1 connection to 1 destination, 1 new and 1 of these seen only once; 0 connections and ", "too few to say how often a connection to a new destination will come",
            "1 statement learned: ", "1 statement of 1 shape, 1 new and 1 of these seen only once; 0 statements and ", "too few to say how often a statement of a new shape will come",
        ]) Assert.Contains($"plimsoll: {sentence}", learned.Err, StringComparison.Ordinal);
        var profile = File.ReadAllText(Folder.At("web.yaml"));
        Assert.Contains($"- {{address: {Machine.Forbidden}, ports: [{PostgresOfMachine.Port}], protocol: postgres}}", profile, StringComparison.Ordinal);
        Assert.Contains("text: \"select ? + ?\"", profile, StringComparison.Ordinal);
        var enforced = Machine.Guarded($"--profile {Folder.At("web.yaml")} --events {Folder.At("events.jsonl")}", libraries, $"{Ask("select 40 + 2")}; {Ask("select current_user")}; {Ask("select * from pg_shadow")}");
        Assert.Equal(["42"], enforced.Lines);
        Assert.Contains("ERROR:  plimsoll: this statement is not in the profile of database postgres, user web, application psql", enforced.Err, StringComparison.Ordinal);
        Assert.Equal(["statement-known-bad select * from pg_shadow", "statement-unknown select current_user"], Events.Where(one => one.GetProperty("decision").GetString() == "refused").Select(one =>
        {
            Assert.Equal(("shop", "postgres", Machine.Forbidden), (one.GetProperty("container").GetString(), one.GetProperty("protocol").GetString(), one.GetProperty("address").GetString()));
            return $"{one.GetProperty("reason").GetString()} {one.GetProperty("statement").GetString()}";
        }).Order());
        // A client that insists on TLS and verifies sees the run's own authority, and what it asks is judged too.
        File.WriteAllText(Folder.At("web.yaml"), profile.Replace("protocol: postgres}", "protocol: postgres, offer-tls: true}", StringComparison.Ordinal));
        var encrypted = Machine.Guarded($"--profile {Folder.At("web.yaml")}", $"{libraries} --env PGSSLMODE=verify-full --env PGSSLROOTCERT=/etc/plimsoll/authority.pem", $"{Ask("select 1 + 2")}; {Ask("select current_user")}; busybox ls /etc/plimsoll");
        Assert.Equal(["3", "authority.pem"], encrypted.Lines);
        Assert.Contains("ERROR:  plimsoll: this statement is not in the profile", encrypted.Err, StringComparison.Ordinal);
        NothingIsLeft();
    }
}

public sealed class PodmanGuardRunTests(PodmanMachine machine) : GuardRunTests(machine), IClassFixture<PodmanMachine>;

/// <summary>`plimsoll guard run` with a real engine: what a container reaches, and what it cannot do about that as root.</summary>
public abstract class GuardRunTests : IDisposable
{
    private readonly Machine machine;
    private readonly TemporaryFolder folder = new();

    private protected Machine Machine => machine;
    private protected TemporaryFolder Folder => folder;

    protected GuardRunTests(Machine machine)
    {
        Assert.SkipWhen(machine.SkipReason is not null, machine.SkipReason ?? "");
        this.machine = machine;
        machine.ForgetConnections();
    }

    public void Dispose()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private string Profile(string egress, string more = "")
    {
        File.WriteAllText(folder.At("web.yaml"), $"schema: plimsoll/profile/1\nname-servers: [{Machine.NameServer}]\n{more}egress:\n{egress}");
        return $"--profile {folder.At("web.yaml")} --events {folder.At("events.jsonl")}";
    }

    private protected List<JsonElement> Events => File.Exists(folder.At("events.jsonl")) ? [.. File.ReadLines(folder.At("events.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)] : [];

    private IEnumerable<string> Told => Events.Select(one => string.Join(' ', ((string[])["decision", "reason", "protocol", "name", "address", "port", "detail"]).Select(key => one.TryGetProperty(key, out var value) ? value.ToString() : "-")));

    [Fact]
    public void Only_what_the_profile_has_is_reached_and_the_rest_is_refused_at_once()
    {
        var ended = machine.Guarded(Profile($"  - {{address: {Machine.Allowed}, ports: [80]}}\n"), "", $"""
            echo allowed: $(nc -w 60 {Machine.Allowed} 80 </dev/null)
            echo other port: $(nc -w 60 {Machine.Allowed} 5432 </dev/null 2>&1)
            echo other address: $(nc -w 60 {Machine.Forbidden} 80 </dev/null 2>&1)
            exit 42
            """);
        Assert.Equal(42, ended.Code);
        Assert.Equal([$"allowed: hello from {Machine.Allowed}:80", $"other port: nc: can't connect to remote host ({Machine.Allowed}): Connection refused", $"other address: nc: can't connect to remote host ({Machine.Forbidden}): Connection refused"], ended.Lines);
        Assert.Equal([$"{Machine.Allowed}:80"], machine.Connections);
        Assert.Equal([$"forwarded - tcp - {Machine.Allowed} 80 -", $"refused destination-unknown tcp - {Machine.Allowed} 5432 -", $"refused destination-unknown tcp - {Machine.Forbidden} 80 -"], Told.Order());
        Assert.Equal($"egress: [{{address: {Machine.Forbidden}, ports: [80]}}]", Events.Single(one => one.TryGetProperty("address", out var address) && address.GetString() == Machine.Forbidden).GetProperty("exception")[0].GetString());
        Assert.Contains($"plimsoll: refused tcp {Machine.Forbidden}:80: destination-unknown", ended.Err, StringComparison.Ordinal);
        Assert.Equal($"{{address: {Machine.Allowed}, ports: [5432]}}\n{{address: {Machine.Forbidden}, ports: [80]}}\n", Run.Plimsoll("guard", "profile", "accept", folder.At("web.yaml")).Expect(0).Out);
        NothingIsLeft();
    }

    [Fact]
    public void A_container_of_an_instant_reaches_nothing()
    {
        for (var i = 0; i < 3; i++) machine.Guarded("", "", $"nc -w 1 {Machine.Allowed} 80 </dev/null; nc -w 1 {Machine.Forbidden} 5432 </dev/null").Expect(1);
        Assert.Empty(machine.Connections);
        NothingIsLeft();
    }

    [Fact]
    public void A_container_that_stays_keeps_nothing_of_the_guard_and_cannot_be_started_without_it()
    {
        machine.Shell($"\"$1\" guard run --state {machine.State} -- {machine.Command} run --name kept {Machine.Image} /bin/sh -c 'nc -w 60 {Machine.Allowed} 80 </dev/null'", Run.Cli).Expect(1);
        Assert.Empty(Directory.GetDirectories(Path.Combine(machine.State, "guard")));
        Assert.NotEqual(0, machine.Shell($"{machine.Command} start --attach kept").Code);
        Assert.Empty(machine.Connections);
        machine.Shell($"{machine.Command} rm --force kept");
        NothingIsLeft();
    }

    [Fact]
    public void Names_are_looked_up_by_the_guard_and_pin_addresses()
    {
        var ended = machine.Guarded(Profile("  - {name: db.shop.test, ports: [5432]}\n  - {name: \"*.many.test\", ports: [80]}\n  - {name: inside.test, ports: [22]}\n"), "", $"""
            echo before: $(nc -w 60 {Machine.Allowed} 5432 </dev/null 2>&1)
            echo by name: $(nc -w 60 db.shop.test 5432 </dev/null)
            echo by address: $(nc -w 60 {Machine.Allowed} 5432 </dev/null)
            echo by wildcard: $(nc -w 60 a.many.test 80 </dev/null)
            echo unknown: $(nslookup -type=a other.test 2>&1 | busybox grep -c REFUSED)
            echo text: $(nslookup -type=txt db.shop.test 2>&1 | busybox grep -c REFUSED)
            echo elsewhere: $(nslookup -type=a other.test {Machine.NameServer} 2>&1 | busybox grep -c REFUSED)
            echo loopback: $(nc -w 60 inside.test 22 </dev/null 2>&1)
            nslookup -type=a dGhpcyBpcyBhIHNlY3JldCB0aGF0IGxlYXZlcyBieSBuYW1lIGFuZCBpcyBs.b25nLCBtdWNoIHRvbyBsb25n.many.test >/dev/null 2>&1
            """);
        Assert.Equal([
            $"before: nc: can't connect to remote host ({Machine.Allowed}): Connection refused", $"by name: hello from {Machine.Allowed}:5432", $"by address: hello from {Machine.Allowed}:5432", $"by wildcard: hello from {Machine.Allowed}:80",
            "unknown: 1", "text: 1", "elsewhere: 1", "loopback: nc: bad address 'inside.test'",
        ], ended.Lines);
        Assert.Contains("refused name-unknown dns other.test - - A", Told);
        Assert.Contains("refused name-type dns db.shop.test - - TXT", Told);
        Assert.Contains("refused name-address dns inside.test - - A", Told);
        Assert.Contains(Told, told => told.StartsWith("refused name-tunnel dns", StringComparison.Ordinal));
        Assert.Contains($"forwarded - tcp db.shop.test {Machine.Allowed} 5432 -", Told);
    }

    [Fact]
    public void Containers_of_a_network_are_known_by_their_names_and_no_others()
    {
        var made = machine.Shell($"{machine.Command} network create shop-net");
        Assert.SkipUnless(made.Code == 0, $"the engine makes no network here: {made.All}");
        foreach (var (name, options) in (ReadOnlySpan<(string, string)>)[("shop-db-1", "--network-alias db"), ("other", "")])
            machine.Shell($"{machine.Command} run --detach --name {name} --network shop-net {options} {Machine.Image} sh -c 'while true; do echo hello from {name} | nc -l -p 5432; done'").Expect(0);
        var ended = machine.Guarded(Profile("  - {name: db, ports: [5432]}\n"), "--network shop-net", """
            for try in $(seq 60); do answer=$(nc -w 5 db 5432 </dev/null) && break; sleep 1; done; echo $answer
            nslookup -type=a other 2>&1 | busybox grep -c REFUSED
            """);
        machine.Shell($"{machine.Command} rm --force shop-db-1 other; {machine.Command} network rm shop-net");
        Assert.Equal(["hello from shop-db-1", "1"], ended.Lines);
        Assert.Contains("refused name-unknown dns other - - A", Told);
        var refused = machine.Guarded("", "--network shop-net", "true").Expect(2);
        Assert.Contains("the engine does not know the network `shop-net`", refused.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_in_the_container_changes_nothing()
    {
        var nft = Run.Shell("command -v nft").Out.Trim();
        Assert.NotEmpty(nft);
        var ended = machine.Guarded(Profile($"  - {{address: {Machine.Allowed}, ports: [80]}}\n"), "--volume /usr:/usr:ro --volume /lib:/lib:ro --volume /lib64:/lib64:ro", $"""
            echo user: $(id -u)
            {nft} flush ruleset 2>&1 | busybox grep -c 'not permitted'
            {nft} list ruleset 2>&1 | busybox grep -c 'not permitted'
            for words in 'link add eth0 type veth' 'addr add 203.0.113.1/24 dev lo' 'route del default' 'link set lo down'; do ip $words 2>&1 | busybox grep -ci 'not permitted'; done
            nsenter --net=/proc/1/ns/net true 2>&1 | busybox grep -c 'not permitted'
            unshare --net true 2>&1 | busybox grep -c 'not permitted'
            mount -t proc proc /proc 2>&1 | busybox grep -ciE 'denied|not permitted'
            mount -t sysfs sysfs /sys 2>&1 | busybox grep -ciE 'denied|not permitted'
            echo 1 2>/dev/null > /proc/sys/net/ipv4/ip_forward && echo written
            echo processes: $(cat /proc/[0-9]*/comm | busybox grep -c 'hold\|plimsoll')
            kill -9 -1 2>/dev/null
            echo forbidden: $(nc -w 60 {Machine.Forbidden} 80 </dev/null 2>&1)
            for port in $(cat /proc/net/tcp | while read a local b state c; do case $local in 0100007F:*) echo $((0x$(echo $local | busybox cut -d: -f2)));; esac; done); do nc -w 1 127.0.0.1 $port </dev/null && echo answered; done
            echo allowed: $(nc -w 60 {Machine.Allowed} 80 </dev/null)
            """);
        Assert.Equal("user: 0", ended.Lines[0]);
        Assert.DoesNotContain("0", ended.Lines[1..^2]);
        Assert.DoesNotContain("written", ended.Lines);
        Assert.DoesNotContain("answered", ended.Lines);
        Assert.Contains("processes: 0", ended.Lines);
        Assert.Equal([$"forbidden: nc: can't connect to remote host ({Machine.Forbidden}): Connection refused", $"allowed: hello from {Machine.Allowed}:80"], ended.Lines[^2..]);
        Assert.DoesNotContain(machine.Connections, connection => connection.StartsWith(Machine.Forbidden, StringComparison.Ordinal));
    }

    [Fact]
    public void Datagrams_pass_where_they_may_and_others_and_echo_requests_are_refused_and_told()
    {
        machine.Guarded(Profile($"  - {{address: {Machine.Allowed}, ports: [9999], protocol: udp}}\n  - {{address: {Machine.Forbidden}, ports: [9999]}}\n"), "", $"for address in {Machine.Forbidden} {Machine.Allowed}; do busybox timeout 3 busybox tftp -g -r x $address 9999 2>/dev/null; done; ping -c 1 -W 1 {Machine.Allowed} >/dev/null 2>&1; true").Expect(0);
        Assert.Contains($"forwarded - udp - {Machine.Allowed} 9999 -", Told);
        Assert.Contains($"refused destination-unknown udp - {Machine.Forbidden} 9999 -", Told);
        Assert.Contains($"refused protocol-unforwarded icmp - {Machine.Allowed} - -", Told);
        Assert.Equal([$"{Machine.Allowed}:9999/udp"], machine.Connections.Distinct());
    }

    [Fact]
    public void A_flood_stays_within_the_limits()
    {
        machine.Guarded(Profile("  - {address: 198.51.100.0/24, ports: [80]}\n", "limits:\n  connections-per-second: 1\n  destinations-per-minute: 20\n"), "", $"for i in $(seq 60); do nc -w 1 {Machine.Forbidden} 80 </dev/null >/dev/null 2>&1 & done; sleep 3; true").Expect(0);
        Assert.Contains(Told, told => told.StartsWith("refused connection-rate tcp", StringComparison.Ordinal) || told.StartsWith("refused kernel-floor tcp", StringComparison.Ordinal));
        Assert.InRange(machine.Connections.Length, 1, 40);
    }

    [Fact]
    public void A_killed_guard_closes_the_container_and_another_takes_its_place()
    {
        using var run = machine.Begin(Profile($"  - {{name: db.shop.test, ports: [5432]}}\n"), "--name survivor", "echo first: $(nc -w 60 db.shop.test 5432 </dev/null); while ! test -e /tmp/go; do sleep 0.1; nc -w 5 198.51.100.1 5432 </dev/null >/dev/null 2>&1 && echo ok; done; exit 0");
        Assert.True(Tools.Eventually(() => run.Out.Contains("ok", StringComparison.Ordinal) || run.HasEnded, 60), run.Out + run.Err);
        Assert.Contains("first: hello", run.Out, StringComparison.Ordinal);
        var worker = run.Worker();
        Assert.NotEqual(0, worker);
        Run.Shell("kill -STOP \"$1\"; kill -KILL \"$1\"", $"{worker}");
        Assert.True(Tools.Eventually(() => run.Worker() is not 0 and var next && next != worker, 60), run.Err);
        Assert.Contains("the container is closed until the next one serves", run.Err, StringComparison.Ordinal);
        var before = run.Out.Length;
        // By the address that the container knows from before: the new guard has looked the name up.
        Assert.True(Tools.Eventually(() => run.Out.Length > before, 60), run.Out + run.Err);
        machine.Shell($"{machine.Command} exec survivor /bin/sh -c 'echo > /tmp/go'").Expect(0);
        Assert.Equal(0, run.Wait());
        NothingIsLeft();
        Assert.DoesNotContain(machine.Connections, connection => connection.StartsWith(Machine.Forbidden, StringComparison.Ordinal));
    }

    [Fact]
    public void A_killed_supervisor_leaves_a_closed_container_which_cleanup_names()
    {
        using var run = machine.Begin(Profile($"  - {{address: {Machine.Allowed}, ports: [80]}}\n"), "--name orphan", $"while true; do nc -w 1 {Machine.Allowed} 80 </dev/null; sleep 0.2; done");
        Assert.True(Tools.Eventually(() => run.Out.Contains("hello", StringComparison.Ordinal) || run.HasEnded, 60), run.Out + run.Err);
        Run.Shell("kill -KILL \"$1\"", $"{run.Supervisor}");
        Assert.True(Tools.Eventually(() => machine.Shell($"pgrep -f 'serve-ru[n] {run.StateFolder}'").Code != 0, 30));
        machine.ForgetConnections();
        var inside = machine.Shell($"{machine.Command} exec orphan /bin/sh -c 'nc -w 60 {Machine.Allowed} 80 </dev/null'");
        Assert.DoesNotContain("hello", inside.Out, StringComparison.Ordinal);
        Assert.Empty(machine.Connections);
        var cleaned = machine.Shell($"\"$1\" guard cleanup --state {machine.State}", Run.Cli).Expect(0);
        Assert.Contains("still runs, closed", cleaned.Out, StringComparison.Ordinal);
        Assert.Contains("removed what the run", cleaned.Out, StringComparison.Ordinal);
        machine.Shell($"{machine.Command} rm --force orphan");
        NothingIsLeft();
    }

    [Fact]
    public void Published_ports_lead_into_the_container()
    {
        using var run = machine.Begin("", "--name page --publish 198.51.100.1:8088:80 --hostname shop --add-host db:192.0.2.7", "mkdir /tmp/www; echo page of $(hostname) > /tmp/www/index.html; echo $(busybox grep -c 192.0.2.7 /etc/hosts) up; httpd -f -p 80 -h /tmp/www");
        Assert.True(Tools.Eventually(() => run.Out.Contains("1 up", StringComparison.Ordinal) || run.HasEnded, 60), run.Out + run.Err);
        Assert.True(Tools.Eventually(() => machine.Shell("busybox wget -q -O - http://198.51.100.1:8088/").Out == "page of shop\n", 30), run.Err);
        machine.Shell($"{machine.Command} kill --signal KILL page").Expect(0);
        Assert.Equal(128 + 9, run.Wait());
        NothingIsLeft();
    }

    [Fact]
    public void What_was_learned_passes_in_enforce_mode()
    {
        var profile = $"--profile {folder.At("web.yaml")}";
        var script = $"nc -w 60 db.shop.test 5432 </dev/null && nc -w 60 {Machine.Forbidden} 80 </dev/null";
        machine.Guarded($"{profile} --mode learn", $"--dns {Machine.NameServer}", script).Expect(0);
        Assert.Contains("{name: db.shop.test, ports: [5432]}", File.ReadAllText(folder.At("web.yaml")), StringComparison.Ordinal);
        machine.ForgetConnections();
        var enforced = machine.Guarded($"{profile} --events {folder.At("events.jsonl")}", $"--dns {Machine.NameServer}", script + $"; nc -w 60 {Machine.Forbidden} 5432 </dev/null").Expect(1);
        Assert.Equal([$"{Machine.Allowed}:5432", $"{Machine.Forbidden}:80"], machine.Connections);
        Assert.Equal(2, enforced.Lines.Length);
        Assert.Equal([$"refused destination-unknown tcp - {Machine.Forbidden} 5432 -"], Told.Where(told => !told.StartsWith("forwarded", StringComparison.Ordinal)));
        var detected = machine.Guarded($"{profile} --mode detect --events {folder.At("detected.jsonl")}", $"--dns {Machine.NameServer}", $"nc -w 60 {Machine.Forbidden} 5432 </dev/null").Expect(0);
        Assert.Equal([$"hello from {Machine.Forbidden}:5432"], detected.Lines);
        Assert.Contains("\"decision\":\"detected\",\"reason\":\"destination-unknown\"", File.ReadAllText(folder.At("detected.jsonl")), StringComparison.Ordinal);
        Assert.Equal($"{{address: {Machine.Forbidden}, ports: [5432]}}\n", Run.Plimsoll("guard", "profile", "accept", folder.At("web.yaml"), $"{Machine.Forbidden}:5432").Expect(0).Out);
        Assert.Contains("ports: [80, 5432]", File.ReadAllText(folder.At("web.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_undo_the_guard_is_refused_before_anything_is_started()
    {
        var ended = machine.Guarded("", "--privileged", "true").Expect(2);
        Assert.Contains("`--privileged` does not go with it: it lets the container change the guard's rules", ended.Err, StringComparison.Ordinal);
        Assert.Contains("the option `--no-such` is not known here", machine.Guarded("", "--no-such", "true").Expect(2).Err, StringComparison.Ordinal);
        NothingIsLeft();
    }

    [Fact]
    public void The_examples_of_the_documentation_run()
    {
        Profile("  - {address: 192.0.2.1, ports: [1]}\n");
        File.Copy(folder.At("web.yaml"), folder.At("other.yaml"));
        File.WriteAllText(folder.At("web.candidates.yaml"), "schema: plimsoll/profile/1\negress: [{name: mail.example.com, ports: [587]}, {name: ntp.example.com, ports: [\"1-65535\"]}]\n");
        var examples = File.ReadLines(Path.Combine(Run.Repository, "docs/guard-run.md")).Where(line => line.StartsWith("$ plimsoll ", StringComparison.Ordinal)).ToList();
        Assert.True(examples.Count >= 7);
        foreach (var example in examples)
        {
            var words = example["$ plimsoll ".Length..].Replace(" -- docker run", $" --state {machine.State} -- {machine.Command} run", StringComparison.Ordinal).Replace(" -- podman run", $" --state {machine.State} -- {machine.Command} run", StringComparison.Ordinal).Replace(" cleanup", $" cleanup --state {machine.State}", StringComparison.Ordinal);
            if (words.Contains(" run ", StringComparison.Ordinal)) words = words.EndsWith(" sh", StringComparison.Ordinal) ? words.Replace(" shop sh", $" {Machine.Image} sh", StringComparison.Ordinal) : words.Replace(" shop", $" {Machine.Image} true", StringComparison.Ordinal);
            var ended = machine.Shell($"cd {folder.Path} && \"$1\" {words}", Run.Cli);
            Assert.True(ended.Code == 0, $"{example}: {ended.All}");
        }
        Assert.Contains("mail.example.com", File.ReadAllText(folder.At("web.yaml")), StringComparison.Ordinal);
        Assert.Contains("{name: ntp.example.com, ports: [123], protocol: udp}", File.ReadAllText(folder.At("web.yaml")), StringComparison.Ordinal);
    }

    /// <summary>No container, no folder.</summary>
    private protected void NothingIsLeft()
    {
        // Podman removes a container that was killed a moment after its command line has ended.
        Assert.True(Tools.Eventually(() => machine.Shell($"{machine.Command} ps --all --quiet --filter label=plimsoll.guard").Out.Length == 0, 60), machine.Shell($"{machine.Command} ps --all").Out);
        var runs = Path.Combine(machine.State, "guard");
        if (Directory.Exists(runs)) Assert.Empty(Directory.GetDirectories(runs));
    }
}
