using System.Text;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>What is long and means no harm is read whole, the first time too, whatever else the machine has to do.</summary>
public sealed class LongOrdinaryTests(ITestOutputHelper output)
{
    private const string dictionary = "/usr/share/dict/american-english";

    [Theory]
    [InlineData("text", 30_000)]
    [InlineData("text", 120_000)]
    [InlineData("text", 1_000_000)]
    [InlineData("members", 100_000)]
    [InlineData("members", 1_000)]
    [InlineData("fields", 120_000)]
    [InlineData("base64", 120_000)]
    [InlineData("code", 100_000)]
    [InlineData("upload", 120_000)]
    [InlineData("words", 30_000)]
    [InlineData("words", 120_000)]
    [InlineData("comment", 50_000)]
    public void A_long_ordinary_body_is_read_whole(string kind, int length)
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var (type, body) = Body(kind, length);
        using var rules = new RuledRequest(suite!, paranoia: 1);
        for (var request = 0; request < 3; request++)
        {
            var (isIncomplete, left, _) = rules.Post(type, body);
            output.WriteLine($"{kind}, {body.Length} bytes: {left / 1e6:F2} ms are left");
            Assert.False(isIncomplete);
        }
    }

    private static (string Type, string Body) Body(string kind, int length)
    {
        const string json = "application/json";
        var random = new Random(7);
        switch (kind)
        {
            case "text":
                return (json, "{\"text\":\"" + Text("The {0} birds sat down in the trees, quietly. ") + "\"}");
            case "words":
                return (json, "{\"text\":\"" + Words() + "\"}");
            case "comment":
                return ("application/x-www-form-urlencoded", "comment=<p>" + Words().Replace(' ', '+') + "</p>");
            case "members":
                return (json, "{" + string.Join(',', Enumerable.Range(0, length > 1_000 ? 900 : length).Select(i => $"\"name{i}\":\"A value of member {i}, {new string('x', length / 3_000)}\"")) + "}");
            case "fields":
                return ("application/x-www-form-urlencoded", string.Join('&', Enumerable.Range(0, 250).Select(i => $"f{i}=" + new string((char)('a' + (i % 26)), length / 300))));
            case "base64":
                return (json, "{\"picture\":\"" + Convert.ToBase64String(Bytes()) + "\"}");
            case "code":
                return (json, "{\"source\":\"" + Text("for (var i = 0; i < {0}; i++) sum += values[i] * factor;\\n  if (sum > limit) return \\\"too much\\\";\\n") + "\"}");
            default:
                return ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n" + Convert.ToBase64String(Bytes()) + "\r\n--b\r\nContent-Disposition: form-data; name=\"said\"\r\n\r\n" + Text("Said {0} times. ") + "\r\n--b--\r\n");
        }

        // With apostrophes, which begin what some patterns look for.
        string Words()
        {
            var all = File.Exists(dictionary) ? File.ReadAllLines(dictionary).Where(word => Ascii.IsValid(word)).ToArray() : ["don't", "ship's", "harbour"];
            var text = new StringBuilder();
            while (text.Length < length) text.Append(all[random.Next(all.Length)]).Append(' ');
            return text.ToString();
        }

        string Text(string sentence)
        {
            var text = new StringBuilder();
            for (var i = 0; text.Length < length; i++) text.Append(sentence.Replace("{0}", i.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
            return text.ToString();
        }

        byte[] Bytes()
        {
            var bytes = new byte[length * 3 / 4];
            random.NextBytes(bytes);
            return bytes;
        }
    }
}
