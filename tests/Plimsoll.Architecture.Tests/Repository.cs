namespace Plimsoll.Architecture.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Files below a folder, without what builds leave.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    public static IEnumerable<string> Documents =>
        Directory.EnumerateFiles(Root, "*.md").Concat(Files("docs", "*.md")).Concat(Files("bench", "*.md")).Order(StringComparer.Ordinal);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Plimsoll.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run from inside the repository");
        return folder.FullName;
    }
}
