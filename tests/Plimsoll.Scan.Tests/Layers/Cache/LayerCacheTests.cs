using System.Security.Cryptography;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Layers.Cache;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Tests.Layers.Cache;

/// <summary>Layers whose bytes would have to be fetched: each reading is counted.</summary>
public sealed class LayerCacheTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FileIndex wanted = new([FilePattern.Named("os-release")]);

    public void Dispose() => folder.Dispose();

    /// <summary>Bytes that come when they are waited for.</summary>
    private sealed class Counted(long length) : IArrival
    {
        public int Waits { get; private set; }
        public bool IsDeclined { get; private set; }

        public long Await(long bytes)
        {
            Waits++;
            return length;
        }

        public void Decline() => IsDeclined = true;
    }

    private sealed record Seen(Counted Arrival, List<Problem> Problems, string[] Entries, List<string> Notes);

    /// <summary>One scan of one layer: the tree as text, then what <paramref name="use"/> does with the files.</summary>
    private Seen Scan(byte[] tar, Action<ImageFiles>? use = null, byte[]? stored = null, FileIndex? index = null, Digest? diffId = null, bool isPlain = false)
    {
        var right = isPlain ? tar : CachedImage.Gzip(tar);
        var blob = stored ?? right;
        var layer = new Layer(0, isPlain ? null : Digest.OfHash(SHA256.HashData(right)), diffId ?? Digest.OfHash(SHA256.HashData(tar)), right.Length, null);
        var path = folder.At($"blob-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, blob);
        using var file = File.OpenHandle(path);
        var arrival = new Counted(blob.Length);
        var problems = new ProblemLog("layers");
        var notes = new List<string>();
        using var cache = LayerCache.For(new CacheSettings(folder.At("cache")), index ?? wanted, Limits.Default)!;
        using var files = new LayerReader([new LayerBlob(layer, new Blob(file, 0, blob.Length, "blob") { Arrival = arrival }) { IsCopy = isPlain }], new FileTree(), index ?? wanted, Limits.Default, cache, problems, null).Read();
        var entries = Enumerable.Range(1, files.Tree.NodeCount - 1).Where(node => files.Tree.Visible(node) != FileTree.None).Select(node => Describe(files, node)).Order(StringComparer.Ordinal).ToArray();
        use?.Invoke(files);
        files.Keep(problems, notes);
        return new Seen(arrival, [.. problems.All()], entries, notes);

        static string Describe(ImageFiles files, int node)
        {
            var file = new ImageFile(files, node);
            return $"{file.Path} {file.IsFile} {file.Size} {file.Permissions:x} {file.Magic} {file.LinkTarget}";
        }
    }

    private static string Text(ImageFiles files, string path) => files.TryFind(path, out var file) ? System.Text.Encoding.UTF8.GetString(file.ReadBytes(1 << 20).Span) : "absent";

    [Theory, InlineData(false), InlineData(true)]
    public void A_kept_layer_is_not_read(bool isPlain)
    {
        var tar = CachedImage.Tar();
        var (first, second) = ("", "");
        var cold = Scan(tar, files => first = Text(files, "etc/os-release"), isPlain: isPlain);
        var warm = Scan(tar, files => second = Text(files, "etc/os-release"), isPlain: isPlain);
        Assert.True(cold.Arrival.Waits > 0 && !cold.Arrival.IsDeclined);
        Assert.True(warm.Arrival.Waits == 0 && warm.Arrival.IsDeclined);
        Assert.Equal(cold.Entries, warm.Entries);
        Assert.Contains("/opt/tool True 30004 1ed Elf ", warm.Entries);
        Assert.Equal(("ID=debian\nVERSION_ID=12\n", first), (second, second));
        Assert.Empty(warm.Problems);
        Assert.Empty(warm.Notes);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Content_that_is_not_kept_comes_from_the_blob_and_is_kept_then(bool isPlain)
    {
        var tar = CachedImage.Tar();
        Scan(tar, isPlain: isPlain);
        var (read, again) = ("", "");
        Assert.NotEqual(0, Scan(tar, files => read = Text(files, "srv/node_modules/b/index.js"), isPlain: isPlain).Arrival.Waits);
        Assert.Equal(0, Scan(tar, files => again = Text(files, "srv/node_modules/b/index.js") + Text(files, "etc/os-release"), isPlain: isPlain).Arrival.Waits);
        Assert.Equal("module.exports = 1", read);
        Assert.Equal("module.exports = 1ID=debian\nVERSION_ID=12\n", again);
    }

    [Fact]
    public void Announced_content_is_inflated_once_and_kept()
    {
        var tar = CachedImage.Tar();
        Scan(tar, Use);
        Assert.Equal(0, Scan(tar, Use).Arrival.Waits);

        static void Use(ImageFiles files)
        {
            Assert.True(files.TryFind("opt/tool", out var tool));
            Assert.True(files.TryFind("opt/hard", out var script));
            files.Prepare([tool, script]);
            Assert.Equal(30_004, tool.ReadBytes(1 << 20).Length);
            Assert.StartsWith("#!/bin/sh", Text(files, "opt/hard"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Other_bytes_behind_a_kept_layer_are_noticed_when_they_are_needed()
    {
        var tar = CachedImage.Tar();
        Scan(tar);
        var other = CachedImage.Gzip(CachedImage.Tar("9.9"));
        var right = CachedImage.Gzip(tar);
        Array.Resize(ref other, right.Length);
        var refused = Assert.Throws<UnreadableException>(() => Scan(tar, files => Text(files, "srv/node_modules/b/index.js"), stored: other));
        Assert.Equal(ProblemKind.Mismatch, refused.Kind);
        Assert.Equal($"its layer is declared as {Digest.OfHash(SHA256.HashData(right))}, but the bytes are {Digest.OfHash(SHA256.HashData(other))}", refused.Message);
    }

    [Fact]
    public void A_blob_that_cannot_be_had_whole_is_noticed_when_it_is_needed()
    {
        var tar = CachedImage.Tar();
        Scan(tar);
        var right = CachedImage.Gzip(tar);
        var refused = Assert.Throws<UnreadableException>(() => Scan(tar, files => Text(files, "srv/node_modules/b/index.js"), stored: right[..100]));
        Assert.Equal(ProblemKind.Mismatch, refused.Kind);
        Assert.StartsWith("its layer is declared as sha256:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_diffID_is_noticed_though_the_blob_is_kept()
    {
        var tar = CachedImage.Tar();
        Scan(tar);
        var seen = Scan(tar, diffId: Digest.OfHash(new byte[32]));
        Assert.Equal(ProblemKind.Mismatch, Assert.Single(seen.Problems).Kind);
        Assert.NotEqual(0, seen.Arrival.Waits);
    }

    [Fact]
    public void A_layer_with_a_problem_is_not_kept()
    {
        var right = CachedImage.Gzip(CachedImage.Tar());
        var cut = Scan(CachedImage.Tar(), stored: right[..^20]);
        Assert.NotEmpty(cut.Problems);
        var dots = new TarBytes().Add("a", "1").Add("../b", "2").Done();
        Assert.NotEmpty(Scan(dots).Problems);
        Assert.NotEmpty(Scan(dots).Problems);
        Assert.Empty(Directory.EnumerateFiles(folder.At("cache")));
    }

    [Fact]
    public void A_layer_with_sparse_files_is_read_each_time()
    {
        var tar = new TarBytes().Pax('x', ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"), ("GNU.sparse.realsize", "1000")).Add("s", "1\n0\n4\n" + new string('\0', 506) + "\u007fELF", mode: 0x1ED).Done();
        var first = Scan(tar);
        var second = Scan(tar);
        Assert.Empty(first.Problems);
        Assert.Equal(["/s True 1000 1ed Elf "], second.Entries);
        Assert.Equal(first.Entries, second.Entries);
        Assert.NotEqual(0, second.Arrival.Waits);
    }

    [Fact]
    public void Other_patterns_are_another_question()
    {
        var tar = CachedImage.Tar();
        Scan(tar);
        Assert.NotEqual(0, Scan(tar, index: new FileIndex([FilePattern.Named("os-release", "status")])).Arrival.Waits);
        Assert.Equal(2, Directory.EnumerateFiles(folder.At("cache")).Count());
        Assert.Equal(0, Scan(tar).Arrival.Waits);
    }

    [Fact]
    public void Entries_come_back_as_they_were()
    {
        // Long, not UTF-8, shared beginnings, links, devices, opaque folders, offsets behind extended headers.
        var longName = string.Concat(Enumerable.Range(0, 30).Select(i => $"folder-{i:00}/")) + "file";
        var tar = new TarBytes().Pax('x', ("path", longName)).Add("x", "content").Pax('x', ("SCHILY.xattr.trusted.overlay.opaque", "y")).Add("opaque/", type: '5')
            .Add("fifo", type: '6').Add("null", type: '3').Add("link", type: '2', link: longName).Add("hard", type: '1', link: "fifo").Add("d/.wh..wh..opq").Add("d/.wh.x").Add("s.so.1", "\u007fELF").Add("s.so.2", "no").Done();
        Assert.Equal(Scan(tar).Entries, Scan(tar).Entries);
        var kept = Assert.Single(Directory.EnumerateFiles(folder.At("cache")));
        Assert.True(new FileInfo(kept).Length < 2000, $"{new FileInfo(kept).Length} bytes for 11 entries");
    }
}
