using System.Text;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Tests.Layers;

namespace Plimsoll.Scan.Tests.Advisories;

/// <summary>Files that are searched by key, against a dictionary; and damaged ones, which never answer wrongly.</summary>
public sealed class KeyedFileTests
{
    private static readonly KeyedHeader header = new() { Feed = "test", Fetched = new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero), ETag = "\"tag\"", Records = 7, Unread = 2 };

    [Fact]
    public void Finds_what_was_written_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var key = Gen.Byte[0, 3].Array[0, 5];
        Gen.Select(key.Array[0, 800], Gen.Int[0, 3000], key.Array[10]).Sample((keys, longest, others) =>
        {
            var records = keys.DistinctBy(Convert.ToHexString).ToDictionary(Convert.ToHexString, one => Encoding.ASCII.GetBytes(new string('c', (one.Length + one.Sum(b => b * 37)) % (longest + 1))));
            var path = folder.At("file");
            Write(path, records);
            using var file = KeyedFile.Open(path, "test");
            foreach (var (hex, content) in records) Assert.Equal(content, file.Find(Convert.FromHexString(hex), bytes => bytes));
            foreach (var other in others) Assert.Equal(records.GetValueOrDefault(Convert.ToHexString(other)), file.Find(other, bytes => bytes));
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void Says_what_it_is()
    {
        using var folder = new TemporaryFolder();
        Write(folder.At("file"), []);
        var facts = KeyedFile.Inspect(folder.At("file"), "test", thorough: true);
        Assert.Equal((7, 2, header.Fetched, (DateTimeOffset?)null, "\"tag\"", "test"), (facts.Records, facts.Unread, facts.Fetched, facts.Modified, facts.ETag, facts.Part));
        var thrown = Assert.Throws<PlimsollException>(() => KeyedFile.Open(folder.At("file"), "other"));
        Assert.Equal("database-corrupt", thrown.Code);
        Assert.Contains("expected a file of the feed `other`, found one of `test`", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_is_met_or_does_not_matter()
    {
        using var folder = new TemporaryFolder();
        var records = Enumerable.Range(0, 400).ToDictionary(i => Convert.ToHexString([(byte)(i >> 8), (byte)i]), i => Encoding.ASCII.GetBytes($"content {i} {new string('x', i % 50)}"));
        Write(folder.At("whole"), records);
        var bytes = File.ReadAllBytes(folder.At("whole"));
        var path = folder.At("damaged");
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= change;
            File.WriteAllBytes(path, damaged);
            // Zeros of the header are under its checksum, too: no byte of the file is free.
            Assert.Throws<PlimsollException>(() => KeyedFile.Inspect(path, "test", thorough: true));
            Check(path, records);
        }, iter: 150, threads: 1);
        foreach (var length in Enumerable.Range(0, 40).Select(i => i * bytes.Length / 40))
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Equal("database-corrupt", Assert.Throws<PlimsollException>(() => KeyedFile.Open(path, "test")).Code);
        }
    }

    private static void Check(string path, Dictionary<string, byte[]> records)
    {
        foreach (var (hex, content) in records.Where((_, index) => index % 40 == 0))
        {
            try
            {
                using var file = KeyedFile.Open(path, "test");
                Assert.Equal(content, file.Find(Convert.FromHexString(hex), found => found));
            }
            catch (PlimsollException corrupt)
            {
                Assert.Equal("database-corrupt", corrupt.Code);
            }
        }
    }

    private static void Write(string path, Dictionary<string, byte[]> records)
    {
        var sorted = records.Select(record => (Key: Convert.FromHexString(record.Key), record.Value)).ToList();
        sorted.Sort((left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        KeyedFileWriter.Write(path, header, sorted);
    }
}
