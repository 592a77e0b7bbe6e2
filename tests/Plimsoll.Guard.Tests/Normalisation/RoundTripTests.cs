using System.Text.Json;
using System.Xml;
using CsCheck;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>What the base library's writers write of any values is read as those values, and nothing is noted.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] words = ["é", "€", "😀", "日", "%41", "&amp;", "\\u0041", "{}", "\"", "+", "%", "--B", "<", "]]", "\n", "a"];

    private static readonly Gen<string> text = Gen.OneOf(Gen.Char[' ', '~'].Select(letter => letter.ToString()), Gen.Int[0, words.Length - 1].Select(i => words[i])).Array[0, 20].Select(string.Concat);

    private static readonly Gen<(string Name, string Content)[]> fields = text.Array[0, 6].Select(contents => contents.Select((content, i) => ($"n{i}", content)).ToArray());

    [Fact]
    public void Forms() => fields.Sample(pairs =>
    {
        var body = new FormUrlEncodedContent(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Content))).ReadAsByteArrayAsync().Result;
        Same(pairs, Reading.Body("application/x-www-form-urlencoded", body), Origin.Form);
        Same(pairs, Reading.Target("/?" + System.Text.Encoding.Latin1.GetString(body)), Origin.Query);
    });

    [Fact]
    public void Multipart() => fields.Sample(pairs =>
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, content) in pairs) form.Add(new StringContent(content), name);
        form.Add(new ByteArrayContent([0, 1, 2, 255]), "file", "a.bin");
        var reading = Reading.Body(form.Headers.ContentType!.ToString(), form.ReadAsByteArrayAsync().Result, 7);
        Same(pairs, reading, Origin.Part);
        Same([("file", "a.bin")], reading, Origin.FileName);
    });

    [Fact]
    public void Json() => fields.Sample(pairs =>
    {
        if (pairs.Length == 0) return;
        using var memory = new MemoryStream();
        using (var writer = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = pairs.Length % 2 == 0 }))
        {
            writer.WriteStartObject();
            foreach (var (name, content) in pairs) writer.WriteString(name, content);
            writer.WriteEndObject();
        }
        Same([.. pairs.Select(pair => ("/" + pair.Name, pair.Content))], Reading.Body("application/json", memory.ToArray()), Origin.Json);
    });

    [Fact]
    public void Xml() => fields.Sample(pairs =>
    {
        using var memory = new MemoryStream();
        using (var writer = XmlWriter.Create(memory, new XmlWriterSettings { Encoding = new System.Text.UTF8Encoding(false) }))
        {
            writer.WriteStartElement("r");
            foreach (var (name, content) in pairs) writer.WriteAttributeString(name, content);
            foreach (var (name, content) in pairs) writer.WriteElementString(name, "x" + content);
            writer.WriteEndElement();
        }
        (string, string)[] expected = [.. pairs.Select(pair => ("/r/@" + pair.Name, pair.Content)), .. pairs.Select(pair => ("/r/" + pair.Name, "x" + pair.Content)), .. pairs.Length == 0 ? [("/r", "")] : ((string, string)[])[]];
        Same(expected, Reading.Body("application/xml", memory.ToArray(), 5), Origin.Xml);
    });

    [Fact]
    public void Paths() => text.Where(segment => segment.Length > 0).Array[1, 4].Sample(segments =>
    {
        var path = "/" + string.Join('/', segments);
        var reading = Reading.Target("/" + string.Join('/', segments.Select(Uri.EscapeDataString)));
        // A segment may be made of what is noted in a path.
        if (reading.Ambiguities.IsEmpty) Assert.Equal(Utf8(path), reading.Values[0].Content);
        else Assert.True(path.Any(letter => ".;\\?#\n%".Contains(letter)) || segments.Any(segment => segment.Contains('/')) || segments.Any(segment => segment.EndsWith(' ')), path + " " + string.Join(' ', reading.Kinds));
    });

    private static void Same((string Name, string Content)[] expected, Reading reading, Origin origin)
    {
        Assert.Equal(expected.Select(pair => $"{Utf8(pair.Name)}={Utf8(pair.Content)}"), reading.Pairs(origin));
        // A value may happen to hide more layers than are taken off.
        Assert.Empty(reading.Kinds.Except([Ambiguity.TooManyLayers]));
    }

    private static string Utf8(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
