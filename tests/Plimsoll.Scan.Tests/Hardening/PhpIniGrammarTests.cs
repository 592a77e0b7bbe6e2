using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Tests.Catalogers;
using Value = Plimsoll.Scan.Applications.Value;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class PhpIniGrammarTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    private static readonly string[] pieces =
    [
        "a", "b.c", "d[x]", "d[ y z ]", "d[]", "d[\"q\"]", " = ", "=", " ", "\t", "\n", "\r\n", ";", "; c", "[s]", "[PATH=/x]", "[\"t\"]", "x", "x y", "on", "Off", "yes", "none", "null", "no thing", "1", "-1", "0x1F", "1.5", "128M", "/a/*.b", "\"", "\"x\"", "\"a;b\"", "\"\\\"\"", "\"\\\\\"", "\"\\$\"", "'", "'y;z'", "''",
        "${HOME}", "${NOPE}", "\"${HOME}/x\"", "$", "$x", "&", "|", "^", "~", "!", "(", ")", "E_ALL", "E_ALL & ~E_NOTICE", "1|2", "(1|2)&2", "!0", "{", "}", "]", "[", "#", "C:\\x", ",", ":", "@", "é", "a = 1\n", "\nb.c = x\n",
    ];

    /// <summary>That one leaves switches as they are written, which quotes do here.</summary>
    [Fact]
    public void Means_what_another_reader_says() => AugeasCases.Compare("php", 6, text => Parse(Regex.Replace(text, "= (on|off)$", "= \"$1\"", RegexOptions.IgnoreCase | RegexOptions.Multiline, TimeSpan.FromSeconds(5))));

    /// <summary>PHP's own reader: the same entries with the same values, or an error for both.</summary>
    [Fact]
    public void Means_what_PHP_says()
    {
        if (!Programs.Exist("php")) Assert.Skip("php-cli is not installed.");
        List<string> texts = [];
        Gen.Int[0, pieces.Length - 1].Array[1, 14].Sample(parts => texts.Add(string.Concat(parts.Select(part => pieces[part])) + "\n"), iter: full ? 60_000 : 4_000, threads: 1);
        Gen.Int[0, pieces.Length - 1].Array[1, 6].Sample(parts => texts.Add($"a = {string.Concat(parts.Select(part => pieces[part]))}\nz = 1\n"), iter: full ? 60_000 : 4_000, threads: 1);
        var folder = Directory.CreateTempSubdirectory("plimsoll-ini-").FullName;
        try
        {
            File.WriteAllText(folder + "/texts.json", JsonSerializer.Serialize(texts));
            File.WriteAllText(folder + "/read.php", "<?php $all = []; foreach (json_decode(file_get_contents($argv[1])) as $text) $all[] = @parse_ini_string($text); echo json_encode($all, JSON_THROW_ON_ERROR);");
            var (exit, output, errors) = Programs.Run(folder, "env", "HOME=/home/x", "php", "-n", "-d", "memory_limit=-1", "read.php", "texts.json");
            Assert.True(exit == 0, errors);
            using var said = JsonDocument.Parse(output);
            var (read, refused) = (0, 0);
            foreach (var (text, theirs) in texts.Zip(said.RootElement.EnumerateArray()))
            {
                var parsed = Parse(text);
                if (theirs.ValueKind == JsonValueKind.False)
                {
                    Assert.True(parsed.Error is not null, $"PHP refuses {JsonSerializer.Serialize(text)}, which is read as\n{HardenedImage.Text(parsed.Settings)}");
                    refused++;
                    continue;
                }
                Assert.True(parsed.Error is null, $"{JsonSerializer.Serialize(text)}: {parsed.Error?.Message}; PHP reads {theirs.GetRawText()}");
                Assert.Equal((text, Flat(theirs)), (text, Flat(parsed.Settings)));
                read++;
            }
            Assert.True(read > 500 && refused > 500, $"{read} read, {refused} refused");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place()
    {
        Gen.OneOf(Gen.String[Gen.Char["ab1=[]()!|&^~\"';$ {}\\\n\r\t.\0é"], 0, 200], Gen.Int[0, pieces.Length - 1].Array[0, 60].Select(parts => string.Concat(parts.Select(part => pieces[part])))).Sample(text =>
        {
            var lines = text.Count(c => c == '\n') + 1;
            foreach (var parsed in new[] { Parse(text), Parse(text, isByLine: true) })
            {
                Assert.All(parsed.Settings, setting => Assert.InRange(setting.Origin.File!.Value.Line!.Value, 1, lines));
                Assert.True(parsed.Settings.Length <= text.Length + 1);
                if (parsed.Error is { } error) Assert.InRange(error.Line, 1, lines);
            }
        }, iter: full ? 300_000 : 10_000);
    }

    [Fact]
    public void What_nests_too_deep_is_refused()
    {
        Assert.Equal("it is nested deeper than 64", Parse($"a = {new string('(', 100_000)}").Error!.Message);
        Assert.Equal("it is nested deeper than 64", Parse($"a = {new string('!', 100_000)}1").Error!.Message);
        Assert.Equal("1", Assert.Single(Parse($"a = {new string('(', 60)}1{new string(')', 60)}").Settings).Value);
    }

    [Fact]
    public void A_variable_does_not_make_a_value_without_bound()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(_ => "a = ${a}${a}\n"));
        var parsed = PhpIniGrammar.Parse("a = x\n" + text, new Location("/x"), (name, before) => before.LastOrDefault(setting => setting.Key == name) is { } known ? known.Value : "");
        Assert.All(parsed.Settings, setting => Assert.True(setting.Value.Length <= 3 * (64 << 10)));
    }

    [Theory]
    [InlineData("a = x=y", 1, 6, "expected a value, found `=y`")]
    [InlineData("a = 1\nb = \"x", 2, 5, "expected the end of a text that begins with `\"`, found `\"x`")]
    [InlineData("on = 1", 1, 4, "expected another name than `on`, which is a value, found `= 1`")]
    [InlineData("= 1", 1, 1, "expected a name, found `= 1`")]
    [InlineData("d[x] 1", 1, 6, "expected `=`, found `1`")]
    [InlineData("a = (1", 1, 7, "expected `)`, found the end of the line")]
    [InlineData("a = ${x", 1, 5, "expected the name of a variable and `}`, found `${x`")]
    [InlineData("[s", 1, 3, "expected `]`, found the end of the line")]
    public void An_error_says_where_and_what(string text, int line, int column, string message) => Assert.Equal(new GrammarError(line, column, message), Parse(text).Error);

    [Fact]
    public void What_depends_on_something_unknown_says_so()
    {
        var parsed = PhpIniGrammar.Parse("a = x${FOO}\nb = PHP_OS\nc = 1\n", new Location("/x"), (name, _) => Value.Unknown(name));
        Assert.Equal("a x${FOO} needs the value of FOO when the container starts\nb PHP_OS needs the value of the constant PHP_OS\nc 1\n", HardenedImage.Text(parsed.Settings));
    }

    private static Parsed Parse(string text, bool isByLine = false) => PhpIniGrammar.Parse(text, new Location("/x"), (name, _) => name == "HOME" ? "/home/x" : "", isByLine);

    private static string Flat(JsonElement theirs)
    {
        if (theirs.ValueKind == JsonValueKind.Array) return ""; // PHP writes an empty array as a list.
        var lines = new List<string>();
        foreach (var entry in theirs.EnumerateObject())
            if (entry.Value.ValueKind == JsonValueKind.String) lines.Add($"{entry.Name} {entry.Value.GetString()}");
            else if (entry.Value.ValueKind == JsonValueKind.Array) lines.AddRange(entry.Value.EnumerateArray().Select((item, index) => $"{entry.Name}[{index}] {item.GetString()}"));
            else lines.AddRange(entry.Value.EnumerateObject().Select(item => $"{entry.Name}[{item.Name}] {item.Value.GetString()}"));
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private static string Flat(IEnumerable<Setting> ours)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var setting in ours.Where(setting => !setting.IsBlock && setting.Arguments.Length > 0))
        {
            var key = setting.Key;
            // A value takes the place of a list of its name, and a list that of a value.
            var bracket = key.EndsWith(']') ? key.IndexOf('[', StringComparison.Ordinal) : -1;
            if (bracket > 0) entries.Remove(key[..bracket]);
            else
                foreach (var item in entries.Keys.Where(item => item.StartsWith(key + "[", StringComparison.Ordinal) && item.EndsWith(']')).ToList())
                {
                    entries.Remove(item);
                    counts.Remove(key + "[]");
                }
            if (key.IndexOf('[', StringComparison.Ordinal) == key.Length - 2 && key.EndsWith("[]", StringComparison.Ordinal))
            {
                var count = counts.GetValueOrDefault(key);
                counts[key] = count + 1;
                key = $"{key[..^2]}[{count}]";
            }
            entries[key] = setting.Value;
        }
        return string.Join('\n', entries.Select(entry => $"{entry.Key} {entry.Value}").Order(StringComparer.Ordinal));
    }
}
