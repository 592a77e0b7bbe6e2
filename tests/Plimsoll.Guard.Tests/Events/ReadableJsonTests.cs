using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Plimsoll.Guard.Events;

namespace Plimsoll.Guard.Tests.Events;

/// <summary>JSON of events, as Python reads it.</summary>
public sealed class ReadableJsonTests
{
    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Encoder = ReadableJson.Instance, SkipValidation = true })) write(json);
        return memory.ToArray();
    }

    [Theory]
    [InlineData("`a` <b> & 'c' + d", "`a` <b> & 'c' + d")]
    [InlineData("München 漢 😀", "München 漢 😀")]
    [InlineData("a\"b\\c", "a\\\"b\\\\c")]
    [InlineData("\0\t\r\n\u001B[2J\u007F\u009B2J", "\\u0000\\t\\r\\n\\u001B[2J\\u007F\\u009B2J")]
    [InlineData("\u2028\u2029\u00A0\u200B\u202E\u2066\uFEFF", "\\u2028\\u2029\\u00A0\\u200B\\u202E\\u2066\\uFEFF")]
    [InlineData("\uE000\U000E0041\U0001F600", "\\uE000\\uDB40\\uDC41😀")]
    public void What_is_escaped(string text, string written)
    {
        Assert.Equal($"\"{written}\"", Encoding.UTF8.GetString(Line(json => json.WriteStringValue(text))));
        Assert.Equal($"\"{written}\"", Encoding.UTF8.GetString(Line(json => json.WriteStringValue(Encoding.UTF8.GetBytes(text)))));
    }

    [Fact]
    public async Task Whatever_is_written_is_read_as_it_was_and_holds_nothing_that_a_terminal_obeys()
    {
        string[] pieces = ["a", "`", "\"", "\\", "<", "\n", "\r", "\0", "\u001B", "\u007F", "\u0085", "\u009B", "é", "漢", "😀", "\u2028", "\u202E", "\u00AD", "\uFFFD", "\uE000", "\uFFFF", "\U000E0041", "\U0010FFFF"];
        var texts = new List<string>();
        Gen.Int[0, pieces.Length - 1].Array[0, 40].Select(numbers => string.Concat(numbers.Select(number => pieces[number])))
            .Sample(texts.Add, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 1_000 : 100_000, threads: 1);
        byte[] lines = [.. texts.SelectMany((text, i) => Line(json =>
        {
            if (i % 2 == 0) json.WriteStringValue(text);
            else json.WriteStringValue(Encoding.UTF8.GetBytes(text));
        }).Append((byte)'\n'))];
        var written = Encoding.UTF8.GetString(lines);
        Assert.Equal(texts.Count, written.Count(letter => letter == '\n'));
        Assert.DoesNotContain(written.Where(letter => letter != '\n'), letter => char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", "import json, sys\nfor line in sys.stdin.buffer: print(json.loads(line.decode()).encode().hex())"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var reading = python.StandardOutput.ReadToEndAsync();
        python.StandardInput.BaseStream.Write(lines);
        python.StandardInput.Close();
        Assert.Equal(texts.Select(text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))), (await reading).Split('\n')[..^1]);
    }

    /// <summary>Half of a pair, and bytes that are no UTF-8: replaced, and the line stays whole.</summary>
    [Fact]
    public void What_is_no_text()
    {
        Assert.Equal("\"a\uFFFDb\"", JsonSerializer.Deserialize<string>(Line(json => json.WriteStringValue("a\uD800b"))) is { } half ? $"\"{half}\"" : "");
        Assert.Equal("\"a\uFFFDb\"", JsonSerializer.Deserialize<string>(Line(json => json.WriteStringValue([0x61, 0xFF, 0x62]))) is { } bytes ? $"\"{bytes}\"" : "");
    }
}
