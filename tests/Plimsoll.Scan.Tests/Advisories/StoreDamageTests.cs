using CsCheck;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Tests.Advisories;

/// <summary>A file of the database that is not as it was written is named, with what to do; it never answers.</summary>
public sealed class StoreDamageTests : IDisposable
{
    private readonly StoreFolder folder = new();
    private readonly string path;
    private readonly byte[] whole;
    private readonly Advisory[] advisories;

    public StoreDamageTests()
    {
        advisories = [.. Enumerable.Range(0, 90).Select(number => AdvisoryStoreTests.Simple($"A-{number}", name: $"package-{number % 75}") with { Details = $"text {number}", Aliases = [$"CVE-{number}"] })];
        path = folder.Write("npm", advisories);
        whole = File.ReadAllBytes(path);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_flip_anywhere_is_seen_by_a_check_and_changes_no_answer()
    {
        // Steps of a prime, so that all places in all kinds of structure come up; the header's zeros in larger ones.
        for (var at = 0; at < whole.Length; at += at < 200 ? 1 : at < StoreFormat.HeaderBytes - 10 ? 101 : 17)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            Damage(damaged, $"byte {at}");
        }
    }

    [Fact]
    public void A_cut_anywhere_is_seen_at_once()
    {
        for (var length = 0; length < whole.Length; length += 61)
        {
            File.WriteAllBytes(path, whole[..length]);
            AssertNamed(Assert.Throws<PlimsollException>(() => AdvisoryStore.Open(path)));
        }
        File.WriteAllBytes(path, [.. whole, 0]);
        Assert.EndsWith($"it has {whole.Length + 1:N0} bytes instead of the {whole.Length:N0} that it was written with.", Assert.Throws<PlimsollException>(() => AdvisoryStore.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_damage_is_seen_or_harmless() => Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte.Array[1, 300]).Sample((at, bytes) =>
    {
        var damaged = whole.ToArray();
        bytes.AsSpan(0, Math.Min(bytes.Length, damaged.Length - at)).CopyTo(damaged.AsSpan(at));
        if (!damaged.AsSpan().SequenceEqual(whole)) Damage(damaged, $"{bytes.Length} bytes at {at}");
    }, iter: 100, threads: 1);

    [Fact]
    public void Blocks_that_change_places_are_seen()
    {
        using var store = AdvisoryStore.Open(path);
        var records = store.RawRecords().ToList();
        var (first, second) = (records[10], records.Skip(11).First(record => record.Bytes.Length == records[10].Bytes.Length));
        var damaged = whole.ToArray();
        whole.AsSpan((int)first.Place, first.Bytes.Length + 8).CopyTo(damaged.AsSpan((int)second.Place));
        whole.AsSpan((int)second.Place, first.Bytes.Length + 8).CopyTo(damaged.AsSpan((int)first.Place));
        Damage(damaged, "two records");
    }

    [Theory]
    [InlineData("", "expected a file of advisories, found another kind")]
    [InlineData("SQLite format 3", "expected a file of advisories, found another kind")]
    [InlineData("PLIMADV2", "expected format 1, found format 2 of another version of plimsoll")]
    [InlineData("PLIMADV1", "it ends in its header")]
    public void A_foreign_file_is_named(string content, string expected)
    {
        File.WriteAllText(path, content);
        var refused = Assert.Throws<PlimsollException>(() => AdvisoryStore.Open(path));
        Assert.Equal($"`{path}` in the advisory database cannot be used: {expected}.", refused.Message);
        AssertNamed(refused);
    }

    private void Damage(byte[] damaged, string what)
    {
        File.WriteAllBytes(path, damaged);
        try
        {
            using var store = AdvisoryStore.Open(path);
            AssertNamed(Assert.Throws<PlimsollException>(store.Verify));
            foreach (var advisory in advisories.Where((_, number) => number % 23 == 0))
            {
                Same(advisory, whole: true, () => store.FindById(advisory.Id));
                Same(advisory, whole: false, () => store.Find("npm", advisory.Affected[0].Name));
            }
        }
        catch (PlimsollException refused)
        {
            AssertNamed(refused);
        }

        void Same(Advisory advisory, bool whole, Func<IEnumerable<Advisory>> find)
        {
            try
            {
                Assert.Contains(AdvisoryText.Of(advisory, whole), find().Select(found => AdvisoryText.Of(found, whole)));
            }
            catch (PlimsollException refused)
            {
                AssertNamed(refused);
            }
            catch (Exception other)
            {
                Assert.Fail($"{what}: {other}");
            }
        }
    }

    private void AssertNamed(PlimsollException refused)
    {
        Assert.Equal("database-corrupt", refused.Code);
        Assert.Contains($"`{path}`", refused.Message, StringComparison.Ordinal);
        Assert.Contains("`plimsoll db update`", refused.Remedy, StringComparison.Ordinal);
    }
}
