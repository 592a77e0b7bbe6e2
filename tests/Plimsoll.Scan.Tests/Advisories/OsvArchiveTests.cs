using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Advisories;

public sealed class OsvArchiveTests
{
    private static readonly (string, byte[])[] entries = [("A-1.json", "{\"id\": \"A-1\"}"u8.ToArray()), ("any/name at all", [.. Enumerable.Repeat((byte)'x', 3000)])];

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Every_entry_is_read_whatever_its_name(CompressionLevel level) =>
        Assert.Equal(["npm/all.zip!/A-1.json 13", "npm/all.zip!/any/name at all 3000"], Read(MemoryZip.Zip([.. entries, ("folder/", [])], level)).Records);

    [Fact]
    public void An_archive_that_is_cut_is_refused_wherever_it_is_cut()
    {
        var whole = MemoryZip.Zip(entries);
        for (var length = 0; length < whole.Length; length++) Assert.Throws<UnreadableException>(() => Read(whole[..length]));
    }

    [Fact]
    public void A_bit_that_is_flipped_is_refused_said_or_of_no_matter()
    {
        var whole = MemoryZip.Zip(entries);
        var expected = Read(whole).Contents;
        var refused = 0;
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            try
            {
                var (_, contents, faults) = Read(damaged);
                Assert.True(faults.Count > 0 || contents.SequenceEqual(expected), $"the flip at {at} is not seen");
            }
            catch (UnreadableException)
            {
                refused++;
            }
        }
        Assert.True(refused > whole.Length / 8, "almost nothing was refused");
    }

    [Fact]
    public void An_entry_longer_than_any_record_is_said_and_the_others_are_read()
    {
        var archive = MemoryZip.Zip([("big", new byte[OsvReader.MostBytes + 1]), entries[0]], CompressionLevel.Fastest);
        var (records, _, faults) = Read(archive);
        Assert.Equal(["npm/all.zip!/A-1.json 13"], records);
        Assert.Equal([$"npm/all.zip!/big: it has {OsvReader.MostBytes + 1:N0} bytes, more than the {OsvReader.MostBytes:N0} that are read of a record"], faults);
    }

    [Fact]
    public void An_encrypted_entry_and_an_unknown_method_are_said()
    {
        var archive = MemoryZip.Zip([entries[0]]);
        var directory = archive.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        archive[directory + 8] |= 1;
        Assert.Equal(["npm/all.zip!/A-1.json: it is encrypted"], Read(archive).Faults);
        archive[directory + 8] &= 0xFE;
        archive[directory + 10] = 12;
        Assert.Equal(["npm/all.zip!/A-1.json: it is compressed by method 12, which is neither stored nor deflate"], Read(archive).Faults);
    }

    [Fact]
    public void Entries_that_share_bytes_to_inflate_without_end_are_refused()
    {
        // One entry of 16 MiB of zeros, which deflates to 16 KiB, and a directory that names it a thousand times.
        var one = MemoryZip.Zip([("zeros", new byte[16 << 20])]);
        var directory = one.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        var end = one.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        var record = one[directory..end];
        byte[] many = [.. one[..directory], .. Enumerable.Range(0, 1000).SelectMany(_ => record), .. one[end..]];
        var last = many.AsSpan(many.Length - (one.Length - end));
        BinaryPrimitives.WriteUInt16LittleEndian(last[8..], 1000);
        BinaryPrimitives.WriteUInt16LittleEndian(last[10..], 1000);
        BinaryPrimitives.WriteUInt32LittleEndian(last[12..], (uint)(record.Length * 1000));
        Assert.Equal($"its entries inflate to more than {OsvArchive.MostRatio} times its size, as no real archive does", Assert.Throws<UnreadableException>(() => Read(many)).Message);
    }

    private static (List<string> Records, List<string> Contents, List<string> Faults) Read(byte[] archive)
    {
        var (records, contents, faults) = (new List<string>(), new List<string>(), new List<string>());
        new OsvArchive(new FeedFile("npm/all.zip", () => new MemoryStream(archive))).Read((where, json) =>
        {
            records.Add($"{where} {json.Length}");
            contents.Add(Encoding.Latin1.GetString(json));
        }, (where, why) => faults.Add($"{where}: {why.Message}"), CancellationToken.None);
        return (records, contents, faults);
    }
}
