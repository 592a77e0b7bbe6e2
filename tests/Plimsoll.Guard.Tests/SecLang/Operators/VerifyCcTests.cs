using System.Text;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Operators;

public sealed class VerifyCcTests
{
    [Theory]
    // Numbers that issuers publish for tests.
    [InlineData("\\d{13,16}", "4111111111111111", "4111111111111111")]
    [InlineData("\\d{13,16}", "pay 378282246310005 now", "378282246310005")]
    [InlineData("\\d{16}", "4111111111111112", "")]
    [InlineData("\\d{13,16}", "4111111111111112", "1111111111112")]
    [InlineData("\\d{4}-\\d{4}-\\d{4}-\\d{4}", "no: 1234-5678-9012-3456 yes: 5555-5555-5555-4444", "5555-5555-5555-4444")]
    [InlineData("\\d{16}", "94111111111111111", "4111111111111111")]
    // What stands before the search is still seen.
    [InlineData("\\b\\d{13,16}\\b", "1411111111111112", "")]
    [InlineData("^\\d+", "1234", "")]
    [InlineData("a*", "aaa", "")]
    [InlineData("\\d*$", "x0", "0")]
    public void A_match_with_a_check_digit(string pattern, string value, string found)
    {
        var captures = new Captures();
        var answer = Probe(pattern).Ask(Encoding.ASCII.GetBytes(value), Bytes.Empty, captures);
        Assert.Equal(found.Length > 0 ? Answer.Yes : Answer.No, answer);
        Assert.Equal(found, captures.Count == 0 ? "" : value.Substring(captures[0].Start, captures[0].Length));
    }

    [Theory]
    [InlineData(VerifyCc.Most - 1, Answer.No)]
    [InlineData(VerifyCc.Most, Answer.Unknown)]
    internal void Matches_have_a_limit(int count, Answer answer) =>
        Assert.Equal(answer, Probe("1").Ask(Encoding.ASCII.GetBytes(new string('1', count)), Bytes.Empty, null));

    private static Probe Probe(string pattern) => VerifyCc.Word.Compile(pattern, default, hasMacro: false, new())!;
}
