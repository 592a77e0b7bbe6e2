using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class NestedEncodingsTests
{
    public static TheoryData<string, string, string> Examples => new()
    {
        { "%253Cb%253E", "Percent", "<b>" },
        { "%26lt%3Bb%26%2362;", "HtmlEntities", "<b>" },
        { "%26%23x3c;b%26colon%3B%26gt", "HtmlEntities", "<b:>" },
        { "\\u003cb\\x3e", "UnicodeEscapes", "<b>" },
        { "\\u{1F600}%5Cud83d%5Cude01", "UnicodeEscapes", "ð\u009f\u0098\u0080ð\u009f\u0098\u0081" },
        { "%25u003cb", "UnicodeEscapes", "<b" },
        { "JyBvciAxPTEgLS0=", "Base64", "' or 1=1 --" },
        { "JyBvciAxPTEgLS0", "Base64", "' or 1=1 --" },
        { "data:text/html;base64,PGI%2BeDwvYj54eHg%3D", "Base64", "<b>x</b>xxx" },
        { "{\"k\":\"<b>\"}", "Json", "<b>" },
        { "[1, \"<b>\"]", "Json", "<b>" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_layer_is_taken_off(string query, string layer, string content)
    {
        var reading = Reading.Target("/?q=" + query);
        Assert.Contains(reading.Values, value => value.Layer.ToString() == layer && value.Content == content);
    }

    [Theory]
    [InlineData("username")]
    [InlineData("administrator")]
    [InlineData("100%25")]
    [InlineData("a%26b")]
    [InlineData("[hello]")]
    [InlineData("{x}")]
    [InlineData("C:\\users")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("550e8400-e29b-41d4-a716-446655440000")]
    public void Ordinary_text_has_no_layers(string query)
    {
        var reading = Reading.Target("/?q=" + query);
        Assert.All(reading.Values, value => Assert.Equal(ValueEncoding.None, value.Layer));
        Assert.Empty(reading.Kinds.Except([Ambiguity.SemicolonSeparator]));
    }

    [Fact]
    public void Layers_are_taken_off_one_after_the_other()
    {
        var inner = Convert.ToBase64String(Reading.Bytes("%3Cscript%3E"));
        var reading = Reading.Body("application/json", $"{{\"a\":\"{{\\\"b\\\":\\\"{inner}\\\"}}\"}}");
        Assert.Equal([ValueEncoding.None, ValueEncoding.Json, ValueEncoding.Base64, ValueEncoding.Percent], reading.Values.Select(value => value.Layer));
        Assert.Equal("<script>", reading.Values[^1].Content);
        Assert.True(reading.Ambiguities.IsEmpty);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, "")]
    [InlineData(3, "")]
    [InlineData(4, "TooManyLayers")]
    [InlineData(40, "TooManyLayers")]
    [Trait("limit", nameof(NormalisationLimits.Layers))]
    public void There_are_three_layers(int layers, string kinds)
    {
        var text = "<";
        for (var i = 0; i <= layers; i++) text = i == 0 ? "%3C" : text.Replace("%", "%25");
        var reading = Reading.Target("/?q=" + text);
        Assert.Equal(Math.Min(layers, 3), reading.Values.Count(value => value.Layer == ValueEncoding.Percent));
        Reading.AssertKinds(kinds, reading.Kinds);
    }

    [Fact]
    public void Nested_json_beyond_a_limit_is_noted()
    {
        Reading.AssertKinds("TooManyValues", Reading.Body("text/plain", "[" + string.Join(',', Enumerable.Repeat("1", 10_001)) + "]").Kinds);
        Reading.AssertKinds("TooDeep", Reading.Body("text/plain", new string('[', 65) + new string(']', 65)).Kinds);
    }

    [Fact]
    public void Nested_json_that_is_read_differently_is_noted() => Reading.AssertKinds("DuplicateName", Reading.Target("/?q={\"a\":1,\"a\":2}").Kinds);
}
