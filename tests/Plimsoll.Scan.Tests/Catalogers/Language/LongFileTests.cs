using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Files of a gigabyte (of zeros, sparse) under the names that catalogers read: each a problem, and nothing read.</summary>
public sealed class LongFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-long-").FullName;

    [Theory]
    [InlineData("site/long-1.0.dist-info/METADATA", ProblemKind.LimitReached, "the file has 1,073,741,824 bytes, more than the 16,777,216 that are read of its kind; it was not read")]
    [InlineData("gems/specifications/long-1.0.gemspec", ProblemKind.LimitReached, "the file has 1,073,741,824 bytes, more than the 4,194,304 that are read of its kind; it was not read")]
    [InlineData("vendor/composer/installed.json", ProblemKind.LimitReached, "the file has 1,073,741,824 bytes, more than the 67,108,864 that are read of its kind; it was not read")]
    [InlineData("lib/long-1.0.jar", ProblemKind.Malformed, "expected a ZIP archive, found no end record of one; it was not read")]
    [InlineData("lib/long-1.0.egg", ProblemKind.Malformed, "expected a ZIP archive, found no end record of one")]
    public void Is_a_problem_and_nothing_more(string path, ProblemKind kind, string message)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using (var stream = File.Create(file)) stream.SetLength(1 << 30);
        using var root = new RootFolder(folder);
        Assert.Empty(root.Packages);
        var problem = Assert.Single(root.Problems);
        Assert.Equal((kind, "/" + path, message), (problem.Kind, problem.Where, problem.Message));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
