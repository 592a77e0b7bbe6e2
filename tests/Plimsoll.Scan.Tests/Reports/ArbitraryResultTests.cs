using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CsCheck;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>Results with any text in any field: unpaired surrogates, controls, markup, names of thousands of characters.</summary>
public sealed class ArbitraryResultTests
{
    private static readonly string[] Special = ["", "\e[2J", "\ud83d", "\udea2\ud83d", "</code>|`", "日本語", "\u202e", "\0", "MIT", "MIT OR Zlib", "%40%2F%3A"];

    private static readonly Gen<string> Text = Gen.Frequency(
        (3, Gen.String),
        (2, Gen.String[Gen.Char[' ', '~'], 0, 20]),
        (1, Gen.Int[0, Special.Length - 1].Select(i => Special[i])),
        (1, Gen.Int[1000, 6000].Select(length => new string('x', length))));

    private static readonly Gen<string?> Maybe = Gen.Bool.SelectMany(there => there ? Text.Select(text => (string?)text) : Gen.Const((string?)null));
    private static readonly Gen<ImmutableArray<string>> Texts = Text.Array[0, 3].Select(texts => texts.ToImmutableArray());
    private static readonly Gen<Location> Place = Gen.Select(Text, Gen.Int[-1, 4], Gen.Int[0, 3]).Select((path, layer, line) => new Location(path, layer < 0 ? null : layer, line == 0 ? null : line));
    private static readonly Gen<ImmutableArray<Location>> Places = Place.Array[0, 3].Select(places => places.ToImmutableArray());
    private static readonly Gen<PackageUrl> Purl = Gen.Select(Gen.OneOf(Gen.Const("npm"), Gen.Const("deb"), Gen.Const("maven")), Maybe, Text, Maybe, Text)
        .Select((type, space, name, version, arch) => new PackageUrl(type, space, name.Length > 0 ? name : "n", version).With("arch", arch));

    private static readonly Gen<Package> OnePackage = Gen.Select(
        Gen.Select(Purl, Text, Text, Maybe, Maybe),
        Gen.Select(Texts, Maybe, Places, Text, Texts),
        Gen.Select(Purl.Array[0, 2], Gen.Int[-1, 3], Gen.Bool, Texts, Gen.Bool)).Select((names, facts, more) => new Package
        {
            Purl = names.Item1,
            Name = names.Item2,
            Version = names.Item3,
            SourceName = names.Item4,
            SourceVersion = names.Item5,
            Licenses = facts.Item1,
            Supplier = facts.Item2,
            Locations = facts.Item3,
            FoundBy = facts.Item4,
            Provides = facts.Item5,
            Contains = [.. more.Item1],
            RemovedIn = more.Item2 < 0 ? null : more.Item2,
            IsGuess = more.Item3,
            Requires = [.. more.Item4.Select(target => new Requirement(target, more.Item5))],
            Dependencies = more.Item5 ? [names.Item1.ToString()] : more.Item4,
        });

    private static readonly Gen<Application> OneApplication = Gen.Select(Gen.Select(Text, Maybe, Texts, Place), Gen.Select(Maybe, Maybe, Text, Texts), Gen.Select(Places, Texts))
        .Select((names, facts, more) => new Application
        {
            Name = names.Item1,
            Version = names.Item2,
            Command = names.Item3,
            Executable = names.Item4,
            PackageKey = facts.Item1,
            Runtime = facts.Item2,
            User = facts.Item3,
            Ports = facts.Item4,
            ConfigFiles = more.Item1,
            Evidence = more.Item2,
        });

    private static readonly Gen<Image> OneImage = Gen.Select(Gen.Select(Text, Texts, Texts, Text), Gen.Select(Maybe, Maybe, Text, Gen.Int[0, 2]), Gen.Enum<SourceKind>())
        .Select((names, facts, source) => new Image
        {
            Reference = names.Item1,
            Source = source,
            Names = names.Item2,
            ManifestDigest = source == SourceKind.Oci ? Samples.Rich().Image.ManifestDigest : null,
            Platform = new Platform(names.Item4, names.Item4, facts.Item1),
            Config = new ImageConfig { Known = source != SourceKind.Rootfs, Env = names.Item3, User = names.Item4, Labels = ImmutableSortedDictionary<string, string>.Empty.Add(names.Item4, facts.Item3) },
            Base = facts.Item2 is null ? null : new BaseImage(facts.Item2, null, facts.Item4, facts.Item3),
            Layers = [.. Enumerable.Range(0, facts.Item4).Select(i => new Layer(i, null, null, i * 12_345_678L, facts.Item1) { Origin = (LayerOrigin)i })],
        });

    private static readonly Gen<Vulnerability> OneVulnerability = Gen.Select(Gen.Select(Text, Texts, Text, Text, Text), Gen.Select(Texts, Gen.Enum<AffectedStatus>(), Gen.Enum<CvssRating>(), Text), Gen.Select(Gen.Enum<MatchBasis>(), Gen.Bool, Maybe)).Select((names, facts, more) => new Vulnerability
    {
        Id = names.Item1,
        Aliases = names.Item2,
        PackageKey = names.Item3,
        PackageName = names.Item4,
        Version = names.Item5,
        KnownAs = more.Item3,
        FixedVersions = facts.Item1,
        Status = facts.Item2 == AffectedStatus.NotAffected ? AffectedStatus.Affected : facts.Item2,
        Rating = more.Item2 ? facts.Item3 : null,
        Severities = [new SeverityRating(facts.Item4, names.Item5, null)],
        Weaknesses = more.Item2 ? [1 + names.Item1.Length] : [],
        Basis = more.Item1,
        IsGuess = more.Item2,
        Advisories = [new AdvisorySource(facts.Item4, names.Item1)],
        Summary = more.Item3,
        Vex = more.Item2 ? new VexRemark { Status = names.Item1.Length % 2 == 0 ? VexStatus.Affected : VexStatus.UnderInvestigation, File = facts.Item4, Statement = names.Item4, Text = more.Item3 } : null,
    });

    private static readonly Gen<ScanResult> Result = Gen.Select(
        Gen.Select(OneImage, OnePackage.Array[0, 4], OneApplication.Array[0, 2], OneVulnerability.Array[0, 3]),
        Gen.Select(Maybe, Texts, Text, Place, Maybe),
        Gen.Select(Gen.Enum<ProblemKind>(), Text, Text, Text).Array[0, 7]).Select((parts, facts, problems) => new ScanResult
        {
            Image = parts.Item1,
            Packages = [.. parts.Item2.DistinctBy(package => (package.Key, package.RemovedIn)).OrderBy(package => package.Key, StringComparer.Ordinal)],
            Applications = [.. parts.Item3],
            ApplicationNote = facts.Item1,
            Vulnerabilities = parts.Item4 is [] ? null : [.. parts.Item4.Order()],
            Suppressed = [.. parts.Item4.Take(1).Select(one => new SuppressedVulnerability(one, [new Suppression { Source = SuppressionSource.Vex, File = one.Id, Statement = one.PackageName, Reason = facts.Item3, Justification = facts.Item1, Status = VexStatus.NotAffected }]))],
            Necessity = new Necessity { Unneeded = [.. parts.Item2.Select(package => package.Key)], Essential = facts.Item2.Length, Unknown = [.. facts.Item2.Select(text => new UnknownNeed(text, text.Length + 1, text))] },
            AdvisoryData = [.. parts.Item4.Select(one => new AdvisoryData(one.Id, one.PackageName, AdvisoryDataState.Corrupt, null))],
            Notes = facts.Item2,
            Os = new OsRelease { Id = facts.Item3, Location = facts.Item4, PrettyName = facts.Item5, VersionId = facts.Item1 },
            Problems = [.. problems.Select(problem => new Problem(problem.Item1, problem.Item2, problem.Item3, problem.Item4)).Order()],
            Counts = new ScanCounts(1, 2, 3, null),
        });

    [Fact]
    public void Json_gives_every_value_back() => Result.Sample(result =>
    {
        using var json = JsonDocument.Parse(Write("json", result, Samples.Context));
        var root = json.RootElement;
        Same(result.Image.Reference, root.GetProperty("image").GetProperty("reference"));
        Same(result.Image.Names, root.GetProperty("image").GetProperty("names"));
        Same(result.ApplicationNote, root.GetProperty("applicationNote"));
        Same(result.Notes, root.GetProperty("notes"));
        Same(result.Os!.Id, root.GetProperty("os").GetProperty("id"));
        Assert.Equal(result.Packages.Length, root.GetProperty("packages").GetArrayLength());
        foreach (var (package, written) in result.Packages.Zip(root.GetProperty("packages").EnumerateArray()))
        {
            Same(package.Key, written.GetProperty("purl"));
            Same(package.Name, written.GetProperty("name"));
            Same(package.Version, written.GetProperty("version"));
            Same(package.SourceName, written.GetProperty("sourceName"));
            Same(package.Supplier, written.GetProperty("supplier"));
            Same(package.Licenses, written.GetProperty("licenses"));
            Assert.Equal(package.RemovedIn, written.GetProperty("removedIn").ValueKind == JsonValueKind.Null ? null : written.GetProperty("removedIn").GetInt32());
            foreach (var (location, place) in package.Locations.Zip(written.GetProperty("locations").EnumerateArray())) Same(location.Path, place.GetProperty("path"));
        }
        foreach (var (application, written) in result.Applications.Zip(root.GetProperty("applications").EnumerateArray()))
        {
            Same(application.Name, written.GetProperty("name"));
            Same(application.Command, written.GetProperty("command"));
            Same(application.Evidence, written.GetProperty("evidence"));
        }
        foreach (var (problem, written) in result.Problems.Zip(root.GetProperty("problems").EnumerateArray()))
        {
            Same(problem.Where, written.GetProperty("where"));
            Same(problem.Message, written.GetProperty("message"));
        }
    }, iter: 200);

    [Fact]
    public void Text_reports_stay_harmless_and_within_the_page() => Gen.Select(Result, Gen.Int[ReportContext.LeastWidth, 130], Gen.Bool).Sample((result, width, details) =>
    {
        var context = Samples.Context with { Width = width, Details = details };
        foreach (var id in (string[])["table", "markdown", "purls"])
        {
            var text = Encoding.UTF8.GetString(Write(id, result, context));
            TextReportTests.AssertHarmless(text);
            if (id == "table") Assert.All(text.Split('\n'), line => Assert.True(SafeText.Cells(line) <= width, $"{width}: {line}"));
        }
    }, iter: 200);

    [Fact]
    public void Markup_stays_well_formed_and_commands_stay_commands() => Result.Sample(result =>
    {
        PipelineReportTests.AssertJunit(Write("junit", result, Samples.Context));
        PipelineReportTests.AssertGithub(Write("github", result, Samples.Context));
        var page = Encoding.UTF8.GetString(Write("html", result, Samples.Context));
        TextReportTests.AssertHarmless(page.Split("<body>")[1].Split("<script>")[0]);
        Assert.Equal(page.Count(c => c == '<'), page.Count(c => c == '>') - Brackets);
    }, iter: 200);

    /// <summary>Signs in the style sheet and the script, which have no counterpart.</summary>
    private static readonly int Brackets = Imbalance(Encoding.UTF8.GetString(Write("html", Samples.Empty(), Samples.Context)));

    private static int Imbalance(string page) => page.Count(c => c == '>') - page.Count(c => c == '<');

    [Fact]
    public void Cyclonedx_references_exist_once() =>
        Result.Sample(result => CycloneDxReportTests.AssertReferences(Write("cyclonedx", result, Samples.Context)), iter: 200);

    [Fact]
    public void Json_and_bills_of_materials_are_valid()
    {
        var results = new List<ScanResult>();
        Result.Array[40].Sample(generated => { lock (results) if (results.Count == 0) results.AddRange(generated); }, iter: 1, threads: 1);
        foreach (var (id, schema) in (ValueTuple<string, string>[])[("cyclonedx", NodeValidator.CycloneDxSchema), ("spdx", NodeValidator.SpdxSchema), ("json", Path.Combine(GoldenTests.Repository(), "docs/schema/scan-1.schema.json")),
            ("gitlab", Path.Combine(GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Reports/gitlab-15.2.0.schema.json")), ("sarif", NodeValidator.Sarif)])
            NodeValidator.AssertValid(schema, results.Select((result, i) => (Name: $"{id}-{i}", Bytes: Write(id, result, Samples.Context))).ToDictionary(document => document.Name, document => document.Bytes, StringComparer.Ordinal));
    }

    private static byte[] Write(string id, ScanResult result, ReportContext context) => GoldenTests.Write(Scan.Reports.All.Reports.Single(report => report.Id == id), result, context);

    private static void Same(string? expected, JsonElement written) => Assert.Equal(expected is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(expected)), written.GetString());

    private static void Same(ImmutableArray<string> expected, JsonElement written)
    {
        Assert.Equal(expected.Length, written.GetArrayLength());
        foreach (var (one, item) in expected.Zip(written.EnumerateArray())) Same(one, item);
    }
}
