using System.IO.Compression;
using CsCheck;
using Plimsoll.Guard.Injection;

namespace Plimsoll.Guard.Tests.Injection;

/// <summary>Whatever comes is judged, without allocation; ordinary text is rarely mistaken.</summary>
public sealed class HostileValueTests
{
    private static readonly string[] words =
    [
        "'", "\"", "`", "\\", "(", ")", "[", "]", "{", "}", "--", "#", "/*", "*/", "/*!5", ";", ",", ".", "$$", "$a$", "@", "@@", "::", ":=", "=", "<", ">", "!", "||", "&&", "+", "-", "*", "0x", "1e", "1", "a", " ", "\n",
        "union", "select", "from", "or", "and", "not", "case", "when", "then", "end", "is", "in", "between", "sleep", "if", "interval", "exec", "into", "order", "by", "\0", "&#", "&#x", "&Tab;", "<script", "<a", "</", "onerror=", "href=",
        "style=", "srcdoc=", "javascript:", "data:text/html", "\u00e9", "%",
    ];

    private static readonly Gen<byte[]> values = Gen.Int[0, words.Length - 1].Select(i => words[i]).List[0, 40].Select(parts => Reading(string.Concat(parts)));

    [Fact]
    public void Any_value_and_every_prefix_is_judged() => values.Sample(value =>
    {
        for (var n = 0; n <= value.Length; n++)
        {
            var (sql, markup) = (SqlInjection.Judge(value.AsSpan(0, n)), MarkupInjection.Judge(value.AsSpan(0, n)));
            if (sql.At < 0 || sql.At > n || markup.At < 0 || markup.At > n) return false;
        }
        return true;
    }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 5_000 : 500_000);

    [Fact]
    public void Any_bytes_are_judged() => Gen.Byte.Array[0, 200].Sample(value =>
    {
        SqlInjection.Judge(value);
        MarkupInjection.Judge(value);
    }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 20_000 : 2_000_000);

    /// <summary>What would take a reader that goes back minutes, or one that calls itself its stack, ends.</summary>
    [Fact]
    public void Any_two_words_repeated_are_judged()
    {
        foreach (var first in words)
            foreach (var second in words)
            {
                var value = Reading("1 " + string.Concat(Enumerable.Repeat(first + second, 2_000)));
                SqlInjection.Judge(value);
                MarkupInjection.Judge(value);
            }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[][] passing = [Reading("O'Brien says \"one\" or `two` -- <b title='x'>3 (of 4)</b> */ 1, 2"), Reading("1 + f(x, y) = 'z'"), Reading("<a href=\"&#104;ttps://example.org\">")];
        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var value in passing) Assert.False(SqlInjection.IsInjection(value) || MarkupInjection.IsInjection(value));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    /// <summary>Lines of the changelogs and licences on this machine: at most a third of libinjection's false alarms.</summary>
    [Fact]
    public void Ordinary_text_is_mistaken_a_third_as_often_as_by_libinjection()
    {
        Assert.SkipUnless(LibInjection.IsThere, "libmodsecurity3 is not installed");
        var (lines, own, other) = (0, 0, 0);
        var wanted = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 60_000 : 2_000_000;
        foreach (var line in Lines().Distinct(StringComparer.Ordinal).Take(wanted))
        {
            var value = Reading(line);
            lines++;
            if (SqlInjection.IsInjection(value) || MarkupInjection.IsInjection(value)) own++;
            if (LibInjection.Sql(value) || LibInjection.Markup(value)) other++;
        }
        Assert.SkipUnless(other >= 30, $"{lines} lines of documentation are too few to compare");
        Assert.True(own * 3 <= other, $"of {lines} lines {own} are mistaken, {other} by libinjection");
    }

    private static IEnumerable<string> Lines()
    {
        foreach (var file in Directory.EnumerateFiles("/usr/share/doc", "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (name != "copyright" && !name.EndsWith(".gz", StringComparison.Ordinal)) continue;
            using var stream = File.OpenRead(file);
            using var reader = new StreamReader(name == "copyright" ? stream : new GZipStream(stream, CompressionMode.Decompress));
            for (var i = 0; i < 500 && reader.ReadLine() is { } line; i++)
                if (line.Trim() is { Length: > 3 } text) yield return text;
        }
    }

    private static byte[] Reading(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
