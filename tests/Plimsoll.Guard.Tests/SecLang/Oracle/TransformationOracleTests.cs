using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>What a transformation makes of a value is what Debian's libmodsecurity3 makes of it, but for what is named here.</summary>
public sealed class TransformationOracleTests
{
    private static readonly int count = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 100_000 : 4_000;

    public static TheoryData<string> Names() => [.. TransformationWords.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_transformation_is_that_of_libmodsecurity(string name)
    {
        Assert.SkipUnless(LibModSecurity.IsThere, "libmodsecurity3 is not installed");
        using var oracle = LibModSecurity.Transforming("t:" + name);
        var word = TransformationWords.All[name];
        var differences = new List<(byte[] Value, byte[] Theirs, byte[] Ours)>();
        foreach (var value in OracleValues.Of(7, count))
        {
            var (theirs, ours) = (oracle.Transform(value), Apply(word, value));
            if (!ours.AsSpan().SequenceEqual(theirs)) differences.Add((value, theirs, ours));
        }
        var unexcused = differences.Where(one => !TransformationDifferences.Excuses(name, one.Value, one.Theirs, one.Ours)).OrderBy(one => one.Value.Length).Take(12).Select(one => $"{OracleValues.Shown(one.Value)}: theirs {OracleValues.Shown(one.Theirs)}, ours {OracleValues.Shown(one.Ours)}").ToList();
        Assert.True(unexcused.Count == 0, string.Join('\n', unexcused));
        Assert.Equal(TransformationDifferences.Has(name), differences.Count > 0);
    }

    private static byte[] Apply(Transformation word, byte[] value)
    {
        var output = new byte[word.MaxLength(value.Length)];
        return word.Apply(value, output) is >= 0 and var length ? output[..length] : value;
    }
}
