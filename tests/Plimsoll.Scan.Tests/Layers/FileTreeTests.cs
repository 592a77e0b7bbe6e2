using System.Diagnostics;
using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

public sealed class FileTreeTests
{
    private static int Put(FileTree tree, short layer, string path, ushort mode = FileType.File, string link = "")
    {
        var slash = path.LastIndexOf('/');
        var folder = tree.FolderOf(layer, Encoding.UTF8.GetBytes(path[..Math.Max(slash, 0)]));
        return tree.Set(tree.ChildOrAdd(folder, Encoding.UTF8.GetBytes(path[(slash + 1)..])), new FileTree.Entry { Layer = layer, Mode = mode }, Encoding.UTF8.GetBytes(link));
    }

    private static string[] Seen(FileTree tree)
    {
        tree.Seal();
        return [.. Enumerable.Range(1, tree.NodeCount - 1).Where(node => tree.Visible(node) != FileTree.None).Select(tree.PathOf).Order(StringComparer.Ordinal)];
    }

    private static string? Resolve(FileTree tree, string path, bool followLast = true) =>
        tree.Resolve(FileTree.Root, Encoding.UTF8.GetBytes(path), followLast) is var node && node == FileTree.None ? null : tree.PathOf(node);

    [Fact]
    public void Folder_that_an_upper_layer_needs_hides_a_symlink_of_a_lower_one()
    {
        using var tree = new FileTree();
        Put(tree, 0, "usr/lib/old");
        Put(tree, 0, "lib", FileType.Symlink, "usr/lib");
        Put(tree, 1, "lib/new");
        Assert.Equal(["/lib/new", "/usr/lib/old"], Seen(tree));
        Assert.Equal("/lib/new", Resolve(tree, "lib/new"));
        Assert.Null(Resolve(tree, "lib/old"));
        tree.Seal(0);
        Assert.Equal("/usr/lib/old", Resolve(tree, "lib/old"));
    }

    [Fact]
    public void Symlink_of_the_same_layer_is_followed()
    {
        using var tree = new FileTree();
        Put(tree, 0, "lib", FileType.Symlink, "/usr/lib");
        Put(tree, 0, "lib/new");
        Assert.Equal(["/lib", "/usr/lib/new"], Seen(tree));
        Assert.Equal("/usr/lib/new", Resolve(tree, "lib/new"));
    }

    [Fact]
    public void Entry_below_a_file_of_its_own_layer_has_no_place()
    {
        using var tree = new FileTree();
        Put(tree, 0, "a");
        Assert.Equal(FileTree.None, tree.FolderOf(0, "a/b"u8));
        Assert.NotEqual(FileTree.None, tree.FolderOf(1, "a/b"u8));
    }

    [Fact]
    public void Loops_of_links_end()
    {
        using var tree = new FileTree();
        Put(tree, 0, "a", FileType.Symlink, "b");
        Put(tree, 0, "b", FileType.Symlink, "a");
        Put(tree, 0, "self", FileType.Symlink, "self/x");
        Put(tree, 0, "nothing", FileType.Symlink);
        Put(tree, 0, "up", FileType.Symlink, "../../..");
        tree.Seal();
        Assert.Null(Resolve(tree, "a"));
        Assert.Null(Resolve(tree, "self/x"));
        Assert.Null(Resolve(tree, "nothing"));
        Assert.Equal("/", Resolve(tree, "up"));
        Assert.Equal("/a", Resolve(tree, "up/up/up/a", followLast: false));
        Assert.Equal(FileTree.None, tree.FolderOf(0, "a/x"u8));
    }

    [Theory]
    [InlineData(39, true)]
    [InlineData(40, true)]
    [InlineData(41, false)]
    [InlineData(4000, false)]
    public void As_many_links_as_Linux_follows(int count, bool resolves)
    {
        using var tree = new FileTree();
        for (var i = 0; i < count; i++) Put(tree, 0, $"l{i}", FileType.Symlink, i + 1 < count ? $"l{i + 1}" : "target");
        Put(tree, 0, "target");
        tree.Seal();
        Assert.Equal(resolves ? "/target" : null, Resolve(tree, "l0"));
    }

    [Fact]
    public void Path_needs_folders_on_its_way()
    {
        using var tree = new FileTree();
        Put(tree, 0, "file");
        Put(tree, 0, "dir/x");
        Put(tree, 0, "link", FileType.Symlink, "dir");
        tree.Seal();
        Assert.Null(Resolve(tree, "file/"));
        Assert.Null(Resolve(tree, "file/."));
        Assert.Null(Resolve(tree, "file/.."));
        Assert.Null(Resolve(tree, "gone/../file"));
        Assert.Equal("/dir", Resolve(tree, "dir/"));
        Assert.Equal("/dir", Resolve(tree, "link/", followLast: false));
        Assert.Equal("/link", Resolve(tree, "link", followLast: false));
        Assert.Equal("/dir/x", Resolve(tree, "//link//./x"));
        Assert.Equal("/", Resolve(tree, ""));
    }

    [Fact]
    public void Hard_link_keeps_what_its_target_was()
    {
        using var tree = new FileTree();
        var old = Put(tree, 0, "a");
        var link = Put(tree, 0, "b", FileType.HardLink, "a");
        var other = Put(tree, 0, "c", FileType.HardLink, "b");
        Put(tree, 0, "a");
        tree.Seal();
        using var files = new ImageFiles(tree, new NoContent(), hasLayers: true);
        Assert.Equal(old, files.Content(link));
        Assert.Equal(old, files.Content(other));
    }

    [Fact]
    public void Hard_link_leads_to_a_lower_layer_when_its_own_has_no_such_file()
    {
        using var tree = new FileTree();
        var link = Put(tree, 1, "b", FileType.HardLink, "a");
        var below = Put(tree, 0, "a");
        Put(tree, 2, "a");
        using var files = new ImageFiles(tree, new NoContent(), hasLayers: true);
        Assert.Equal(below, files.Content(link));
    }

    [Fact]
    public void Hard_links_that_name_each_other_end()
    {
        using var tree = new FileTree();
        var a = Put(tree, 0, "a", FileType.HardLink, "b");
        var b = Put(tree, 0, "b", FileType.HardLink, "a");
        var self = Put(tree, 0, "self", FileType.HardLink, "self");
        tree.Seal();
        using var files = new ImageFiles(tree, new NoContent(), hasLayers: true);
        foreach (var entry in new[] { a, b, self })
            Assert.Equal(FileType.HardLink, tree.EntryAt(files.Content(entry)).Mode & FileType.Mask);
        Assert.Equal("it is a hard link to a file that its layer does not hold", Assert.Throws<UnreadableException>(() => files.Open(tree.Find("a"u8))).Message);
    }

    [Fact]
    public void Entry_for_the_root_cannot_hide_the_image()
    {
        using var tree = new FileTree();
        Put(tree, 0, "a");
        tree.Set(FileTree.Root, new FileTree.Entry { Layer = 1, Mode = FileType.Symlink }, "nowhere"u8);
        Assert.Equal(["/a"], Seen(tree));
        Assert.Equal("/a", Resolve(tree, "/a"));
        tree.Set(FileTree.Root, new FileTree.Entry { Layer = 2, Mode = FileType.Opaque }, default);
        Assert.Empty(Seen(tree));
    }

    [Fact]
    public void Whiteout_of_what_never_was_removes_nothing()
    {
        using var tree = new FileTree();
        Put(tree, 1, "a", FileType.Whiteout);
        Put(tree, 3, "b");
        tree.Seal(2);
        Assert.False(tree.Removed(tree.Find("a"u8)));
        Assert.False(tree.Removed(tree.Find("b"u8)));
    }

    [Fact]
    public void Duplicates_count_as_entries_so_that_the_limit_holds()
    {
        using var tree = new FileTree();
        for (var i = 0; i < 1000; i++) Put(tree, 0, "same");
        Assert.Equal(1000, tree.EntryCount);
        Assert.Equal(["/same"], Seen(tree));
    }

    [Fact]
    public void Paths_as_deep_as_they_come()
    {
        using var tree = new FileTree();
        var path = string.Join('/', Enumerable.Repeat("d", FileTree.MaxDepth));
        Put(tree, 0, path);
        tree.Seal();
        Assert.Equal("/" + path, Resolve(tree, path));
        Assert.Equal(path.Length + 1, tree.SystemPath(tree.Find(Encoding.UTF8.GetBytes(path))).Length);
    }

    [Fact]
    public void Links_cannot_make_paths_deeper()
    {
        using var tree = new FileTree();
        Put(tree, 0, "l", FileType.Symlink, string.Join('/', Enumerable.Repeat("d", FileTree.MaxDepth - 1)));
        Assert.NotEqual(FileTree.None, tree.FolderOf(0, "l/x"u8));
        Assert.Equal(FileTree.None, tree.FolderOf(0, "l/x/y"u8));
    }

    /// <summary>17 pairs of blocks that an unseeded FNV-1 cannot tell apart make 131,072 names that it takes for one.</summary>
    [Fact]
    public void Names_chosen_to_collide_do_not()
    {
        var (pairs, state) = (new List<(byte[] One, byte[] Other)>(), 0u);
        while (pairs.Count < 17)
        {
            var seen = new Dictionary<uint, byte[]>();
            for (var i = 0; ; i++)
            {
                var block = BitConverter.GetBytes((i * 0x9E3779B1u) ^ 1u);
                var hash = block.Aggregate(state, (at, b) => (at ^ b) * 0x01000193u);
                if (seen.TryAdd(hash, block)) continue;
                pairs.Add((seen[hash], block));
                state = hash;
                break;
            }
        }
        using var tree = new FileTree();
        var watch = Stopwatch.StartNew();
        for (var choice = 0; choice < 1 << pairs.Count; choice++)
            tree.ChildOrAdd(FileTree.Root, pairs.SelectMany((pair, i) => ((choice >> i) & 1) == 0 ? pair.One : pair.Other).ToArray());
        Assert.Equal(1 + (1 << pairs.Count), tree.NodeCount);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed} for {tree.NodeCount:N0} names");
    }
}
