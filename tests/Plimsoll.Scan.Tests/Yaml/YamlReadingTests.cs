using Plimsoll.Yaml;

namespace Plimsoll.Scan.Tests.Yaml;

public sealed class YamlReadingTests
{
    private static readonly YamlBounds ours = new(Depth: 3, Nodes: 20);
    private static readonly YamlBounds foreign = ours with { IsForeign = true };

    [Fact]
    public void Everything_knows_its_place()
    {
        var read = YamlReading.Read("\uFEFF# comment\na: \"x\"\nb:\n  - ~\n  - {c: 'null'}\n"u8, ours);
        Assert.Empty(read.Faults);
        Assert.Equal("2:1 {2:1 a: 2:4 x; 3:1 b: 4:3 [4:5 nothing; 5:5 {5:6 c: 5:9 null}]}", Told(read.Root!));
    }

    [Fact]
    public void All_that_leaves_something_to_read_is_told_at_once()
    {
        var read = YamlReading.Read("a: 1\na: 2\n[x]: 3\nb: {c: 1, c: 2}\n", ours);
        Assert.Equal(["2:1 `a` is there twice; keep one of them", "3:1 a name was expected here; write `name: value`", "4:11 `c` is there twice; keep one of them"], read.Faults.OrderBy(fault => fault.Line).Select(Told));
        Assert.Equal("1:1 {1:1 a: 1:4 1; 4:1 b: 4:4 {4:5 c: 4:8 1}}", Told(read.Root!));
    }

    [Theory]
    [InlineData("a: [\n", "2:1 it is no YAML: ")]
    [InlineData("a: *x", "1:4 anchors and aliases are not read; write the value out")]
    [InlineData("- 1\n- &x 2", "2:3 anchors and aliases are not read; write the value out")]
    [InlineData("a: !!str 1", "1:4 tags are not read; write the value without")]
    [InlineData("a: 1\n---\nb: 1", "2:1 a second document begins here; leave one in the file")]
    [InlineData("[[[[1]]]]", "1:5 it is nested deeper than 3 levels; write it flatter")]
    [InlineData("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "1:40 it has more than 20 values; take some out")]
    public void What_a_file_of_ours_may_not_have(string text, string fault)
    {
        var read = YamlReading.Read(text, ours);
        Assert.StartsWith(fault, Told(Assert.Single(read.Faults)), StringComparison.Ordinal);
        Assert.Null(read.Root);
    }

    [Theory]
    [InlineData("[[[1]]]")]
    [InlineData("[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]")]
    public void A_bound_itself_is_within_it(string text) => Assert.Empty(YamlReading.Read(text, ours).Faults);

    [Fact]
    public void What_other_programs_read_has_documents_anchors_and_merges()
    {
        var read = YamlReading.Read("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\n---\n---\n!!str text\n", foreign);
        Assert.Empty(read.Faults);
        Assert.Equal(["1:1 {1:1 a: 1:4 {1:8 k: 1:11 1; 1:14 l: 1:17 2}; 2:1 b: 2:4 {2:13 l: 2:16 3; 1:8 k: 1:11 1}}", "5:1 text"], read.Documents.Where(document => !document.IsNothing).Select(Told));
        Assert.Equal(3, read.Documents.Length);
        Assert.Equal("1:4 there is no anchor `y` before this line; write the value out", Told(Assert.Single(YamlReading.Read("a: *y", foreign).Faults)));
        Assert.Equal("1:4 the tag `!secret` is not understood; write the value without", Told(Assert.Single(YamlReading.Read("a: !secret x", foreign).Faults)));
        Assert.Equal("1:9 `<<` takes a map, or a list of maps; write the values out", Told(Assert.Single(YamlReading.Read("a: {<<: 1}", foreign).Faults)));
        Assert.Equal("2:5 its aliases unfold to more than 20 values; take some out", Told(Assert.Single(YamlReading.Read("a: &x [1,1,1,1,1,1,1,1]\nb: [*x,*x]", foreign).Faults)));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_a_fault() => Assert.Equal("1:1 the file is not UTF-8; save it as UTF-8", Told(Assert.Single(YamlReading.Read([0x61, 0xFF], ours).Faults)));

    [Theory]
    [InlineData("", true)]
    [InlineData("~", true)]
    [InlineData("null", true)]
    [InlineData("Null", true)]
    [InlineData("NULL", true)]
    [InlineData("nULL", false)]
    [InlineData("'null'", false)]
    [InlineData("nothing", false)]
    public void Nothing_is_written_in_some_ways(string written, bool isNothing) => Assert.Equal(isNothing, ((YamlMap)YamlReading.Read($"a: {written}\n", ours).Root!)["a"]!.IsNothing);

    [Fact]
    public void Whatever_is_cut_or_damaged_is_read_or_told()
    {
        const string text = "a: &x [1, \"t\\u0041\", 'it''s']\n? b\n: !!str |\n  lines\n  more\nc: {<<: [{k: 1}], d: *x}\n%TAG ! tag:x,2000:\n---\n- !<tag:yaml.org,2002:str> z\n...\n";
        foreach (var bounds in new[] { ours, foreign })
            for (var at = 0; at < text.Length; at++)
            {
                Check(text[..at], bounds);
                foreach (var letter in "\0\t!&*%{[:\uD800") Check(string.Concat(text.AsSpan(0, at), [letter], text.AsSpan(at + 1)), bounds);
            }

        static void Check(string text, YamlBounds bounds)
        {
            var read = YamlReading.Read(text, bounds);
            Assert.All(read.Faults, fault => Assert.True(fault.Line >= 0 && fault.Message.Length > 0 && !fault.Message.Contains('\n')));
            if (read.Faults.IsEmpty && read.Root is null) Assert.True(text.Split('\n').All(line => line.Trim() is "" or ['#', ..] or "..." or ['%', ..]), text);
        }
    }

    private static string Told(YamlFault fault) => $"{fault.Line}:{fault.Column} {fault.Sentence}";

    private static string Told(YamlNode node) => $"{node.Line}:{node.Column} " + node switch
    {
        YamlList list => $"[{string.Join("; ", list.Items.Select(Told))}]",
        YamlMap map => $"{{{string.Join("; ", map.Entries.Select(entry => $"{entry.Name.Line}:{entry.Name.Column} {entry.Key}: {Told(entry.Value)}"))}}}",
        _ => node.IsNothing ? "nothing" : node.Text,
    };
}
