namespace Plimsoll.Core.Tests.Versions;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Plimsoll.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run from inside the repository");
        return folder.FullName;
    }
}
