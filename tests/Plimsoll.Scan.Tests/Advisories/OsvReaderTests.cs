using System.Text;
using Plimsoll.Core.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Advisories;

public sealed class OsvReaderTests
{
    /// <summary>Every member that the reader knows, one a line.</summary>
    private const string Whole = """
        {
          "schema_version": "1.7.0",
          "id": "GHSA-aaaa-bbbb-cccc",
          "modified": "2026-03-01T12:00:00.123456Z",
          "published": "2026-02-01T00:00:00Z",
          "withdrawn": "2026-03-02T01:00:00+01:00",
          "aliases": ["CVE-2026-1", "CVE-2026-2"],
          "upstream": ["CVE-2026-3"],
          "related": ["GHSA-dddd-eeee-ffff"],
          "summary": "One \u006cine",
          "details": "Many\nlines",
          "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}, {"type": "Ubuntu", "score": "medium"}],
          "credits": [{"name": "A", "contact": ["b"]}],
          "references": [{"type": "WEB", "url": "https://a.example"}, {"type": "ADVISORY", "url": "https://b.example"}],
          "database_specific": {"severity": "HIGH", "url": "https://own.example", "cwe_ids": ["CWE-787", "NVD-CWE-noinfo", {"a": ["CWE-3"]}, "CWE-20", "CWE-787", "CWE-0", "CWE-+5", "CWE-123456"]},
          "affected": [
            {"package": {"ecosystem": "npm", "name": "@a/b", "purl": "pkg:npm/%40a/b"},
             "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}, {"introduced": "2.0.0"}, {"last_affected": "2.1.0"}, {"limit": "3.0.0"}], "database_specific": {"x": [1]}}],
             "versions": ["1.0.0", "1.0.1"],
             "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:L"}],
             "ecosystem_specific": {"urgency": "low"}},
            {"package": {"ecosystem": "Debian:12", "name": "b"}, "ecosystem_specific": {"urgency": "end-of-life"}},
            {"package": {"ecosystem": "crates.io", "name": "c"}, "database_specific": {"informational": "unmaintained"}},
            {"package": {"ecosystem": "Maven", "name": "d:e"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}], "database_specific": {"last_known_affected_version_range": "<= 2.17.0"}},
            {"ranges": [{"type": "GIT", "repo": "https://forge.example/f.git", "events": [{"introduced": "0"}, {"fixed": "abcdef"}]}], "versions": ["v1"]}
          ]
        }
        """;

    private const string WholeAsText = """
        osv GHSA-aaaa-bbbb-cccc
        aliases [«CVE-2026-1» «CVE-2026-2»] upstream [«CVE-2026-3»] related [«GHSA-dddd-eeee-ffff»]
        published 2026-02-01T00:00:00.0000000+00:00 modified 2026-03-01T12:00:00.1234560+00:00 withdrawn 2026-03-02T00:00:00.0000000+00:00
        summary «One line»
        severity «CVSS_V3»=«CVSS:3.1/AV:N» «Ubuntu»=«medium» «GHSA»=«HIGH»
        weaknesses CWE-787 CWE-20
        affected «npm» «@a/b» Affected «CVSS_V4»=«CVSS:4.0/AV:L» «npm»=«low»
          SemVer none Introduced:«0» Fixed:«1.2.3» Introduced:«2.0.0» LastAffected:«2.1.0» Limit:«3.0.0»
          versions [«1.0.0» «1.0.1»]
        affected «Debian:12» «b» EndOfSupport «Debian»=«end-of-life»
          versions []
        affected «crates.io» «c» Affected «RustSec»=«unmaintained»
          versions []
        affected «Maven» «d:e» Affected 
          Ecosystem none Introduced:«0» LastAffected:«2.17.0»
          versions []
        affected «GIT» «https://forge.example/f.git» Affected 
          Git «https://forge.example/f.git» Introduced:«0» Fixed:«abcdef»
          versions [«v1»]
        details «Many
        lines»
        references [«https://own.example» «https://b.example» «https://a.example»]

        """;

    [Fact]
    public void Versions_beside_commits_are_those_of_the_repository()
    {
        var curl = Read("""{"id": "CURL-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"ranges": [{"type": "SEMVER", "events": [{"introduced": "7.69.0"}, {"fixed": "8.4.0"}]}, {"type": "GIT", "repo": "https://a.git", "events": [{"introduced": "ab"}]}], "versions": ["8.3.0"]}]}""");
        Assert.Equal(["GIT https://a.git Git,SemVer 8.3.0"], curl.Affected.Select(Line));
        var converted = Read("""{"id": "CVE-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"ranges": [{"type": "GIT", "repo": "https://a", "events": [{"introduced": "0"}], "database_specific": {"source": "CPE", "extracted_events": [{"introduced": "1.0"}, {"fixed": "2.0"}]}}], "versions": ["v1.1"]}]}""");
        Assert.Equal(["GIT https://a Git,Ecosystem v1.1"], converted.Affected.Select(Line));
        Assert.Equal([new RangeEvent(RangeEventKind.Introduced, "1.0"), new RangeEvent(RangeEventKind.Fixed, "2.0")], converted.Affected[0].Ranges[1].Events);
        var unclear = Read("""{"id": "CVE-2", "modified": "2026-01-01T00:00:00Z", "affected": [{"ranges": [{"type": "GIT", "repo": "https://a", "events": [{"introduced": "0"}], "database_specific": {"extracted_events": [{"introduced": "0"}, {"fixed": "<4.3.4"}]}}]}]}""");
        Assert.Equal(["GIT https://a Git "], unclear.Affected.Select(Line));
        var packaged = Read("""{"id": "CVE-3", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "b"}, "ranges": [{"type": "GIT", "repo": "https://a", "events": [{"introduced": "0"}], "database_specific": {"versions": [{"introduced": "0"}, {"fixed": "2"}]}}]}]}""");
        Assert.Equal(["PyPI b Git "], packaged.Affected.Select(Line));

        static string Line(AffectedPackage one) => $"{one.Ecosystem} {one.Name} {string.Join(',', one.Ranges.Select(range => range.Kind))} {string.Join(',', one.Versions)}";
    }

    [Fact]
    public void Every_member_is_read()
    {
        var faults = new List<string>();
        var advisory = OsvReader.Read(Encoding.UTF8.GetBytes("\uFEFF" + Whole), "osv", faults);
        Assert.Empty(faults);
        Assert.Equal(WholeAsText, AdvisoryText.Of(advisory!));
    }

    [Theory]
    [InlineData("", "it is no JSON object after its first 0 bytes")]
    [InlineData("[]", "it is no JSON object after its first 1 bytes")]
    [InlineData("""{"id": "A", "modified": "2026-01-01T00:00:00Z"} {}""", "it is no JSON object after its first 48 bytes")]
    [InlineData("""{"id": "\ud800"}""", "a text after its first 15 bytes is no Unicode")]
    [InlineData("""{"modified": "2026-01-01T00:00:00Z"}""", "it has no `id`")]
    [InlineData("""{"id": 7, "modified": "2026-01-01T00:00:00Z"}""", "its `id` is a number, expected a text; it has no `id`")]
    public void What_is_no_record_is_refused_with_the_reason(string json, string expected)
    {
        var faults = new List<string>();
        Assert.Null(OsvReader.Read(Encoding.UTF8.GetBytes(json), "osv", faults));
        Assert.Equal(expected, string.Join("; ", faults));
    }

    [Theory]
    [InlineData("\"modified\": \"yesterday\"", "its `modified` is `yesterday`, expected a time such as 2026-01-31T12:00:00Z")]
    [InlineData("\"schema_version\": \"2.0\"", "its `schema_version` is `2.0`, expected 1; what that version changed is not known")]
    [InlineData("\"aliases\": \"CVE-1\"", "its `aliases` is a text, expected a list")]
    [InlineData("\"aliases\": [true]", "its `aliases[]` is true or false, expected a text")]
    [InlineData("\"severity\": [{\"type\": \"CVSS_V3\"}]", "a rating in `severity` has no type or no score")]
    [InlineData("\"references\": [7]", "its `references[]` is a number, expected an object")]
    [InlineData("\"references\": [{}]", "a reference has no `url`")]
    [InlineData("\"affected\": {}", "its `affected` is an object, expected a list")]
    [InlineData("\"affected\": [{}]", "an entry of `affected` names neither a package nor a repository; it is not read")]
    [InlineData("\"affected\": [{\"package\": {\"ecosystem\": \"npm\"}}]", "a package of `affected` has no ecosystem or no name; it is not read")]
    [InlineData("\"affected\": [{\"package\": {\"ecosystem\": \"npm\", \"name\": \"a\"}, \"ranges\": [{\"type\": \"WORDS\", \"events\": [{\"introduced\": \"0\"}]}]}]", "a range of `affected` is of type `WORDS`, expected ECOSYSTEM, SEMVER or GIT; it is not read")]
    [InlineData("\"affected\": [{\"package\": {\"ecosystem\": \"npm\", \"name\": \"a\"}, \"ranges\": [{\"type\": \"SEMVER\"}]}]", "a range of `affected` has no events; it says nothing")]
    [InlineData("\"affected\": [{\"package\": {\"ecosystem\": \"npm\", \"name\": \"a\"}, \"ranges\": [{\"type\": \"SEMVER\", \"events\": [{\"introduced\": \"0\"}, {\"ended\": \"1\"}]}]}]", "an event of a range is none of introduced, fixed, last_affected and limit with a version; it is not read")]
    [InlineData("\"affected\": [{\"package\": {\"ecosystem\": \"npm\", \"name\": \"a\"}, \"database_specific\": {\"last_known_affected_version_range\": \"~> 1\"}}]", "`last_known_affected_version_range` is `~> 1`, expected `<= VERSION` or `< VERSION`; the range stays open")]
    public void A_fault_is_said_and_the_rest_is_kept(string member, string expected)
    {
        var modified = member.StartsWith("\"modified\"", StringComparison.Ordinal) ? "" : ", \"modified\": \"2026-01-01T00:00:00Z\"";
        var faults = new List<string>();
        var advisory = OsvReader.Read(Encoding.UTF8.GetBytes($$"""{"id": "A-1", {{member}}{{modified}}, "summary": "kept"}"""), "osv", faults);
        Assert.Equal(expected, string.Join("; ", faults));
        Assert.Equal("kept", advisory!.Summary);
    }

    [Theory]
    [InlineData("<= 1.5", "Introduced:0 LastAffected:1.5")]
    [InlineData("< 1.5", "Introduced:0 Fixed:1.5")]
    [InlineData("<1.5-rc1", "Introduced:0 Fixed:1.5-rc1")]
    [InlineData("= 1.5", "Introduced:0 LastAffected:1.5")]
    [InlineData(null, "Introduced:0")]
    public void A_range_without_end_ends_where_its_database_knows(string? last, string expected)
    {
        Assert.Equal(expected, Events(last, """{"introduced": "0"}"""));
        Assert.Equal("Introduced:0 Fixed:1.4", Events(last, """{"introduced": "0"}, {"fixed": "1.4"}"""));
    }

    [Theory]
    [InlineData("1-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void A_time_that_was_never_set_is_none(string time) => Assert.Null(Read($$"""{"id": "A-1", "modified": "{{time}}"}""").Modified);

    [Fact]
    public void Ranges_of_several_repositories_are_several_packages()
    {
        var advisory = Read("""{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"ranges": [{"type": "GIT", "repo": "https://a", "events": [{"introduced": "0"}]}, {"type": "GIT", "repo": "https://b", "events": [{"introduced": "0"}]}, {"type": "GIT", "repo": "https://a", "events": [{"introduced": "1"}]}]}]}""");
        Assert.Equal(["GIT https://a 2", "GIT https://b 1"], advisory.Affected.Select(package => $"{package.Ecosystem} {package.Name} {package.Ranges.Length}"));
    }

    [Fact]
    public void A_record_that_ends_early_is_refused_wherever_it_ends()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole.TrimEnd());
        for (var length = 0; length < bytes.Length; length++)
        {
            var faults = new List<string>();
            Assert.Null(OsvReader.Read(bytes.AsSpan(0, length), "osv", faults));
            Assert.Single(faults);
        }
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("\"x\": 1,")]
    [InlineData("")]
    [InlineData("}")]
    [InlineData("\0\0")]
    public void A_line_that_is_damaged_is_a_fault_or_takes_only_itself(string instead)
    {
        var lines = Whole.Split('\n');
        for (var number = 0; number < lines.Length; number++)
        {
            var faults = new List<string>();
            var advisory = OsvReader.Read(Encoding.UTF8.GetBytes(string.Join('\n', lines.Select((line, at) => at == number ? instead : line))), "osv", faults);
            if (advisory is null) Assert.NotEmpty(faults);
            else Assert.Equal("GHSA-aaaa-bbbb-cccc", advisory.Id);
        }
    }

    [Fact]
    public void A_byte_that_is_damaged_never_crashes()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        var read = 0;
        foreach (var damage in (byte[])[1, 0x20, 0x80, 0xFF])
            for (var at = 0; at < bytes.Length; at++)
            {
                var damaged = bytes.ToArray();
                damaged[at] ^= damage;
                var faults = new List<string>();
                if (OsvReader.Read(damaged, "osv", faults) is null) Assert.NotEmpty(faults);
                else read++;
            }
        Assert.InRange(read, 1, bytes.Length * 4 - 1);
    }

    internal static Advisory Read(string json)
    {
        var faults = new List<string>();
        var advisory = OsvReader.Read(Encoding.UTF8.GetBytes(json), "osv", faults);
        Assert.Empty(faults);
        return advisory!;
    }

    private static string Events(string? last, string events)
    {
        var word = last is null ? "null" : $"\"{last}\"";
        var advisory = Read($$$"""{"id": "A-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"database_specific": {"last_known_affected_version_range": {{{word}}}}, "package": {"name": "a", "ecosystem": "npm"}, "ranges": [{"events": [{{{events}}}], "type": "ECOSYSTEM"}]}]}""");
        return string.Join(' ', advisory.Affected[0].Ranges[0].Events.Select(at => $"{at.Kind}:{at.Version}"));
    }
}
