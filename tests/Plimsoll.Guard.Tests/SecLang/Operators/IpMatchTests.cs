using System.Text;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Operators;

public sealed class IpMatchTests
{
    [Theory]
    [InlineData("2001:db8::/32", "2001:db8:1::7", true)]
    [InlineData("2001:db8::/32", "2001:db9::7", false)]
    [InlineData("2001:db8::1", "2001:0DB8:0:0::0001", true)]
    [InlineData("::/0", "fe80::1", true)]
    [InlineData("::/0", "192.0.2.1", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.9", true)] // An address of IPv4 written in IPv6.
    [InlineData("192.0.2.0/24", "::ffff:c000:209", true)]
    [InlineData("192.0.2.0/24", "::192.0.2.9", false)]
    [InlineData("192.0.2.0/24,2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db8::1%eth0", false)]
    [InlineData("2001:db8::/32", "", false)]
    public void Networks_of_both_versions(string argument, string value, bool matches) =>
        Assert.Equal(matches ? Answer.Yes : Answer.No, IpMatch.Word.Compile(argument, default, hasMacro: false, new())!.Ask(Encoding.ASCII.GetBytes(value), Bytes.Empty, null));

    [Fact]
    public void Nothing_is_allocated()
    {
        var probe = IpMatch.Word.Compile("192.0.2.0/24,2001:db8::/32,fd00::/8", default, hasMacro: false, new())!;
        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(probe.Ask("198.51.100.7"u8, Bytes.Empty, null) == Answer.No && probe.Ask("2001:db9::7"u8, Bytes.Empty, null) == Answer.No && probe.Ask("::ffff:198.51.100.7"u8, Bytes.Empty, null) == Answer.No);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }
}
