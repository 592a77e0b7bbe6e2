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
        Assert.False(AddressText.TryParse(Encoding.Latin1.GetBytes(text), out _) || AddressText.TryParseV4(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void What_is_written_is_read()
    {
        Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes)).Sample(Returns, iter: 2_000);
        Gen.OneOf(Gen.Byte.Array[16], Gen.Byte.Array[4].Select(last => (byte[])[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, .. last])).Select(bytes => new IPAddress(bytes)).Sample(Returns, iter: 2_000);

        Gen.Byte.Array[4].Sample(bytes => AddressText.TryParseV4(Encoding.ASCII.GetBytes(new IPAddress(bytes).ToString()), out var number) && number == BinaryPrimitives.ReadUInt32BigEndian(bytes), iter: 2_000);

        static bool Returns(IPAddress address) => AddressText.TryParse(Encoding.ASCII.GetBytes(address.ToString()), out var read) && read.Equals(address);
    }
}
