using System.Collections.Frozen;
using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>One look-up that tells which of all patterns a file matches. Immutable: shared by the threads that read layers.</summary>
internal sealed class FileIndex
{
    private const int MaxText = 512;

    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> names;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> extensions;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> paths;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> folders;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> trees;
    private readonly IReadOnlyList<FilePattern> patterns;
    private readonly int[] elf;
    private readonly int[] shebang;

    public FileIndex(IReadOnlyList<FilePattern> patterns)
    {
        this.patterns = patterns;
        names = Build(patterns, pattern => pattern.Names);
        extensions = Build(patterns, pattern => pattern.Extensions);
        paths = Build(patterns, pattern => pattern.Paths);
        folders = Build(patterns, pattern => pattern.Folders);
        trees = Build(patterns, pattern => pattern.Trees);
        elf = Wanting(patterns, Magic.Elf);
        shebang = Wanting(patterns, Magic.Shebang);
    }

    /// <summary>All patterns as text: equal for indexes that want the same.</summary>
    public string Description => string.Join('\n', patterns);

    /// <summary>Whether any pattern matches a file by where it is or how it is called: what is worth keeping while a layer streams by.</summary>
    /// <param name="path">Without the leading slash, as the archive has it.</param>
    public bool Wants(ReadOnlySpan<byte> path)
    {
        Span<char> text = stackalloc char[MaxText];
        var whole = Chars(path, text);
        var slash = whole.LastIndexOf('/');
        var name = whole[(slash + 1)..];
        var dot = name.LastIndexOf('.');
        return names.ContainsKey(name) || (dot >= 0 && (extensions.ContainsKey(name[dot..]) || extensions.ContainsKey(Double(name, dot))))
            || paths.ContainsKey(whole) || (slash > 0 && (folders.ContainsKey(whole[..slash]) || trees.ContainsKey(whole[..whole.IndexOf('/')])));
    }

    public bool Wants(Magic magic) => magic switch
    {
        Magic.Elf => elf.Length > 0,
        Magic.Shebang => shebang.Length > 0,
        _ => false,
    };

    /// <summary>All files of an image that a pattern matches, as pairs of pattern and file, each pair once.</summary>
    public HashSet<(int Pattern, ImageFile File)> Match(ImageFiles files)
    {
        var found = new HashSet<(int, ImageFile)>();
        Span<char> text = stackalloc char[MaxText];
        var tree = files.Tree;
        for (var node = 1; node < tree.NodeCount; node++)
        {
            var entry = tree.Visible(node);
            if (entry == FileTree.None) continue;
            var file = new ImageFile(files, node);
            if (!file.IsFile) continue;
            var name = Chars(tree.Name(node), text);
            var dot = name.LastIndexOf('.');
            if (names.TryGetValue(name, out var units)) Add(units, file);
            if (dot >= 0 && extensions.TryGetValue(name[dot..], out units)) Add(units, file);
            if (dot > 0 && extensions.TryGetValue(Double(name, dot), out units)) Add(units, file);
            if (elf.Length + shebang.Length == 0) continue;
            var magic = file.Magic;
            if (magic == Magic.Elf) Add(elf, file);
            else if (magic == Magic.Shebang) Add(shebang, file);
        }
        foreach (var (path, units) in paths.Dictionary)
            if (files.TryFind(path, out var file) && file.IsFile) Add(units, file);
        foreach (var (folder, units) in folders.Dictionary)
            if (files.TryFind(folder, out var parent))
                foreach (var file in parent.Children())
                    if (file.IsFile) Add(units, file);
        foreach (var (path, units) in trees.Dictionary)
            if (files.TryFind(path, out var top)) AddBelow(units, top);
        return found;

        void AddBelow(int[] units, ImageFile folder)
        {
            foreach (var child in folder.Children())
                if (child.IsFolder) AddBelow(units, child);
                else if (child.IsFile) Add(units, child);
        }

        void Add(int[] units, ImageFile file)
        {
            foreach (var unit in units) found.Add((unit, file));
        }
    }

    /// <summary>The last two extensions, `.deps.json`; empty for a name with one.</summary>
    private static ReadOnlySpan<char> Double(ReadOnlySpan<char> name, int lastDot) =>
        name[..lastDot].LastIndexOf('.') is var dot and >= 0 ? name[dot..] : default;

    /// <summary>The end of a path as text. Only names and extensions can match further down than <see cref="MaxText"/> bytes.</summary>
    private static ReadOnlySpan<char> Chars(ReadOnlySpan<byte> path, Span<char> to) =>
        to[..Encoding.UTF8.GetChars(path.Length > MaxText ? path[^MaxText..] : path, to)];

    private static FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> Build(
        IReadOnlyList<FilePattern> patterns, Func<FilePattern, IEnumerable<string>> keys)
    {
        var table = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < patterns.Count; i++)
            foreach (var key in keys(patterns[i]))
            {
                if (!table.TryGetValue(key, out var list)) table.Add(key, list = []);
                list.Add(i);
            }
        return table.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    private static int[] Wanting(IReadOnlyList<FilePattern> patterns, Magic magic) =>
        [.. Enumerable.Range(0, patterns.Count).Where(i => patterns[i].Contents.Contains(magic))];
}
