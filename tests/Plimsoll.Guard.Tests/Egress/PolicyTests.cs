using System.Net;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Tests.Configuration;

namespace Plimsoll.Guard.Tests.Egress;

public sealed class PolicyTests : IDisposable
{
    private readonly ConfigFolder folder = new();
    private readonly Clock clock = new();

    public void Dispose() => folder.Dispose();

    private Profile Read(string egress) => ProfileFile.Read(folder.Write("p.yaml", $"schema: plimsoll/profile/1\negress:\n{egress}"));

    [Fact]
    public void Addresses_pass_by_network_and_port_and_names_by_what_was_answered()
    {
        var pins = new AddressPins(clock);
        var policy = new EgressPolicy(Read("""
              - {address: 10.0.0.0/8, ports: [443, "8000-8010"]}
              - {address: "2001:db8::/32", ports: [443]}
              - {name: db.test, ports: [5432]}
              - {name: "*.s3.test", ports: [443]}
              - {name: fixed.test, ports: [80], addresses: [192.0.2.80]}
            """), pins);
        string? By(string to) => policy.Judge(IPEndPoint.Parse(to)) is { Rule: { } rule } judged ? $"{rule.Destination}{(judged.IsStale ? " stale" : "")}" : null;
        Assert.Equal("10.0.0.0/8", By("10.1.2.3:443"));
        Assert.Equal("10.0.0.0/8", By("10.1.2.3:8010"));
        Assert.Null(By("10.1.2.3:8011"));
        Assert.Null(By("11.1.2.3:443"));
        Assert.Equal("2001:db8::/32", By("[2001:db8::1]:443"));
        Assert.Equal("fixed.test", By("192.0.2.80:80"));
        Assert.Null(By("192.0.2.1:5432"));
        pins.Add("db.test", [IPAddress.Parse("192.0.2.1")], 30);
        pins.Add("a.s3.test", [IPAddress.Parse("192.0.2.1")], 300);
        Assert.Equal("db.test", By("192.0.2.1:5432"));
        Assert.Equal("*.s3.test", By("192.0.2.1:443"));
        Assert.Null(By("192.0.2.1:22"));
        clock.Now += TimeSpan.FromSeconds(91);
        Assert.Equal("db.test stale", By("192.0.2.1:5432"));
        Assert.Equal("*.s3.test", By("192.0.2.1:443"));
        pins.Remove("db.test", IPAddress.Parse("192.0.2.1"));
        Assert.Null(By("192.0.2.1:5432"));
        clock.Now += TimeSpan.FromDays(400);
        Assert.Equal("fixed.test", By("192.0.2.80:80"));
    }

    [Fact]
    public void A_rule_that_looks_at_what_passes_comes_before_those_that_do_not()
    {
        var pins = new AddressPins(clock);
        var policy = new EgressPolicy(Read("""
              - {name: db.test, ports: [5432]}
              - {name: "*.test", ports: ["1-65535"]}
              - {address: 192.0.2.0/24, ports: [5432], protocol: postgres}
              - {name: db.test, ports: [5433], protocol: postgres}
            """), pins);
        pins.Add("db.test", [IPAddress.Parse("192.0.2.1")], 30);
        string By(string to) => policy.Judge(IPEndPoint.Parse(to)).Rule is { } rule ? $"{rule.Destination} {rule.Protocol}" : "";
        Assert.Equal(["192.0.2.0/24 postgres", "db.test postgres", "*.test tcp"], [By("192.0.2.1:5432"), By("192.0.2.1:5433"), By("192.0.2.1:80")]);
        clock.Now += TimeSpan.FromHours(1);
        Assert.Equal(["192.0.2.0/24 postgres", "db.test postgres", "*.test tcp"], [By("192.0.2.1:5432"), By("192.0.2.1:5433"), By("192.0.2.1:80")]);
    }

    [Fact]
    public void Udp_has_entries_of_its_own()
    {
        var pins = new AddressPins(clock);
        var policy = new EgressPolicy(Read("""
              - {name: a.test, ports: [443]}
              - {name: a.test, ports: [443, 123], protocol: udp}
              - {address: 192.0.2.0/24, ports: [514], protocol: udp}
              - {address: 192.0.2.0/24, ports: [5432], protocol: postgres}
            """), pins);
        pins.Add("a.test", [IPAddress.Parse("198.51.100.1")], 30);
        string By(string to, bool isDatagram) => policy.Judge(IPEndPoint.Parse(to), isDatagram).Rule?.Protocol ?? "";
        Assert.Equal(["tcp", "udp", "", "udp", "", "udp", "postgres", ""], ((string[])["198.51.100.1:443", "198.51.100.1:123", "192.0.2.1:514", "192.0.2.1:5432"]).SelectMany(to => (string[])[By(to, isDatagram: false), By(to, isDatagram: true)]));
        Assert.True(policy.HasName("a.test", out _));
        Assert.True(policy.ForwardsDatagrams);
        Assert.False(new EgressPolicy(Read("  - {name: a.test, ports: [443]}\n"), pins).ForwardsDatagrams);
        Assert.Null(EgressPolicy.Allowing(IPEndPoint.Parse("192.0.2.1:53"), null, EgressRule.Datagrams));
    }

    [Theory]
    [InlineData("db.test", true, false)]
    [InlineData("x.db.test", false, false)]
    [InlineData("a.s3.test", true, true)]
    [InlineData("a.b.s3.test", true, true)]
    [InlineData("s3.test", false, false)]
    [InlineData("as3.test", false, false)]
    [InlineData(".s3.test", false, false)]
    [InlineData("", false, false)]
    public void A_wildcard_is_for_names_below_it_alone(string name, bool has, bool byWildcard)
    {
        var policy = new EgressPolicy(Read("  - {name: db.test, ports: [1]}\n  - {name: \"*.s3.test\", ports: [1]}\n"), new(clock));
        Assert.Equal(has, policy.HasName(name, out var isByWildcard));
        Assert.Equal(byWildcard, isByWildcard);
    }

    [Fact]
    public void Pins_have_a_bound_and_old_ones_make_room()
    {
        var pins = new AddressPins(clock);
        IPAddress Number(int i) => new([10, 0, (byte)(i >> 8), (byte)i]);
        for (var i = 0; i < 8_192; i++) Assert.True(pins.Add("a.test", [Number(i)], 1));
        Assert.False(pins.Add("a.test", [Number(8_192)], 1));
        Assert.Empty(pins.Of(Number(8_192)));
        clock.Now += TimeSpan.FromSeconds(62);
        Assert.True(pins.Add("a.test", [Number(8_192)], 1));
        Assert.Single(pins.Of(Number(8_192)));
    }

    [Fact]
    public void Budgets_let_a_burst_pass_and_then_the_rate()
    {
        var budget = new EgressBudget(new() { ConnectionsPerSecond = 10, Connections = 1_000, DestinationsPerMinute = 3, NamesPerMinute = 2, QuestionsPerSecond = 5, BytesPerSecond = 1_000 });
        var to = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 80);
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => budget.Open(to, 1_000) == EgressReason.None));
        Assert.Equal(EgressReason.ConnectionRate, budget.Open(to, 1_050));
        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => budget.Open(to, 2_000) == EgressReason.None));
        Assert.Equal([EgressReason.None, EgressReason.None, EgressReason.TooManyDestinations, EgressReason.TooManyDestinations], Enumerable.Range(1, 4).Select(port => budget.Open(new(to.Address, port), 9_000)));
        Assert.Equal(EgressReason.None, budget.Open(new(to.Address, 4), 70_000));
        Assert.Equal([true, true, false, true], ((string[])["a", "b", "c", "a"]).Select(name => budget.TryName(name, 70_000)));
        Assert.Equal(0, budget.Send(1_000, 80_000));
        Assert.Equal(500, budget.Send(500, 80_000));
        Assert.Equal(0, budget.Send(0, 81_000));
        var few = new EgressBudget(new() { Connections = 2 });
        Assert.Equal([EgressReason.None, EgressReason.None, EgressReason.TooManyConnections], Enumerable.Range(0, 3).Select(_ => few.Open(to, 1)));
        few.Close();
        Assert.Equal(EgressReason.None, few.Open(to, 1));
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("0.1.2.3", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:192.0.2.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("10.0.0.1", true)]
    [InlineData("192.0.2.1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("2001:db8::1", true)]
    public void No_answer_leads_to_the_machine_itself_or_to_the_credentials_of_a_cloud(string address, bool isAnswer) => Assert.Equal(isAnswer, Reachable.IsAnswer(IPAddress.Parse(address)));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
