using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Tests.Layers;

public sealed class LayerReaderTests : IDisposable
{
    private readonly TemporaryFolder blobFolder = new();
    private int blobCount;

    public void Dispose() => blobFolder.Dispose();

    private static readonly Digest Other = Digest.OfHash(new byte[32]);

    private static byte[] Tar => new TarBytes().Add("etc/", type: '5').Add("etc/os-release", "ID=debian\n").Add("bin/run", "#!/bin/sh\necho hello\n", mode: 0x1ED)
        .Add("data", string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i * 7919} "))).Add("hard", type: '1', link: "data").Done();

    private static byte[] Gzip(byte[] plain)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Optimal)) gzip.Write(plain);
        return to.ToArray();
    }

    private static byte[] Zstd(byte[] plain)
    {
        using var compressor = new ZstdSharp.Compressor();
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(plain).ToArray();
    }

    private static byte[] Packed(string kind, byte[] plain) => kind switch { "gzip" => Gzip(plain), "zstd" => Zstd(plain), _ => plain };

    private sealed record Stored(byte[] Blob, Digest? Digest, Digest? DiffId, long Size)
    {
        public static Stored Right(byte[] blob, byte[] plain) => new(blob, Plimsoll.Core.Images.Digest.OfHash(SHA256.HashData(blob)), Plimsoll.Core.Images.Digest.OfHash(SHA256.HashData(plain)), blob.Length);
    }

    private sealed record Result(List<Problem> Problems, string[] Paths);

    private Result Read(Limits limits, Action<ImageFiles> use, params Stored[] layers)
    {
        var path = blobFolder.At($"blobs-{Interlocked.Increment(ref blobCount)}");
        using (var blobs = File.Create(path))
            foreach (var layer in layers) blobs.Write(layer.Blob);
        using var file = File.OpenHandle(path);
        File.Delete(path);
        var offset = 0L;
        var read = new List<LayerBlob>();
        foreach (var layer in layers)
        {
            read.Add(new LayerBlob(new Layer(read.Count, layer.Digest, layer.DiffId, layer.Size, null), new Blob(file, offset, layer.Blob.Length, "blob")));
            offset += layer.Blob.Length;
        }
        var problems = new ProblemLog("layers");
        using var files = new LayerReader(read, new FileTree(), new FileIndex([]), limits, null, problems, null).Read();
        use(files);
        return new Result([.. problems.All()], [.. Enumerable.Range(1, files.Tree.NodeCount - 1).Where(node => files.Tree.Visible(node) != FileTree.None).Select(files.Tree.PathOf).Order(StringComparer.Ordinal)]);
    }

    private Result Read(params Stored[] layers) => Read(Limits.Default, _ => { }, layers);

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Intact_layer_is_read_without_problems(string kind)
    {
        var result = Read(Stored.Right(Packed(kind, Tar), Tar));
        Assert.Empty(result.Problems);
        Assert.Equal(["/bin/run", "/data", "/etc", "/etc/os-release", "/hard"], result.Paths);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Every_cut_is_a_problem_and_no_crash(string kind)
    {
        var whole = Stored.Right(Packed(kind, Tar), Tar);
        for (var cut = 0; cut < whole.Blob.Length; cut += cut < 32 || whole.Blob.Length - cut < 32 ? 1 : 997)
            foreach (var size in new[] { whole.Blob.Length, cut })
            {
                var result = Read(whole with { Blob = whole.Blob[..cut], Size = size });
                Assert.NotEmpty(result.Problems);
                Assert.DoesNotContain(result.Problems, problem => problem.Kind == ProblemKind.Crashed);
            }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Every_flipped_bit_is_a_problem_and_no_crash(string kind)
    {
        var whole = Stored.Right(Packed(kind, Tar), Tar);
        Gen.Select(Gen.Int[0, whole.Blob.Length - 1], Gen.Int[0, 7]).Sample((at, bit) =>
        {
            var damaged = whole.Blob.ToArray();
            damaged[at] ^= (byte)(1 << bit);
            var result = Read(whole with { Blob = damaged });
            Assert.NotEmpty(result.Problems);
            Assert.DoesNotContain(result.Problems, problem => problem.Kind == ProblemKind.Crashed);
        }, iter: 100);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Members_one_after_the_other_are_one_layer(string kind)
    {
        byte[] blob = [.. Packed(kind, Tar[..1000]), .. Packed(kind, Tar[1000..])];
        var result = Read(Stored.Right(blob, Tar));
        Assert.Empty(result.Problems);
        Assert.Equal(5, result.Paths.Length);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Garbage_behind_the_end_is_a_problem(string kind)
    {
        var whole = Stored.Right(Packed(kind, Tar), Tar);
        var result = Read(whole with { Blob = [.. whole.Blob, .. "garbage"u8] });
        Assert.Contains(result.Problems, problem => problem.Message == $"its blob is declared with {whole.Size:N0} bytes but has {whole.Size + 7:N0}");
        Assert.Equal(5, result.Paths.Length);
    }

    [Fact]
    public void Wrong_digests_are_named_both()
    {
        var right = Stored.Right(Gzip(Tar), Tar);
        var where = $"layer 1 ({Other.Short})";
        Assert.Equal([new Problem(ProblemKind.Mismatch, "layers", where, $"its blob is declared as {Other}, but the bytes are {right.Digest}")], Read(right with { Digest = Other }).Problems);
        where = $"layer 1 ({right.Digest!.Value.Short})";
        Assert.Equal([new Problem(ProblemKind.Mismatch, "layers", where, $"its uncompressed content (diffID) is declared as {Other}, but the bytes are {right.DiffId}")], Read(right with { DiffId = Other }).Problems);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Bomb_is_stopped_by_its_ratio(string kind)
    {
        var plain = new TarBytes().Add("before").Add("zeros", new string('\0', 70 << 20)).Add("after").Done();
        var blob = Packed(kind, plain);
        var ratio = plain.Length / blob.Length;
        var over = Read(Limits.Default with { Ratio = ratio / 2 }, _ => { }, Stored.Right(blob, plain));
        Assert.Equal($"it inflates to more than {ratio / 2:N0} times its size, as no real layer does; the rest was not read", Assert.Single(over.Problems).Message);
        Assert.Contains("/before", over.Paths);
        Assert.DoesNotContain("/after", over.Paths);
        Assert.Empty(Read(Limits.Default with { Ratio = ratio * 2 }, _ => { }, Stored.Right(blob, plain)).Problems);
    }

    [Fact]
    public void Layer_is_read_up_to_its_most_bytes()
    {
        var stored = Stored.Right(Gzip(Tar), Tar);
        Assert.Empty(Read(Limits.Default with { LayerBytes = Tar.Length }, _ => { }, stored).Problems);
        foreach (var limit in new[] { Tar.Length - 1, Tar.Length / 2, 0 })
            Assert.Equal($"it inflates to more than {limit:N0} bytes; the rest was not read", Assert.Single(Read(Limits.Default with { LayerBytes = limit }, _ => { }, stored).Problems).Message);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(4, 1)]
    [InlineData(0, 1)]
    public void Entries_up_to_the_limit(int limit, int problems)
    {
        var result = Read(Limits.Default with { Entries = limit }, _ => { }, Stored.Right(Tar, Tar));
        Assert.Equal(problems, result.Problems.Count);
        Assert.All(result.Problems, problem => Assert.Equal($"the image holds more than {limit:N0} entries; the rest of this layer was not read", problem.Message));
        Assert.Equal(limit, result.Paths.Length);
    }

    [Fact]
    public void Paths_over_the_limits_are_problems()
    {
        var limits = Limits.Default with { PathLength = 40, PathDepth = 3 };
        var archive = new TarBytes().Add("a/b/c").Add("a/b/c/d").Add(new string('x', 40)).Add(new string('x', 41)).Add("l", type: '2', link: new string('y', 41)).Add("../up").Add("/abs").Add("x/../y").Add("", "root").Done();
        var result = Read(limits, _ => { }, Stored.Right(archive, archive));
        Assert.Equal(["/a/b/c", "/abs", "/l", "/" + new string('x', 40)], result.Paths);
        Assert.Equal(
            [
                "its link target has 41 bytes, more than 40; the link leads nowhere",
                "the path contains `..` or a NUL byte, so it would leave the image; it was not read",
                "the path contains `..` or a NUL byte, so it would leave the image; it was not read",
                "the path has 41 bytes, more than 40; it was not read",
                "the path is nested more than 3 deep; it was not read",
            ], result.Problems.Select(problem => problem.Message).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Hostile_layer_is_a_problem_and_the_others_are_read()
    {
        var hostile = new TarBytes().Add("first").Raw(TarBytes.Header("bad"), default, withChecksum: false).Add("lost").Done();
        var result = Read(Stored.Right(Tar, Tar), Stored.Right(Gzip(hostile), hostile), Stored.Right(Zstd(new TarBytes().Add("top").Done()), new TarBytes().Add("top").Done()));
        Assert.Equal("its tar cannot be read to the end: at byte 512: not a tar header: its checksum is wrong; what is behind was not read", Assert.Single(result.Problems).Message);
        Assert.Equal(["/bin/run", "/data", "/etc", "/etc/os-release", "/first", "/hard", "/top"], result.Paths);
    }

    [Theory]
    [InlineData("plain", "--format=gnu")]
    [InlineData("gzip", "--format=pax")]
    [InlineData("zstd", "--format=gnu")]
    [InlineData("plain", "--format=gnu -S")]
    [InlineData("gzip", "--format=pax -S --sparse-version=1.0")]
    [InlineData("zstd", "--format=pax -S --sparse-version=0.1")]
    public void Files_read_at_random_are_what_tar_extracts(string kind, string options)
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("""
            mkdir "$1/t" "$1/x"; cd "$1/t"; mkdir d; for i in $(seq 20); do head -c $((i * 9973)) /dev/urandom > d/$i; done; : > empty; printf '#!/bin/sh\n' > run; chmod 755 run
            ln d/7 hard; truncate -s 1M holes; printf middle | dd of=holes bs=1 seek=500000 conv=notrunc status=none
            """, folder.Path);
        Tools.Run("tar", [.. options.Split(' '), "-cf", folder.At("a.tar"), "-C", folder.At("t"), "."]);
        Tools.Bash("tar -xf \"$1/a.tar\" -C \"$1/x\"", folder.Path);
        using var archive = File.OpenRead(folder.At("a.tar"));
        var plain = new byte[archive.Length];
        archive.ReadExactly(plain);
        var compared = 0;
        var result = Read(Limits.Default, files =>
        {
            foreach (var path in Directory.GetFiles(folder.At("x"), "*", SearchOption.AllDirectories).OrderByDescending(path => path, StringComparer.Ordinal))
            {
                Assert.True(files.TryFind(path[folder.At("x").Length..], out var file));
                using var expected = File.OpenRead(path);
                using var actual = file.Open();
                Assert.Equal(expected.Length, actual.Length);
                foreach (var at in new[] { 0, expected.Length / 2, Math.Max(0, expected.Length - 1) })
                {
                    (expected.Position, actual.Position) = (at, at);
                    Assert.Equal(SHA256.HashData(expected), SHA256.HashData(actual));
                }
                compared++;
            }
        }, Stored.Right(Packed(kind, plain), plain));
        Assert.Empty(result.Problems);
        Assert.Equal(24, compared);
    }
}
