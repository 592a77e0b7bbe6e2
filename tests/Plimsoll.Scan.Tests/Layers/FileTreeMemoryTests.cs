using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

/// <summary>Runs alone: it measures the whole process.</summary>
[CollectionDefinition(nameof(FileTreeMemoryTests), DisableParallelization = true)]
[Collection(nameof(FileTreeMemoryTests))]
public sealed class FileTreeMemoryTests
{
    /// <summary>The bound that users are promised is 100 bytes an entry; names are as long as in real images.</summary>
    [Fact]
    public void An_entry_costs_less_than_100_bytes()
    {
        const int count = 600_000;
        var before = Resident();
        using var tree = new FileTree();
        var name = new byte[16];
        for (var i = 0; i < count / 100; i++)
        {
            var folder = tree.FolderOf(0, Encoding.ASCII.GetBytes($"usr/share/folder-{i}"));
            for (var j = 0; j < 100; j++)
            {
                Encoding.ASCII.GetBytes($"file-name-{j:d6}", name);
                tree.Set(tree.ChildOrAdd(folder, name), new FileTree.Entry { Mode = FileType.File }, default);
            }
        }
        tree.Seal();
        var each = (Resident() - before) / (double)count;
        Assert.True(each < 100, $"{each:N1} bytes an entry");
        Assert.Equal(count, tree.EntryCount);
    }

    /// <summary>Bytes of the process in memory: the tree is outside of the collected heap.</summary>
    private static long Resident()
    {
        GC.Collect();
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
