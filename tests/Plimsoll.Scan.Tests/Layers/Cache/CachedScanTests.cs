using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan.Tests.Layers.Cache;

/// <summary>Whole scans with a cache: whatever happens to it, the result is that of a scan without.</summary>
public sealed class CachedScanTests : IDisposable
{
    private const string Damaged = "A file of the layer cache was damaged; it was discarded and what it held was read anew.";

    private readonly CachedImage image = new(CachedImage.Tar(), CachedImage.Tar("2.0", "opt/run2"), new TarBytes().Add("srv/node_modules/.wh.b").Done());

    public void Dispose() => image.Dispose();

    [Theory, InlineData(false), InlineData(true)]
    public void Every_report_is_the_same_without_with_an_empty_and_with_a_full_cache(bool allLayers)
    {
        var without = image.Reports(null, allLayers);
        Assert.Contains("pkg:deb/debian/a@2.0", without, StringComparison.Ordinal);
        Assert.Empty(image.Kept);
        Assert.Equal(without, image.Reports(image.Settings, allLayers));
        Assert.Equal(3, image.Kept.Count);
        Assert.Equal(without, image.Reports(image.Settings, allLayers));
    }

    [Fact]
    public void Any_damage_is_absence_and_is_healed()
    {
        var without = image.Reports(null, withNotes: false);
        image.Scan(image.Settings);
        var kept = image.Kept.MaxBy(file => new FileInfo(file).Length)!;
        var right = File.ReadAllBytes(kept);
        Gen.Select(Gen.Int[0, right.Length - 1], Gen.Int[0, 7], Gen.Bool).Sample((at, bit, cuts) =>
        {
            var damaged = right.ToArray();
            damaged[at] ^= (byte)(1 << bit);
            File.WriteAllBytes(kept, cuts ? right[..at] : damaged);
            Assert.Equal(without, image.Reports(image.Settings, withNotes: false));
            Assert.Equal([], image.Scan(image.Settings).Notes);
        }, iter: 60, threads: 1);
        // In each part: the header, the entries, a content, the index.
        foreach (var at in (int[])[0, 9, 60, 100, 511, 520, right.Length - 30_000, right.Length - 3])
        {
            var damaged = right.ToArray();
            damaged[at] ^= 4;
            File.WriteAllBytes(kept, damaged);
            Assert.Equal([Damaged], image.Scan(image.Settings).Notes);
            Assert.Equal([], image.Scan(image.Settings).Notes);
            Assert.Equal(without, image.Reports(image.Settings, withNotes: false));
        }
    }

    [Fact]
    public void A_local_blob_that_changed_is_noticed_though_its_layer_is_kept()
    {
        image.Scan(image.Settings);
        var bytes = File.ReadAllBytes(image.Blob(0));
        bytes[^30] ^= 1;
        File.WriteAllBytes(image.Blob(0), bytes);
        var without = image.Scan(null).Problems;
        Assert.NotEmpty(without);
        Assert.Equal(without, image.Scan(image.Settings).Problems);
    }

    [Fact]
    public void A_compressed_archive_is_recalled_and_one_that_differs_only_inside_is_not_taken_for_it()
    {
        using var packed = new CachedImage(CachedImage.Tar(), new TarBytes().Raw(TarBytes.Header("opt/noise", size: 400_000), RandomNumberGenerator.GetBytes(400_000)).Done());
        packed.Pack();
        var without = packed.Reports(null);
        Assert.Equal(without, packed.Reports(packed.Settings));
        Assert.Equal([".image", ".layer", ".layer"], packed.Kept.Select(Path.GetExtension).Order(StringComparer.Ordinal));
        Assert.Equal(without, packed.Reports(packed.Settings));

        var bytes = File.ReadAllBytes(packed.Archive);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(packed.Archive, bytes);
        Assert.Equal(Outcome(null), Outcome(packed.Settings));
        Assert.NotEqual(without, Outcome(null));

        string Outcome(CacheSettings? cache)
        {
            try
            {
                return packed.Reports(cache);
            }
            catch (PlimsollException refused)
            {
                return refused.Message;
            }
        }
    }

    [Fact]
    public void Scans_at_once_with_a_bound_that_is_passed_agree()
    {
        var without = image.Reports(null, withNotes: false);
        image.Scan(image.Settings);
        var small = image.Settings with { Bytes = 2 * new FileInfo(image.Kept[0]).Length + 100 };
        Parallel.For(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i => Assert.Equal(without, image.Reports(i % 5 == 0 ? small : image.Settings, withNotes: false)));
        Assert.DoesNotContain(image.Kept, file => Path.GetFileName(file).StartsWith("unfinished", StringComparison.Ordinal));
    }

    [Fact]
    public void The_least_recently_used_goes_first()
    {
        image.Scan(image.Settings);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        for (var i = 0; i < 3; i++) File.SetLastWriteTimeUtc(image.Kept[i], now.AddHours(-i - 1));
        var kept = image.Kept;
        var bytes = kept.Select(file => new FileInfo(file).Length).ToArray();
        var folder = CacheFolder.Open(new CacheSettings(image.CacheFolder, bytes[0] + bytes[1]), create: false, out _)!;
        File.WriteAllText(Path.Combine(image.CacheFolder, "unfinished-now"), "x");
        File.WriteAllText(Path.Combine(image.CacheFolder, "unfinished-old"), "x");
        File.SetLastWriteTimeUtc(Path.Combine(image.CacheFolder, "unfinished-old"), now.AddDays(-2));
        File.WriteAllText(Path.Combine(image.CacheFolder, "of the user"), "x");
        folder.Trim();
        string[] left = [kept[0], kept[1], Path.Combine(image.CacheFolder, "of the user"), Path.Combine(image.CacheFolder, "unfinished-now")];
        Assert.Equal(left.Order(StringComparer.Ordinal), image.Kept);
        folder.Open(Path.GetFileName(kept[1]))!.Dispose();
        Assert.True(File.GetLastWriteTimeUtc(kept[1]) > File.GetLastWriteTimeUtc(kept[0]));
        var status = image.Settings.Status();
        Assert.Equal((3, bytes[0] + bytes[1] + 1, File.GetLastWriteTimeUtc(kept[0])), (status.Files, status.Bytes, status.LeastRecentlyUsed!.Value.UtcDateTime));
        Assert.Equal((3, bytes[0] + bytes[1] + 1), image.Settings.Clear());
        Assert.Equal([Path.Combine(image.CacheFolder, "of the user")], image.Kept);
    }

    [Fact]
    public void A_layer_that_would_fill_half_of_the_cache_is_not_kept()
    {
        image.Scan(image.Settings);
        var largest = image.Kept.Max(file => new FileInfo(file).Length);
        image.Settings.Clear();
        image.Scan(image.Settings with { Bytes = (2 * largest) - 1 });
        Assert.All(image.Kept, file => Assert.True(new FileInfo(file).Length < largest));
        Assert.NotEmpty(image.Kept);
        image.Scan(image.Settings with { Bytes = 2 * largest });
        Assert.Contains(image.Kept, file => new FileInfo(file).Length == largest);
    }

    [Fact]
    public void Only_the_user_can_read_what_is_kept()
    {
        image.Scan(image.Settings);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(image.CacheFolder));
        Assert.All(image.Kept, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void A_folder_into_which_others_may_write_is_not_used()
    {
        image.Scan(image.Settings);
        File.SetUnixFileMode(image.CacheFolder, File.GetUnixFileMode(image.CacheFolder) | UnixFileMode.GroupWrite);
        var note = $"The layer cache `{image.CacheFolder}` was not used: other users may write into it.";
        Assert.Equal([note], image.Scan(image.Settings).Notes);
        Assert.Equal([], image.Scan(image.Settings with { IsChosen = false }).Notes);
        Assert.Equal($"The layer cache `{image.CacheFolder}` is not used: other users may write into it.", Assert.Throws<PlimsollException>(() => image.Settings.Status()).Message);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_costs_only_a_note()
    {
        File.WriteAllText(image.CacheFolder, "a file");
        var note = Assert.Single(image.Scan(image.Settings).Notes);
        Assert.StartsWith($"The layer cache `{image.CacheFolder}` was not used: ", note, StringComparison.Ordinal);
        Assert.Equal(image.Reports(null), image.Reports(image.Settings with { IsChosen = false }));
    }

    [Fact]
    public void A_full_disk_costs_only_a_note()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount a small disk");
        Directory.CreateDirectory(image.CacheFolder);
        Assert.SkipUnless(Mount("tmpfs", image.CacheFolder, "tmpfs", 0, "size=16k,mode=0700") == 0, "no disk can be mounted here");
        try
        {
            var note = Assert.Single(image.Scan(image.Settings).Notes);
            Assert.StartsWith("The layer cache could not be written: No space left on device", note, StringComparison.Ordinal);
            Assert.Equal(image.Reports(null, withNotes: false), image.Reports(image.Settings, withNotes: false));
            Assert.DoesNotContain(image.Kept, file => Path.GetFileName(file).StartsWith("unfinished", StringComparison.Ordinal));
        }
        finally
        {
            Assert.Equal(0, Unmount(image.CacheFolder, 0));
        }
    }

    [DllImport("libc", EntryPoint = "mount", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Mount(string source, string target, string kind, nuint flags, string data);

    [DllImport("libc", EntryPoint = "umount2", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int Unmount(string target, int flags);

    [Theory]
    [InlineData("/c", null, "/h", null, "/c", 2L << 30)]
    [InlineData(null, "/x", "/h", null, "/x/plimsoll/layers", 2L << 30)]
    [InlineData("", "relative", "/h", "500M", "/h/.cache/plimsoll/layers", 500L << 20)]
    [InlineData(null, null, "/h", "0", "/h/.cache/plimsoll/layers", 0)]
    [InlineData(null, null, null, "12", null, 12)]
    public void The_environment_says_where_and_how_much(string? chosen, string? caches, string? home, string? size, string? folder, long bytes)
    {
        var set = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PLIMSOLL_CACHE"] = chosen, ["XDG_CACHE_HOME"] = caches, ["HOME"] = home, ["PLIMSOLL_CACHE_SIZE"] = size };
        Assert.Equal(folder is null ? null : new CacheSettings(folder, bytes, chosen is { Length: > 0 }), CacheSettings.From(set.GetValueOrDefault));
    }

    [Theory, InlineData("x"), InlineData("-1"), InlineData("1.5G"), InlineData("99999999999T"), InlineData("G")]
    public void A_size_that_is_none_is_refused(string size) =>
        Assert.Equal($"`{size}` in PLIMSOLL_CACHE_SIZE is no size.", Assert.Throws<PlimsollException>(() => CacheSettings.From(name => name == "PLIMSOLL_CACHE_SIZE" ? size : "/c")).Message);
}
