using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening;

/// <summary>A block of a configuration and those around it: where a setting is looked up.</summary>
internal sealed class Scope
{
    private static readonly IReadOnlyList<Setting> none = [];

    /// <summary>All that occur in the whole configuration; null when something in it was not seen, which may be any.</summary>
    private readonly HashSet<string>? keys;

    private Dictionary<string, List<Setting>>? index;
    private Setting? gap;

    public Scope(Setting block, Scope? parent)
    {
        Block = block;
        Parent = parent;
        keys = parent is null ? Keys(block) : parent.keys;
        Path = parent is null ? "" : parent.Path.Length == 0 ? block.Key : $"{parent.Path}/{block.Key}";
    }

    public Setting Block { get; }

    /// <summary>Null for the configuration as a whole.</summary>
    public Scope? Parent { get; }

    /// <summary>Keys of the blocks from the outside in, `http/server`; empty for the configuration as a whole.</summary>
    public string Path { get; }

    /// <summary>The first gap directly in this block; null when all of it was seen.</summary>
    public Setting? Gap
    {
        get
        {
            _ = Index;
            return gap;
        }
    }

    /// <summary>This scope and those around it, the innermost first.</summary>
    public IEnumerable<Scope> Outwards
    {
        get
        {
            for (var at = this; at is not null; at = at.Parent) yield return at;
        }
    }

    /// <summary>Settings of a key that stand directly in this block, in order. Keys are compared without regard to case.</summary>
    public IReadOnlyList<Setting> Own(string key) => Index.TryGetValue(key, out var found) ? found : none;

    /// <summary>Whether there is such a setting anywhere in the configuration, or may be: most rules are about one that is nowhere.</summary>
    public bool MayHave(string key) => keys?.Contains(key) != false;

    /// <summary>What most servers do: the innermost block that has the key decides, with all that it has of it.</summary>
    public Found Nearest(string key)
    {
        if (!MayHave(key)) return Found.Nothing;
        Setting? unseen = null;
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.Own(key) is { Count: > 0 } own) return new Found(own, unseen ?? scope.Gap);
            unseen ??= scope.Gap;
        }
        return new Found(none, unseen);
    }

    /// <summary>Only what stands in this block itself: for settings that are not inherited.</summary>
    public Found Here(string key) => MayHave(key) ? new Found(Own(key), Gap) : Found.Nothing;

    /// <summary>Every block below, this one first, in the order of the configuration.</summary>
    public IEnumerable<Scope> All()
    {
        var open = new Stack<Scope>([this]);
        while (open.TryPop(out var scope))
        {
            yield return scope;
            var children = scope.Block.Children;
            for (var i = children.Length - 1; i >= 0; i--)
                if (children[i].IsBlock) open.Push(new Scope(children[i], scope));
        }
    }

    /// <summary>For people: `server example.org`; empty for the configuration as a whole.</summary>
    public override string ToString() => Parent is null ? "" : Block.ToString();

    private static HashSet<string>? Keys(Setting block)
    {
        var all = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Stack<Setting>([block]);
        while (open.TryPop(out var setting))
            foreach (var child in setting.Children)
            {
                if (child.IsGap) return null;
                all.Add(child.Key);
                if (child.IsBlock) open.Push(child);
            }
        return all;
    }

    private Dictionary<string, List<Setting>> Index
    {
        get
        {
            if (index is not null) return index;
            index = new Dictionary<string, List<Setting>>(StringComparer.OrdinalIgnoreCase);
            foreach (var child in Block.Children)
            {
                if (child.IsGap) gap ??= child;
                if (!index.TryGetValue(child.Key, out var same)) index[child.Key] = same = [];
                same.Add(child);
            }
            return index;
        }
    }
}

/// <param name="Settings">In force, in order; where one value counts it is the last.</param>
/// <param name="Gap">What was not seen and could say something else; null for nothing.</param>
internal readonly record struct Found(IReadOnlyList<Setting> Settings, Setting? Gap)
{
    public static readonly Found Nothing = new([], null);
}
