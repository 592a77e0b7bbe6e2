using System.Collections.Immutable;
using CsCheck;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Sbom;
using Plimsoll.Scan.Tests.Reports;

namespace Plimsoll.Scan.Tests.Bills;

/// <summary>What a scan found, written as a bill of materials and read again.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var report in (string[])["cyclonedx", "spdx"])
                foreach (var sample in Samples.All.Keys.Where(sample => !sample.StartsWith("hostile", StringComparison.Ordinal))) cases.Add(report, sample);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sample_comes_back(string report, string sample)
    {
        var before = Samples.All[sample];
        var after = BillBytes.Read(BillBytes.Write(report, before));
        Assert.Equal(Listed(before, report).Select(Facts), after.Packages.Select(Facts));
        Assert.Equal(before.Applications.Select(Facts), after.Applications.Select(Facts));
        Assert.Equal(before.ApplicationNote, after.ApplicationNote);
        Assert.Equal((before.Os?.Id, before.Os?.VersionId, before.Os?.PrettyName, before.Os?.Location), (after.Os?.Id, after.Os?.VersionId, after.Os?.PrettyName, after.Os?.Location));
        Assert.Equal(before.Problems, after.Problems);
        Assert.Equal(before.Notes, after.Notes);
        Assert.Equal(before.Image.Layers, after.Image.Layers);
        Assert.Equal(before.Image.Names, after.Image.Names);
        Assert.Equal((before.Image.ManifestDigest, before.Image.ConfigDigest, before.Image.Platform), (after.Image.ManifestDigest, after.Image.ConfigDigest, after.Image.Platform));
        Assert.Equal((before.Image.Base?.Name, before.Image.Base?.LayerCount), (after.Image.Base?.Name, after.Image.Base?.LayerCount));
        Assert.Equal(SourceKind.Sbom, after.Image.Source);
    }

    [Theory]
    [InlineData("cyclonedx")]
    [InlineData("spdx")]
    public void Any_packages_come_back(string report) => Result.Sample(before =>
    {
        var after = BillBytes.Read(BillBytes.Write(report, before));
        Assert.Equal(Listed(before, report).Select(Facts), after.Packages.Select(Facts));
        Assert.Equal(before.Problems, after.Problems);
    }, iter: 300);

    [Theory]
    [InlineData("cyclonedx", "spdx")]
    [InlineData("spdx", "cyclonedx")]
    public void Packages_survive_a_change_of_format(string first, string second)
    {
        var before = Samples.Rich();
        var between = BillBytes.Read(BillBytes.Write(first, before));
        var after = BillBytes.Read(BillBytes.Write(second, between));
        Assert.Equal(before.Packages.Select(Facts), after.Packages.Select(Facts));
        Assert.Equal(before.Applications.Select(Facts), after.Applications.Select(Facts));
    }

    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcxyz019._+~%#?@ é日"], 1, 12].Select(word => "n" + word.TrimEnd());

    private static readonly Gen<string> License = Gen.OneOf(Of("MIT", "mit", "GPL-2.0+", "MIT OR Zlib", "see LICENSE", "LicenseRef-1", "NOASSERTION and such"), Word);

    private static readonly Gen<Package> OnePackage = Gen.Select(Of("npm", "deb", "maven", "golang"), Word, Word, Word, License.Array[0, 3], Gen.Select(Gen.Int[-1, 2], Gen.Int[0, 3], Gen.Bool, Word))
        .Select((type, space, name, version, licenses, more) => new Package
        {
            Purl = new PackageUrl(type, type == "deb" ? "debian" : more.Item3 ? space : null, name, version).With("arch", more.Item4),
            Name = type == "deb" || !more.Item3 ? name : type == "maven" ? $"{space}:{name}" : $"{space}/{name}",
            Version = version,
            Licenses = [.. licenses.Distinct().Order(StringComparer.Ordinal)],
            FoundBy = type == "deb" ? "os/dpkg" : "language/" + type,
            SourceName = more.Item3 ? space : null,
            Cpe = more.Item3 ? $"cpe:2.3:a:x:{version}" : null,
            Architecture = type == "deb" ? more.Item4 : null,
            OwnedFiles = more.Item2 == 0 ? null : more.Item2,
            Supplier = more.Item3 ? "A Name <mail@example.org>" : null,
            Locations = [new Location("/" + name, more.Item1 < 0 ? null : more.Item1, more.Item2 == 0 ? null : more.Item2)],
            IsGuess = type == "maven" && more.Item3,
        });

    private static readonly Gen<ScanResult> Result = Gen.Select(OnePackage.Array[0, 8], Gen.Int[0, 7].Array[0, 12], Gen.Select(Gen.Enum<ProblemKind>(), Word, Word).Array[0, 3]).Select((generated, edges, problems) =>
    {
        var packages = generated.DistinctBy(package => package.Key).OrderBy(package => package.Key, StringComparer.Ordinal).ToArray();
        for (var i = 0; i + 1 < edges.Length && packages.Length > 1; i += 2)
        {
            var (from, to) = (edges[i] % packages.Length, edges[i + 1] % packages.Length);
            if (from != to) packages[from] = packages[from] with { Dependencies = [.. packages[from].Dependencies.Append(packages[to].Key).Distinct().Order(StringComparer.Ordinal)] };
        }
        if (packages.Length > 0) packages[0] = packages[0] with { Contains = [new PackageUrl("npm", "@in", "side", "1"), new PackageUrl("npm", null, "within", "2")] };
        return Samples.Empty() with
        {
            Packages = [.. packages],
            Problems = [.. problems.Select(problem => new Problem(problem.Item1, "language/npm", "/" + problem.Item2, "expected " + problem.Item3)).Distinct().Order()],
        };
    });

    private static Gen<string> Of(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>SPDX lists what is installed.</summary>
    private static IEnumerable<Package> Listed(ScanResult result, string report) =>
        result.Packages.Where(package => report == "cyclonedx" || package.RemovedIn is null)
            .OrderBy(package => package.Key, StringComparer.Ordinal).ThenBy(package => package.RemovedIn ?? int.MaxValue);

    /// <summary>All that both formats hold, as one text; licences of the list as the list writes them.</summary>
    private static string Facts(Package package) => string.Join(" | ",
        package.Key, package.Name, package.Version, package.Cpe, package.SourceName, package.SourceVersion, package.Architecture, package.Supplier, package.FoundBy, package.OwnedFiles, package.Origin, package.RemovedIn, package.IsGuess,
        string.Join(", ", package.Licenses.Select(Canonical).Distinct().Order(StringComparer.Ordinal)),
        string.Join(", ", package.Dependencies),
        string.Join(", ", package.Contains),
        string.Join(", ", package.Locations.Select(location => $"{location.Layer} {location}")));

    private static string Facts(Plimsoll.Core.Applications.Application application) => string.Join(" | ",
        application.Name, application.Version, application.PackageKey, application.Runtime, application.User, application.Executable,
        string.Join(", ", application.Command), string.Join(", ", application.Ports), string.Join(", ", application.ConfigFiles.Select(file => file.Path)), string.Join(", ", application.Evidence));

    private static string Canonical(string license) => SpdxExpression.TryParse(license, out var canonical, out _) ? canonical : license;
}
