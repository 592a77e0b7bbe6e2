using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>An application that is recognised by the program that is started, and whose configuration we know how to find.</summary>
internal interface IKnownApplication
{
    /// <summary>Its common name: `postgresql`.</summary>
    string Name { get; }

    /// <summary>Base names of its programs and start scripts, exactly as written; a digit-only suffix after a name is a version (`php-fpm8.2`).</summary>
    ImmutableArray<string> Executables { get; }

    /// <summary>Variables in which images that build it from source state its version.</summary>
    ImmutableArray<string> VersionVariables { get; }

    /// <summary>Whether this command line leaves the foreground: then a script goes on to something else beside it.</summary>
    bool GoesToBackground(Process process) => false;

    /// <summary>Configuration files that this command reads, in its order; only those that the image holds.</summary>
    IEnumerable<ImageFile> ConfigFiles(ConfigSearch search);
}

/// <summary>What a known application looks for its configuration with.</summary>
internal sealed record ConfigSearch(Process Process, ImageFile Executable, Programs Programs)
{
    /// <summary>Files at a path or pattern, relative to a folder; sorted; none when the image has none.</summary>
    public IEnumerable<ImageFile> Files(string folder, string path) =>
        ImageGlob.IsPattern(path)
            ? ImageGlob.Expand(Programs.Files, Applications.Programs.Absolute(folder, path)).Where(file => file.IsFile)
            : Programs.TryFindFile(folder, path, out var file) ? [file] : [];

    public IEnumerable<ImageFile> Files(params string[] paths) => paths.SelectMany(path => Files(Process.WorkingDir, path));

    /// <summary>The first of these paths that the image holds.</summary>
    public IEnumerable<ImageFile> First(params string[] paths) => paths.Select(path => Files(path)).FirstOrDefault(found => found.Any()) ?? [];

    /// <summary>
    /// A file and all that its include directives name, in the order of reading: bounded to <see cref="ImageGlob.Most"/> files.
    /// </summary>
    /// <param name="directive">Gives the included path or pattern of a line; null for other lines.</param>
    /// <param name="folder">What relative paths count from; the including file's folder when null.</param>
    public IEnumerable<ImageFile> WithIncludes(IEnumerable<ImageFile> first, Func<string, string?> directive, string? folder = null)
    {
        var read = new List<ImageFile>();
        var open = new Stack<ImageFile>(first.Reverse());
        while (open.Count > 0 && read.Count < ImageGlob.Most)
        {
            var file = open.Pop();
            if (read.Contains(file)) continue; // An include of itself, or of the same file twice.
            read.Add(file);
            if (!Programs.TryRead(file, out var text)) continue; // Reported where it was read.
            var included = new List<ImageFile>();
            foreach (var line in text.Split('\n'))
                if (directive(line.Trim()) is { } path) included.AddRange(Files(folder ?? file.Parent.Path, path).Take(ImageGlob.Most));
            included.Reverse();
            foreach (var next in included.Take(ImageGlob.Most)) open.Push(next);
        }
        return read;
    }

    /// <summary>The rest of a line behind a keyword and a blank, quotes and a closing `;` taken off; null for other lines.</summary>
    public static string? After(string line, params ReadOnlySpan<string> keywords)
    {
        foreach (var keyword in keywords)
            if (line.Length > keyword.Length && line.StartsWith(keyword, StringComparison.OrdinalIgnoreCase) && line[keyword.Length] is ' ' or '\t' or '=')
                return line[(keyword.Length + 1)..].Trim(' ', '\t', '=', '"', '\'', ';', '\r');
        return null;
    }
}
