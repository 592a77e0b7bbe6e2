using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

internal enum Kind
{
    File,
    Folder,
    Symlink,
    HardLink,
    Whiteout,
    Opaque,
}

/// <summary>One entry of a layer's archive. Its id tells it apart; the target is for links.</summary>
internal sealed record Op(Kind Kind, string Path, string Target, int Id);

/// <summary>
/// The slow truth: each layer extracted into a folder of its own, as engines do for overlayfs, and laid over what
/// was there, all as dictionaries of whole paths.
/// </summary>
internal sealed class LayerModel
{
    public sealed record Item(Kind Kind, string Target, int Id, int ContentId);

    public Dictionary<string, Item> Seen { get; } = [];
    public HashSet<string> Ever { get; } = [];

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1)) yield return path[..slash];
    }

    public void Apply(IEnumerable<Op> layer)
    {
        var upper = new Dictionary<string, Item>();
        var removed = new List<string>();
        var emptied = new List<string>();
        foreach (var op in layer)
        {
            var links = 0;
            var slash = op.Path.LastIndexOf('/');
            if (Extracted(upper, "", slash < 0 ? "" : op.Path[..slash], true, ref links) is not { } folder) continue;
            var path = $"{folder}/{op.Path[(slash + 1)..]}";
            if (op.Kind == Kind.Whiteout)
            {
                removed.Add(path);
                continue;
            }
            if (op.Kind == Kind.Opaque)
            {
                emptied.Add(path);
                continue;
            }
            var item = new Item(op.Kind, op.Target, op.Id, op.Kind == Kind.File ? op.Id : -1);
            links = 0;
            if (op.Kind == Kind.HardLink && Extracted(upper, "", op.Target, false, ref links) is { } target && upper.TryGetValue(target, out var linked) && linked.Kind != Kind.Folder)
                item = linked.Kind == Kind.Symlink ? linked : item with { ContentId = linked.ContentId };
            upper[path] = item;
            Ever.Add(path);
        }
        // When its layer is done: a file that became a folder again meanwhile gives back what was in the first one.
        foreach (var path in upper.Where(each => each.Value.Kind != Kind.Folder).Select(each => each.Key).ToList())
            foreach (var below in upper.Keys.Where(key => IsBelow(key, path)).ToList()) upper.Remove(below);
        foreach (var path in Seen.Keys.ToList())
            if (removed.Any(each => path == each || IsBelow(path, each)) || emptied.Any(each => IsBelow(path, each))) Seen.Remove(path);
        foreach (var (path, item) in upper)
        {
            foreach (var above in Above(path))
                if (Seen.TryGetValue(above, out var old) && old.Kind != Kind.Folder) Seen.Remove(above);
            if (item.Kind == Kind.Folder) continue;
            foreach (var below in Seen.Keys.Where(key => IsBelow(key, path)).ToList()) Seen.Remove(below);
        }
        foreach (var (path, item) in upper) Seen[path] = item;
    }

    /// <summary>Where a path leads in the folder that a layer is extracted into; null below a file or in a loop.</summary>
    private static string? Extracted(Dictionary<string, Item> upper, string at, string path, bool followLast, ref int links)
    {
        if (path.StartsWith('/')) at = "";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] == "..")
            {
                at = at.Length == 0 ? "" : at[..at.LastIndexOf('/')];
                continue;
            }
            var next = $"{at}/{parts[i]}";
            if (upper.TryGetValue(next, out var item) && item.Kind != Kind.Folder && (followLast || i < parts.Length - 1))
            {
                if (item.Kind != Kind.Symlink || ++links > 40) return null;
                if (Extracted(upper, at, item.Target, true, ref links) is not { } followed) return null;
                next = followed;
            }
            at = next;
        }
        return at;
    }

    public bool Exists(string path) => path.Length == 0 || Seen.ContainsKey(path) || Seen.Keys.Any(key => IsBelow(key, path));

    /// <summary>What path_resolution(7) says.</summary>
    public string? Resolve(string at, string path, bool followLast, ref int links)
    {
        if (path.StartsWith('/')) at = "";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            if (Seen.TryGetValue(at, out var here) && here.Kind != Kind.Folder) return null;
            if (parts[i] == "..")
            {
                at = at.Length == 0 ? "" : at[..at.LastIndexOf('/')];
                continue;
            }
            var next = $"{at}/{parts[i]}";
            if (!Exists(next)) return null;
            if (Seen.TryGetValue(next, out var item) && item.Kind == Kind.Symlink && (followLast || i < parts.Length - 1))
            {
                if (++links > 40 || Resolve(at, item.Target, true, ref links) is not { } followed) return null;
                next = followed;
            }
            at = next;
        }
        return at;
    }
}

internal sealed class NoContent : IContentReader
{
    public Stream Open(FileTree tree, int node, int entry) => throw new InvalidOperationException("content of a tree that has none");

    public void Dispose()
    {
    }
}
