using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Forwarding;

public sealed class UpstreamAddressTests
{
    private static readonly UpstreamOptions named = new("app.test:80", new(IPAddress.Parse("192.0.2.1"), 80)) { Host = "app.test" };

    private static async Task<IPEndPoint> AfterAsync(UpstreamAddress address, Func<IPEndPoint, bool> isIt)
    {
        await Waiting.WhileAsync(() => !isIt(address.Current));
        return address.Current;
    }

    [Fact]
    public async Task A_name_is_looked_up_again_and_its_other_addresses_are_tried()
    {
        var address = new UpstreamAddress(named, 0, name => Task.FromResult<IPAddress[]>(name == "app.test" ? [IPAddress.IPv6Loopback, IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3")] : []));
        Assert.Equal("192.0.2.2:80", (await AfterAsync(address, one => one.Address.ToString() == "192.0.2.2")).ToString());
        address.Failed();
        Assert.Equal("192.0.2.3:80", address.Current.ToString());
        address.Failed();
        Assert.Equal("192.0.2.2:80", address.Current.ToString());
    }

    [Fact]
    public async Task While_it_fails_or_finds_nothing_the_last_addresses_stand()
    {
        var asked = 0;
        var address = new UpstreamAddress(named, 0, _ => Interlocked.Increment(ref asked) % 2 == 0 ? Task.FromResult<IPAddress[]>([]) : throw new SocketException((int)SocketError.HostNotFound));
        for (var i = 0; i < 500 && Volatile.Read(ref asked) < 4; i++)
        {
            Assert.Equal(named.Address, address.Current);
            await Task.Delay(1);
        }
        Assert.True(asked >= 4);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.LookUpEvery))]
    public void One_look_up_at_a_time_and_none_before_the_interval_or_of_an_address()
    {
        var asked = 0;
        var never = new TaskCompletionSource<IPAddress[]>();
        Task<IPAddress[]> Ask(string name)
        {
            asked++;
            return never.Task;
        }
        var slow = new UpstreamAddress(named, 0, Ask);
        for (var i = 0; i < 100; i++) Assert.Equal(named.Address, slow.Current);
        Assert.Equal(1, asked);
        var early = new UpstreamAddress(named, 3_600_000, Ask);
        var plain = new UpstreamAddress(named with { Host = null }, 0, Ask);
        for (var i = 0; i < 100; i++) Assert.Equal(early.Current, plain.Current);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1:80", null, null)]
    [InlineData("http://127.0.0.1:80", "127.0.0.1:80", null, null)]
    [InlineData("localhost:80", "localhost:80", "localhost", null)]
    [InlineData("https://localhost", "localhost:443", "localhost", "localhost")]
    [InlineData("HTTPS://localhost:8443", "localhost:8443", "localhost", "localhost")]
    [InlineData("https://[::1]", "[::1]:443", null, "::1")]
    [InlineData("https://[::1]:8443", "[::1]:8443", null, "::1")]
    public void How_it_is_written(string text, string name, string? host, string? server)
    {
        var upstream = UpstreamText.Read(text, null)!;
        Assert.Equal((name, host, server), (upstream.Name, upstream.Host, upstream.Tls?.ServerName));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("https://")]
    [InlineData("https://localhost/path")]
    [InlineData("ftp://localhost:80")]
    [InlineData("localhost:0")]
    public void What_is_none(string text) => Assert.Null(UpstreamText.Read(text, null));
}
