using System.Buffers.Binary;
using System.Net;
using System.Text;
using CsCheck;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Transports;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("0300.0.2.7")]
    [InlineData("0xc0.0.2.7")]
    [InlineData("3221225991")]
    [InlineData("192.519")]
    [InlineData("192.0.519")]
    [InlineData("192.000.002.007")]
    [InlineData("192.0.2.07")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2.1000")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.")]
    [InlineData("192.0.2.7.")]
    [InlineData("192.0.2.7.1")]
    [InlineData(".192.0.2.7")]
    [InlineData("192..2.7")]
    [InlineData(" 192.0.2.7")]
    [InlineData("192.0.2.7 ")]
    [InlineData("192.0.2.7:80")]
    [InlineData("+1.0.2.7")]
    [InlineData("")]
    [InlineData("fe80::1%1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1/128")]
    [InlineData("::ffff:0300.0.2.7")]
    [InlineData("::ffff:192.519")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1::2::3")]
    [InlineData("12345::1")]
    [InlineData(":")]
    [InlineData("::1::")]
    [InlineData("0000:0000:0000:0000:0000:0000:0000:0000:0000:0001")]
    public void What_others_may_read_differently_is_no_address(string text) =>
        Assert.False(AddressText.TryParse(Encoding.Latin1.GetBytes(text), out _) || AddressText.TryParseV4(Encoding.Latin1.GetBytes(text), out _) || AddressText.TryParseV6(Encoding.Latin1.GetBytes(text), out _));

    /// <summary>As a number IPv6 is read like the base library reads it, whatever comes.</summary>
    [Fact]
    public void IPv6_as_a_number_is_the_same_address()
    {
        string[] pieces = [":", "::", "0", "1", "ab", "00ff", "FFFF", "12345", "1.2.3.4", "255.255.255.255", "1.2.3", "g", "ffff:"];
        var written = Gen.Byte.Array[16].Select(bytes => new IPAddress(bytes).ToString());
        var zeros = Gen.Select(Gen.Byte.Array[16], Gen.Int[0, 15], Gen.Int[0, 15], (bytes, from, to) =>
        {
            for (var i = from; i < to; i++) bytes[i] = 0;
            return new IPAddress(bytes).ToString();
        });
        Gen.OneOf(written, zeros, Gen.Int[0, pieces.Length - 1].Array[1, 9].Select(some => string.Concat(some.Select(i => pieces[i]))), Gen.Int[0, pieces.Length - 1].Array[1, 9].Select(some => string.Join(':', some.Select(i => pieces[i])))).Sample(text =>
        {
            var bytes = Encoding.ASCII.GetBytes(text);
            var isRead = AddressText.TryParse(bytes, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
            return isRead == AddressText.TryParseV6(bytes, out var number) && (!isRead || number == BinaryPrimitives.ReadUInt128BigEndian(address.GetAddressBytes()));
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)).Sample(Returns, iter: 2_000);
        Gen.OneOf(Gen.Byte.Array[16], Gen.Byte.Array[4].Select(last => (byte[])[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, .. last])).Select(bytes => new IPAddress(bytes)).Sample(Returns, iter: 2_000);

        Gen.Byte.Array[4].Sample(bytes => AddressText.TryParseV4(Encoding.ASCII.GetBytes(new IPAddress(bytes).ToString()), out var number) && number == BinaryPrimitives.ReadUInt32BigEndian(bytes), iter: 2_000);

        static bool Returns(IPAddress address) => AddressText.TryParse(Encoding.ASCII.GetBytes(address.ToString()), out var read) && read.Equals(address);
    }
}
