namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Runs every file of tests/golden; PLIMSOLL_GOLDEN=write rewrites the expected halves for review.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Cases() => [.. GoldenCase.All().Select(found => found.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Says_what_the_golden_file_says(string name)
    {
        var golden = GoldenCase.Named(name);
        var actual = golden.Actual();
        if (Environment.GetEnvironmentVariable("PLIMSOLL_GOLDEN") == "write") golden.Rewrite(actual);
        Assert.Equal(golden.Read().Expected, actual);
        Assert.NotEmpty(actual);
    }
}
