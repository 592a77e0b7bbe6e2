using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

/// <summary>Runs the comparisons of <see cref="ComparisonFile"/>: every pair of a chain, both ways.</summary>
public sealed class ComparisonTests
{
    public static TheoryData<string> Schemes => [.. VersionSchemes.All.Select(scheme => scheme.Id)];

    [Theory, MemberData(nameof(Schemes))]
    public void Compares_as_its_file_says(string id)
    {
        var scheme = VersionSchemes.Named(id)!;
        var file = ComparisonFile.Read(id);
        var wrong = new List<string>();
        var compared = 0;
        foreach (var chain in file.Chains)
            for (var i = 0; i < chain.Length; i++)
            {
                Expect($"{chain[i].Version} = itself", Order(chain[i].Version, chain[i].Version) == 0);
                var newer = false;
                for (var j = i + 1; j < chain.Length; j++, compared++)
                {
                    newer |= chain[j].Newer;
                    Expect($"{chain[i].Version} {(newer ? '<' : '=')} {chain[j].Version}", Order(chain[i].Version, chain[j].Version) == (newer ? -1 : 0));
                    Expect($"{chain[j].Version} {(newer ? '>' : '=')} {chain[i].Version}", Order(chain[j].Version, chain[i].Version) == (newer ? 1 : 0));
                }
            }
        foreach (var version in file.Stable) Expect($"stable {version}", scheme.IsStable(version));
        foreach (var version in file.Preview) Expect($"preview {version}", !scheme.IsStable(version) && Order(version, version) == 0);
        foreach (var version in file.Invalid) Expect($"invalid {version}", !scheme.IsStable(version) && Order(version, version) is null);
        Assert.True(compared >= 10, $"only {compared} pairs in {id}.txt");
        Assert.NotEmpty(file.Stable);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        int? Order(string left, string right) => scheme.TryCompare(left, right, out var order) ? Math.Sign(order) : null;

        void Expect(string what, bool holds)
        {
            if (!holds) wrong.Add(what);
        }
    }

    [Fact]
    public void Every_file_has_a_scheme() =>
        Assert.Equal(VersionSchemes.All.Select(scheme => scheme.Id).Order(StringComparer.Ordinal), Directory.GetFiles(ComparisonFile.Folder).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_scheme_is_in_the_list_in_order_and_named_as_its_class()
    {
        var classes = typeof(IVersionScheme).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IVersionScheme))).Select(type => type.Name).Order(StringComparer.Ordinal);
        Assert.Equal(classes, VersionSchemes.All.Select(scheme => scheme.GetType().Name));
        Assert.All(VersionSchemes.All, scheme => Assert.Equal(scheme.Id + "VersionScheme", scheme.GetType().Name, ignoreCase: true));
    }
}
