using System.Globalization;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Tests.Configuration;

namespace Plimsoll.Guard.Tests.Events;

/// <summary>What an event says would let a message pass is a key that the configuration has.</summary>
public sealed class ExceptionTests
{
    [Fact]
    public void Each_is_a_key_of_the_schema()
    {
        var schema = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/schema/guard-1.schema.json"));
        var named = 0;
        foreach (var reason in Enum.GetValues<Reason>())
            foreach (var exception in Exceptions.Of(new(reason)).Concat(Exceptions.Of(new(reason, Part.Connection))).Concat(Exceptions.Of(new(reason, Part.Body))).Concat(Exceptions.Of(new(reason, Part.Response))))
            {
                named++;
                var match = Regex.Match(exception, "^(limits|site): ([a-z-]+)( [a-z-]+)?$", RegexOptions.None, TimeSpan.FromSeconds(5));
                Assert.True(match.Success, exception);
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"{match.Groups[2].Value}\": {{"), schema, StringComparison.Ordinal);
            }
        Assert.True(named > 50);
    }

    [Theory]
    [InlineData(Reason.LengthAndEncoding)]
    [InlineData(Reason.BareLineFeed)]
    [InlineData(Reason.RapidReset)]
    [InlineData(Reason.UpstreamClosed)]
    internal void Nothing_allows_what_has_no_single_reading_or_is_the_other_side_s_fault(Reason reason) => Assert.Empty(Exceptions.Of(new(reason)));
}
