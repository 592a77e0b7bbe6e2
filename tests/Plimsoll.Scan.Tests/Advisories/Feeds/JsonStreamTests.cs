using System.Text;
using System.Text.Json;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Advisories.Feeds;

/// <summary>The reader of long JSON documents against the base library's reader of whole ones.</summary>
public sealed class JsonStreamTests
{
    [Fact]
    public void Items_across_the_end_of_the_buffer_are_read_as_the_base_library_reads_them()
    {
        var text = Gen.OneOf(Gen.String[Gen.Char['a', 'z'], 0, 30], Gen.Const("\u00e9\u4e2d\ud83d\ude00"), Gen.Const("q\"\\\n"));
        Gen.Select(text, Gen.Int, Gen.Bool, Gen.Int[0, 3]).Select(item => new { Name = item.Item1, Number = item.Item2, Flag = item.Item3, Depth = item.Item4 }).Array[1, 60].Select(Gen.Int[64_000, 65_800]).Sample((items, pad) =>
        {
            var json = Document(pad, items.Select(item => (item.Name, item.Number, item.Flag, item.Depth)));
            using var whole = JsonDocument.Parse(json);
            var expected = whole.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()).ToList();
            var problems = new ProblemLog("test");
            var trees = new List<string>();
            JsonStream.Read(new MemoryStream(json), "file", problems, stream => stream.Members("it", name =>
            {
                if (name == "items") stream.Items("items", () => stream.Value("item", value => trees.Add(value.GetRawText())));
            }));
            Assert.Equal(expected, trees);
            var names = new List<string>();
            JsonStream.Read(new MemoryStream(json), "file", problems, stream => stream.Members("it", name =>
            {
                if (name == "items") stream.Items("items", () => stream.Members("item", member =>
                {
                    if (member == "name") names.Add(stream.Text);
                }));
            }));
            Assert.Equal(whole.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!), names);
            Assert.Empty(problems.All());
        }, iter: 150);
    }

    [Fact]
    public void A_value_that_is_too_long_is_passed_over_and_said()
    {
        var problems = new ProblemLog("test");
        var read = new List<string>();
        var json = Encoding.UTF8.GetBytes("[\"before\",[" + string.Join(',', Enumerable.Repeat("\"" + new string('x', 1000) + "\"", (JsonStream.MostValueBytes / 1000) + 1)) + "],\"after\"]");
        JsonStream.Read(new MemoryStream(json), "file", problems, stream => stream.Items("the list", () => stream.Value("an item", value => read.Add(value.ToString()))));
        Assert.Equal(["before", "after"], read);
        Assert.Equal(new Problem(ProblemKind.LimitReached, "test", "file", "an item at byte 10 has more than 16,777,216 bytes; it was not read"), Assert.Single(problems.All()));
    }

    [Fact]
    public void A_text_that_is_too_long_ends_the_reading()
    {
        var problems = new ProblemLog("test");
        var json = Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', JsonStream.MostValueBytes + 1) + "\"}");
        var thrown = Assert.Throws<UnreadableException>(() => JsonStream.Read(new MemoryStream(json), "file", problems, stream => stream.Members("it", _ => { })));
        Assert.Contains("a text has more than 16,777,216 bytes", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JsonStream.MaxDepth, false)]
    [InlineData(JsonStream.MaxDepth + 1, true)]
    public void Nesting_has_a_limit(int depth, bool isTooDeep)
    {
        var json = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        void Read() => JsonStream.Read(new MemoryStream(json), "file", new ProblemLog("test"), stream => stream.Skip());
        if (isTooDeep) Assert.Throws<UnreadableException>(Read);
        else Read();
    }

    [Theory]
    [InlineData("", ProblemKind.Truncated)]
    [InlineData("{\"a\":[1", ProblemKind.Truncated)]
    [InlineData("{\"a\":[1}", ProblemKind.Malformed)]
    [InlineData("{} {}", ProblemKind.Malformed)]
    public void What_is_no_document_says_so(string text, ProblemKind kind)
    {
        var thrown = Assert.Throws<UnreadableException>(() => JsonStream.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "file", new ProblemLog("test"), stream => stream.Skip()));
        Assert.Equal(kind, thrown.Kind);
    }

    [Fact]
    public void A_byte_order_mark_and_what_is_of_another_kind_are_no_end()
    {
        var problems = new ProblemLog("test");
        var read = new List<string>();
        JsonStream.Read(new MemoryStream(Encoding.UTF8.GetBytes("\uFEFF{\"list\":7,\"members\":[1,{}],\"last\":\"x\"}")), "file", problems, stream => stream.Members("it", name =>
        {
            if (name == "list") stream.Items("the list", () => read.Add("no"));
            else if (name == "members") stream.Members("the members", _ => read.Add("no"));
            else read.Add(stream.Text);
        }));
        Assert.Equal(["x"], read);
        Assert.Equal(
        [
            "expected a list for the list at byte 11, but found a number; it was not read",
            "expected an object for the members at byte 23, but found a list; it was not read",
        ], problems.All().Select(problem => problem.Message));
    }

    private static byte[] Document(int pad, IEnumerable<(string Name, int Number, bool Flag, int Depth)> items)
    {
        using var to = new MemoryStream();
        using (var json = new Utf8JsonWriter(to))
        {
            json.WriteStartObject();
            json.WriteString("pad", new string('p', pad));
            json.WriteStartArray("items");
            foreach (var (name, number, flag, depth) in items)
            {
                json.WriteStartObject();
                json.WriteNumber("number", number);
                json.WriteString("name", name);
                json.WriteBoolean(name, flag);
                json.WritePropertyName("deep");
                for (var i = 0; i < depth; i++) json.WriteStartArray();
                json.WriteNullValue();
                for (var i = 0; i < depth; i++) json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return to.ToArray();
    }
}
