using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>What an operator says of a value is what Debian's libmodsecurity3 says of it, but for what is named here.</summary>
public sealed class OperatorOracleTests : IDisposable
{
    private static readonly int count = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 100_000 : 4_000;
    private static readonly int lists = count / 100;
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-oracle-").FullName;
    private readonly List<string> differences = [];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("beginsWith")]
    [InlineData("contains")]
    [InlineData("containsWord")]
    [InlineData("endsWith")]
    [InlineData("streq")]
    [InlineData("within")]
    public void Texts_are_compared_alike(string name)
    {
        Need();
        using var oracle = LibModSecurity.Asking($"@{name} %{{REQUEST_HEADERS.Y}}");
        var random = new Random(7);
        for (var i = 0; i < count; i++)
        {
            var value = OracleValues.One(random);
            var argument = OracleValues.Near(random, value);
            if (name is "within") (value, argument) = (argument, value);
            Compare(oracle, Probes.Compile(new(name, "", false), default, hasMacro: true, new())!, value, argument, name);
        }
        Verify();
    }

    [Theory]
    [InlineData("eq")]
    [InlineData("ge")]
    [InlineData("gt")]
    [InlineData("le")]
    [InlineData("lt")]
    public void Numbers_are_compared_alike(string name)
    {
        Need();
        using var oracle = LibModSecurity.Asking($"@{name} %{{REQUEST_HEADERS.Y}}");
        var random = new Random(7);
        string[] signs = ["", "", "", "-", "+", " ", "  ", "0", "\t"], ends = ["", "", "", "a", " ", ".5", ",", "-"];
        for (var i = 0; i < count; i++)
        {
            string Number() => random.Next(12) switch { 0 => "", 1 => "abc", 2 => "2147483647", 3 => "2147483648", 4 => "-2147483648", 5 => "99999999999999999999", _ => signs[random.Next(signs.Length)] + random.Next(12) + ends[random.Next(ends.Length)] };
            Compare(oracle, Probes.Compile(new(name, "", false), default, hasMacro: true, new())!, Encoding.Latin1.GetBytes(Number()), Encoding.Latin1.GetBytes(Number()), name);
        }
        Verify();
    }

    [Theory]
    [InlineData("strmatch")]
    [InlineData("unconditionalMatch")]
    [InlineData("noMatch")]
    [InlineData("validateUrlEncoding")]
    [InlineData("validateUtf8Encoding")]
    public void The_form_of_a_value_is_judged_alike(string name)
    {
        Need();
        var argument = name == "strmatch" ? "a" : "";
        using var oracle = LibModSecurity.Asking($"@{name} {argument}".TrimEnd());
        var probe = Probes.Compile(new(name, argument, false), default, hasMacro: false, new())!;
        foreach (var value in OracleValues.Of(7, count)) Compare(oracle, probe, value, [], name);
        Verify();
    }

    [Fact]
    public void Bytes_are_in_range_alike()
    {
        Need();
        var random = new Random(7);
        for (var i = 0; i < lists; i++)
        {
            var ranges = string.Join(random.Next(2) == 0 ? "," : ", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(256) is var first && random.Next(2) == 0 ? $"{first}" : $"{first}-{random.Next(first, 256)}"));
            using var oracle = LibModSecurity.Asking($"@validateByteRange {ranges}");
            var probe = Probes.Compile(new("validateByteRange", ranges, false), default, hasMacro: false, new())!;
            for (var j = 0; j < 100; j++) Compare(oracle, probe, OracleValues.One(random), [], $"validateByteRange {ranges}");
        }
        Verify();
    }

    [Theory]
    [InlineData("pm")]
    [InlineData("pmFromFile")]
    public void Phrases_are_found_alike(string name)
    {
        Need();
        var random = new Random(7);
        string[] parts = ["a", "b", "B", "ab", "é", "-", "|41|", "|6", "|", "c", "select", "x=y", "/", "..", "#", ";"];
        for (var i = 0; i < lists; i++)
        {
            var words = Enumerable.Range(0, random.Next(1, 5)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)]))).ToArray();
            var argument = string.Join(' ', words);
            if (name == "pmFromFile")
            {
                argument = Path.Combine(folder, $"{i}.data");
                File.WriteAllText(argument, string.Join('\n', words) + "\n", Encoding.Latin1);
            }
            using var oracle = LibModSecurity.Asking($"@{name} {argument}");
            var probe = Probes.Compile(new(name, argument, false), default, hasMacro: false, new())!;
            for (var j = 0; j < 100; j++)
            {
                var value = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => random.Next(4) == 0 ? words[random.Next(words.Length)].ToUpperInvariant() : parts[random.Next(parts.Length)])));
                Compare(oracle, probe, value, [], $"{name} {string.Join(" ", words)}");
            }
        }
        Verify();
    }

    [Theory]
    [InlineData("\\d{4,6}")]
    [InlineData("\\b\\d{3,5}\\b")]
    [InlineData("(?:\\d[ -]?){4,8}")]
    public void Check_digits_are_found_alike(string pattern)
    {
        Need();
        using var oracle = LibModSecurity.Asking($"@verifyCC {pattern}");
        var probe = Probes.Compile(new("verifyCC", pattern, false), default, hasMacro: false, new())!;
        var random = new Random(7);
        for (var i = 0; i < count; i++) Compare(oracle, probe, [.. Enumerable.Range(0, random.Next(14)).Select(_ => random.Next(8) == 0 ? " -a"u8[random.Next(3)] : (byte)('0' + random.Next(10)))], [], $"verifyCC {pattern}");
        Verify();
    }

    [Theory]
    [InlineData("ipMatch")]
    [InlineData("ipMatchFromFile")]
    public void Addresses_are_matched_alike(string name)
    {
        Need();
        var random = new Random(7);
        string Address() => random.Next(4) switch { 0 => $"2001:db8:{random.Next(3):x}::{random.Next(3)}", 1 => "::1", _ => $"10.{random.Next(2)}.{random.Next(2)}.{random.Next(256)}" };
        string Network() => random.Next(3) switch { 0 => Address(), 1 => $"10.{random.Next(2)}.0.0/16", _ => random.Next(2) == 0 ? "10.0.0.0/8" : $"2001:db8:{random.Next(3):x}::/48" };
        for (var i = 0; i < lists; i++)
        {
            var networks = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Network()).ToArray();
            var argument = string.Join(',', networks);
            if (name == "ipMatchFromFile")
            {
                argument = Path.Combine(folder, $"{i}.data");
                File.WriteAllLines(argument, networks);
            }
            using var oracle = LibModSecurity.Asking($"@{name} {argument}");
            var probe = Probes.Compile(new(name, argument, false), default, hasMacro: false, new())!;
            for (var j = 0; j < 100; j++) Compare(oracle, probe, Encoding.ASCII.GetBytes(random.Next(20) == 0 ? "10.0.0" : Address()), [], $"{name} {string.Join(",", networks)}");
        }
        Verify();
    }

    private static void Need() => Assert.SkipUnless(LibModSecurity.IsThere, "libmodsecurity3 is not installed");

    private void Compare(LibModSecurity oracle, Probe probe, byte[] value, byte[] argument, string what)
    {
        var (theirs, ours) = (oracle.Matches(value, argument), probe.Ask(value, new Bytes(argument), null) == Answer.Yes);
        if (theirs != ours && !OperatorDifferences.Excuses(what, value, argument, ours)) differences.Add($"@{what} of {OracleValues.Shown(value)}, argument {OracleValues.Shown(argument)}: theirs {theirs}, ours {ours}");
    }

    private void Verify() => Assert.True(differences.Count == 0, $"{differences.Count} differ\n" + string.Join('\n', differences.OrderBy(line => line.Length).Take(12)));
}
