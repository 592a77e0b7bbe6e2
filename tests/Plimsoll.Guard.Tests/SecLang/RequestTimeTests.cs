using System.Text;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang;

public sealed class RequestTimeTests
{
    /// <summary>As Debian's libmodsecurity3 writes them; a Sunday in January.</summary>
    [Theory]
    [InlineData("TIME", "09:05:07")]
    [InlineData("TIME_DAY", "04")]
    [InlineData("TIME_EPOCH", "1767513907")]
    [InlineData("TIME_HOUR", "09")]
    [InlineData("TIME_MIN", "05")]
    [InlineData("TIME_MON", "0")]
    [InlineData("TIME_SEC", "07")]
    [InlineData("TIME_WDAY", "0")]
    [InlineData("TIME_YEAR", "2026")]
    public void Parts_of_the_time(string variable, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(RequestTime.Of(Variables.Of(variable), new(2026, 1, 4, 9, 5, 7, TimeSpan.FromHours(1)), new()).Span));
}
