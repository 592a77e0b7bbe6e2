using System.Net;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Limits;

public sealed class ClientTableTests
{
    private static UInt128 Key(string address) => ClientTable.Key(IPAddress.Parse(address));

    [Fact]
    public void An_IPv6_client_is_its_network_and_a_mapped_address_the_one_that_it_maps()
    {
        Assert.Equal(Key("2001:db8::1"), Key("2001:db8::ffff:1"));
        Assert.NotEqual(Key("2001:db8::1"), Key("2001:db8:0:1::1"));
        Assert.Equal(Key("192.0.2.1"), Key("::ffff:192.0.2.1"));
        Assert.NotEqual(Key("192.0.2.1"), Key("192.0.2.2"));
    }

    [Fact]
    public void A_bucket_gives_its_burst_and_then_its_rate()
    {
        var table = new ClientTable(64);
        var client = Key("192.0.2.1");
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => table.TryTake(client, 1, 10, 3, 1_000)));
        Assert.False(table.TryTake(client, 1, 10, 3, 1_099));
        Assert.True(table.TryTake(client, 1, 10, 3, 1_100));
        Assert.False(table.TryTake(client, 1, 10, 3, 1_100));
        Assert.True(table.TryTake(client, 2, 10, 3, 1_100));
        Assert.True(table.TryTake(Key("192.0.2.2"), 1, 10, 3, 1_100));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => table.TryTake(client, 1, 10, 3, 9_000)));
    }

    [Fact]
    public void Many_clients_do_not_make_it_forget_what_is_open()
    {
        var table = new ClientTable(8);
        var client = Key("192.0.2.1");
        Assert.True(table.TryEnter(client, 0, 1));
        for (var i = 0; i < 1000; i++) table.TryTake((UInt128)(i + 5), 1, 1, 1, 0);
        Assert.False(table.TryEnter(client, 0, 1));
        table.Leave(client, 0);
        Assert.True(table.TryEnter(client, 0, 1));
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.RememberedClients))]
    public void Full_of_clients_that_have_something_open_it_takes_no_more()
    {
        var table = new ClientTable(8);
        for (var i = 1; i <= 8; i++) Assert.True(table.TryEnter((UInt128)i, 0, 1));
        Assert.False(table.TryEnter(9, 0, 1));
        table.Leave(3, 0);
        Assert.True(table.TryEnter(9, 0, 1));
    }
}
