using System.Text;
using CsCheck;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

public sealed class FileTreeModelTests
{
    private static readonly Gen<string> PathGen = Gen.Int[0, 2].Select(i => Names[i]).Array[1, 3].Select(parts => string.Join('/', parts));
    private static readonly Gen<string> TargetGen = Gen.Int[0, 4].Select(i => Names[i]).Array[1, 3].Select(parts => string.Join('/', parts).TrimEnd('/') is { Length: > 0 } path ? path : "/");

    private static readonly Gen<Op[][]> LayersGen = Gen.Select(
            Gen.Frequency((4, Gen.Const(Kind.File)), (3, Gen.Const(Kind.Folder)), (3, Gen.Const(Kind.Symlink)), (2, Gen.Const(Kind.HardLink)), (2, Gen.Const(Kind.Whiteout)), (1, Gen.Const(Kind.Opaque))),
            PathGen, TargetGen).Array[0, 6].Array[1, 4]
        .Select(layers => layers.Select((layer, i) => layer.Select((op, j) => new Op(op.Item1, op.Item2, op.Item1 == Kind.HardLink ? op.Item3.Replace("..", "a") : op.Item3, (i * 100) + j)).ToArray()).ToArray());

    [Fact]
    public void Tree_sees_what_extracting_layer_by_layer_leaves() =>
        Gen.Select(LayersGen, Gen.Int[0, 1000]).Sample((layers, order) =>
        {
            using var tree = new FileTree();
            Add(tree, layers, order);
            for (var k = 0; k <= layers.Length; k++)
            {
                var model = new LayerModel();
                foreach (var layer in layers.Take(k)) model.Apply(layer);
                tree.Seal(k == layers.Length ? int.MaxValue : k - 1);
                Compare(tree, model);
            }
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 4_000 : 100_000);

    /// <summary>Layers one after the other in some order, or in turns: what a layer's threads may do.</summary>
    private static void Add(FileTree tree, Op[][] layers, int order)
    {
        var left = layers.Select(_ => 0).ToArray();
        var state = (uint)order;
        while (true)
        {
            var open = Enumerable.Range(0, layers.Length).Where(i => left[i] < layers[i].Length).ToList();
            if (open.Count == 0) return;
            if (order % 3 == 0) state = (state * 1664525) + 1013904223;
            var layer = open[(int)(state >> 8) % open.Count];
            Add(tree, (short)layer, layers[layer][left[layer]++]);
        }
    }

    private static void Add(FileTree tree, short layer, Op op)
    {
        var slash = op.Path.LastIndexOf('/');
        var folder = tree.FolderOf(layer, Encoding.ASCII.GetBytes(slash < 0 ? "" : op.Path[..slash]));
        if (folder == FileTree.None) return;
        ushort mode = op.Kind switch
        {
            Kind.File => FileType.File | 0x1A4,
            Kind.Folder => FileType.Folder,
            Kind.Symlink => FileType.Symlink,
            Kind.HardLink => FileType.HardLink,
            Kind.Whiteout => FileType.Whiteout,
            _ => FileType.Opaque,
        };
        tree.Set(tree.ChildOrAdd(folder, Encoding.ASCII.GetBytes(op.Path[(slash + 1)..])), new FileTree.Entry { Layer = layer, Mode = mode, Size = op.Id },
            op.Kind is Kind.Symlink or Kind.HardLink ? Encoding.ASCII.GetBytes(op.Target) : default);
    }

    private static void Compare(FileTree tree, LayerModel model)
    {
        var files = new ImageFiles(tree, new NoContent(), hasLayers: true);
        var seen = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var node = 1; node < tree.NodeCount; node++)
        {
            var path = tree.PathOf(node);
            Assert.True(model.Exists(path) == tree.Exists(node), $"{path} exists: {tree.Exists(node)}");
            Assert.True((!model.Exists(path) && model.Ever.Contains(path)) == tree.Removed(node), $"{path} removed: {tree.Removed(node)}");
            var entry = tree.Visible(node);
            if (entry == FileTree.None) continue;
            seen.Add(path, tree.EntryAt(entry).Size);
            if (model.Seen.TryGetValue(path, out var item) && item.ContentId >= 0)
                Assert.Equal(item.ContentId, tree.EntryAt(files.Content(entry)).Size);
        }
        Assert.Equal(model.Seen.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => (each.Key, (long)each.Value.Id)), seen.Select(each => (each.Key, each.Value)));
        foreach (var path in Paths)
            foreach (var followLast in new[] { true, false })
            {
                var links = 0;
                var expected = model.Resolve("", path, followLast, ref links);
                var node = tree.Resolve(FileTree.Root, Encoding.ASCII.GetBytes(path), followLast);
                Assert.True((expected is "" ? "/" : expected) == (node == FileTree.None ? null : tree.PathOf(node)), $"{path} ({followLast}): expected {expected}");
            }
    }

    private static readonly string[] Paths = [.. from x in Names from y in Names from z in Names select string.Join('/', new[] { x, y, z }.Where(part => part.Length > 0))];
    private static string[] Names => ["a", "b", "c", "..", ""];
}
