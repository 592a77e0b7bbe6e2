using System.Text;
using CsCheck;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

public sealed class TarScannerTests
{
    private static byte[] Mixed => new TarBytes()
        .Add("dir/", type: '5')
        .Add("dir/file", "some content")
        .Add("link", type: '2', link: "dir/file")
        .Pax('x', ("path", "p/" + new string('n', 300)), ("mtime", "1.5"))
        .Add("short", "b")
        .Raw(TarBytes.Header("././@LongLink", 'L', 201), Encoding.UTF8.GetBytes(new string('l', 200) + "\0"))
        .Add("short", new string('c', 700))
        .Pax('x', ("GNU.sparse.major", "0"), ("GNU.sparse.minor", "1"), ("GNU.sparse.size", "100"), ("GNU.sparse.map", "10,3,50,2"))
        .Add("sparse", "abcde")
        .Done();

    [Fact]
    public void Pieces_of_any_size_give_the_same_events()
    {
        var whole = TarRecorder.Read(Mixed);
        Assert.Null(whole.Scanner.Failure);
        Assert.Equal(6, whole.Sink.Entries.Count);
        for (var piece = 1; piece <= 1100; piece++)
            Assert.Equal(whole.Sink.Events, TarRecorder.Read(Mixed, piece: piece).Sink.Events);
    }

    [Fact]
    public void Every_cut_is_a_truncation_or_ends_between_two_entries()
    {
        var borders = new HashSet<int> { 0 };
        var entries = TarRecorder.Read(Mixed).Sink.Entries;
        foreach (var (entry, _) in entries) // Nothing is lost where only padding is missing.
            for (var at = entry.Offset + entry.StoredSize; at <= entry.Offset + ((entry.StoredSize + 511) / 512 * 512); at++) borders.Add((int)at);
        for (var cut = 0; cut < Mixed.Length; cut++)
        {
            var (sink, scanner) = TarRecorder.Read(Mixed.AsSpan(0, cut));
            var isClean = borders.Contains(cut) || cut == borders.Max() + 512;
            Assert.True(isClean == scanner.Failure is null || cut > borders.Max() + 512, $"cut at {cut}: {scanner.Failure?.Message}");
            if (scanner.Failure is { } failure) Assert.Equal(TarFault.Truncated, failure.Fault);
            Assert.Equal(entries.Count(each => each.Entry.Offset <= cut), sink.Entries.Count);
        }
    }

    [Fact]
    public void Any_damage_ends_in_an_answer()
    {
        var archive = Mixed;
        Gen.Select(Gen.Int[0, archive.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            var damaged = archive.ToArray();
            foreach (var (at, value) in changes) damaged[at] = value;
            var (sink, scanner) = TarRecorder.Read(damaged, piece: 97);
            foreach (var (entry, _) in sink.Entries)
            {
                Assert.True(entry.Size >= 0 && entry.StoredSize >= 0);
                if (entry.SparseMap is { } map) Assert.True(SparseStream.IsValid(map, entry.Size, entry.StoredSize));
            }
            Assert.Equal(damaged.Length, scanner.Position);
        }, iter: 3000);
    }

    [Theory]
    [InlineData("\u0080\0\0\0\0\0\0\0\0\0\0\u0007", 7L)] // base 256
    [InlineData("\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", long.MaxValue)]
    [InlineData("\u0080\0\0\0\u0080\0\0\0\0\0\0\0", null)] // 2^63
    [InlineData("\u0080\u0001\0\0\0\0\0\0\0\0\0\u0007", null)] // 2^80
    [InlineData("\u0081\0\0\0\0\0\0\0\0\0\0\u0007", null)]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00f9", null)] // -7
    [InlineData("\u00c0\0\0\0\0\0\0\0\0\0\0\u0007", null)]
    [InlineData("00000000007\0", 7L)]
    [InlineData("       7 \0x ", 7L)] // What stands behind a NUL is no part of the number.
    [InlineData("777777777777", 68719476735L)]
    [InlineData("-0000000007\0", null)]
    [InlineData("00000000008\0", null)]
    [InlineData("0000 000007\0", null)]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0", 0L)]
    public void Size_field(string field, long? size)
    {
        var header = TarBytes.Header("f");
        Encoding.Latin1.GetBytes(field).CopyTo(header, 124);
        var (sink, scanner) = TarRecorder.Read(new TarBytes().Raw(header, default).Cut());
        if (size is null) Assert.Equal("at byte 0: a header whose size is not a number", scanner.Failure?.Message);
        else Assert.Equal(size, Assert.Single(sink.Entries).Entry.StoredSize);
        if (size > 0) Assert.Equal($"the archive ends at byte 512 inside `f`, {size:N0} bytes early", scanner.Failure?.Message);
    }

    [Fact]
    public void Mode_that_is_no_number_is_malformed()
    {
        var header = TarBytes.Header("f");
        TarBytes.Put(header, 100, "rwxr-xr\0");
        Assert.Equal("at byte 0: a header whose mode is not a number", TarRecorder.Read(new TarBytes().Raw(header, default).Done()).Scanner.Failure?.Message);
    }

    [Theory]
    [InlineData("7 a=b\n")] // one too long
    [InlineData("5 a=b\n")] // one too short
    [InlineData("-6 a=b\n")]
    [InlineData("99999999999999999999 a=b\n")]
    [InlineData("2147483647 a=b\n")]
    [InlineData("0 a=b\n")]
    [InlineData(" 6 a=b\n")]
    [InlineData("6 aab\n")]
    [InlineData("5 =b\n")]
    [InlineData("6 a=b\n\0\0x")]
    [InlineData("11 size=-1\n")]
    [InlineData("28 size=9223372036854775808\n")]
    [InlineData("10 size=x\n")]
    [InlineData("12 path=a\0b\n")]
    [InlineData("16 linkpath=a\0b\n")]
    [InlineData("25 GNU.sparse.numbytes=1\n")] // without an offset
    [InlineData("23 GNU.sparse.offset=1\n")] // without a length
    [InlineData("23 GNU.sparse.map=1,2,3\n")]
    [InlineData("22 GNU.sparse.map=1,x\n")]
    [InlineData("21 GNU.sparse.map=1,\n")]
    [InlineData("22 GNU.sparse.map=-1,2\n")]
    public void Records_that_break_the_grammar_are_malformed(string records)
    {
        var (sink, scanner) = TarRecorder.Read(new TarBytes().Add("before").Records('x', records).Add("after").Done());
        Assert.Single(sink.Entries);
        Assert.Equal(TarFault.Malformed, scanner.Failure?.Fault);
        Assert.Contains("records `LENGTH KEY=VALUE`", scanner.Failure?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public void Extended_header_at_the_limit_is_read_and_one_over_is_not(char type)
    {
        var limits = Limits.Default with { HeaderBytes = 1000 };
        foreach (var (size, fails) in new[] { (1000, false), (1001, true), (1 << 30, true) })
        {
            var header = TarBytes.Header("x", type, size);
            var content = size > 2000 ? [] : Encoding.ASCII.GetBytes($"{size} comment={new string('c', size - $"{size} comment=".Length - 1)}\n");
            var (sink, scanner) = TarRecorder.Read(new TarBytes().Raw(header, content).Add("after").Done(), limits);
            Assert.Equal(fails ? $"at byte 0: an extended header of {size:N0} bytes, more than 1,000" : null, scanner.Failure?.Message);
            Assert.Equal(fails ? 0 : 1, sink.Entries.Count);
        }
    }

    [Fact]
    public void Global_records_change_nothing_as_in_engines()
    {
        var (sink, scanner) = TarRecorder.Read(new TarBytes().Pax('g', ("path", "other"), ("size", "9"), ("linkpath", "x")).Add("a", "1").Add("b", "2").Done());
        Assert.Null(scanner.Failure);
        Assert.Equal(["a", "b"], sink.Entries.Select(each => Encoding.UTF8.GetString(each.Entry.Path)));
    }

    [Fact]
    public void Records_hold_for_one_entry_and_the_last_header_wins()
    {
        var (sink, _) = TarRecorder.Read(new TarBytes().Pax('x', ("path", "one"), ("linkpath", "l")).Pax('x', ("path", "two")).Add("short", type: '2', link: "own").Add("next").Done());
        Assert.Equal(["two -> own", "next -> "], sink.Entries.Select(each => $"{Encoding.UTF8.GetString(each.Entry.Path)} -> {Encoding.UTF8.GetString(each.Entry.Link)}"));
    }

    [Fact]
    public void Size_of_the_records_wins_and_an_empty_value_leaves_the_header()
    {
        var (sink, scanner) = TarRecorder.Read(new TarBytes()
            .Pax('x', ("size", "3")).Raw(TarBytes.Header("f", size: 0), "abc"u8)
            .Pax('x', ("size", ""), ("path", "")).Add("g", "de").Done());
        Assert.Null(scanner.Failure);
        Assert.Equal(["f 616263", "g 6465"], sink.Entries.Select(each => $"{Encoding.UTF8.GetString(each.Entry.Path)} {Convert.ToHexString(each.Content)}".ToLowerInvariant()));
    }

    [Fact]
    public void Links_and_folders_have_no_content_whatever_size_they_claim()
    {
        foreach (var type in "123456")
        {
            var (sink, scanner) = TarRecorder.Read(new TarBytes().Raw(TarBytes.Header("l", type, 700, "t"), default).Add("after").Done());
            Assert.Null(scanner.Failure);
            Assert.Equal(["l", "after"], sink.Entries.Select(each => Encoding.UTF8.GetString(each.Entry.Path)));
        }
    }

    [Fact]
    public void Old_folder_is_a_file_whose_name_ends_in_a_slash()
    {
        var (sink, _) = TarRecorder.Read(new TarBytes().Add("d/", type: '\0').Add("f", type: '\0').Done());
        Assert.Equal(['5', '0'], sink.Entries.Select(each => each.Entry.Type));
    }

    [Fact]
    public void Extended_header_without_an_entry_is_a_fault()
    {
        var archive = new TarBytes().Add("a").Pax('x', ("path", "lost"));
        Assert.Equal("the archive ends at byte 1,536 after an extended header, before the entry that it describes", TarRecorder.Read(archive.Cut()).Scanner.Failure?.Message);
        Assert.Equal("at byte 1,536: a record of zeros where the entry of the extended header before it should stand", TarRecorder.Read(archive.Done()).Scanner.Failure?.Message);
    }

    [Theory]
    [InlineData("0,5,10,5", true)]
    [InlineData("0,5,5,5", true)]
    [InlineData("100,0", true)]
    [InlineData("10,5,0,5", false)] // unsorted
    [InlineData("0,6,5,4", false)] // overlapping
    [InlineData("0,5,96,5", false)] // past the end
    [InlineData("0,11", false)] // more than is stored
    [InlineData("9223372036854775807,1", false)]
    [InlineData("1,9223372036854775807", false)]
    [InlineData("0,9223372036854775807,9223372036854775807,9223372036854775807", false)]
    public void Sparse_map_must_fit(string map, bool fits)
    {
        var (sink, scanner) = TarRecorder.Read(new TarBytes()
            .Pax('x', ("GNU.sparse.size", "100"), ("GNU.sparse.map", map), ("GNU.sparse.name", "real"))
            .Add("GNUSparseFile.1/real", "0123456789").Done());
        Assert.Equal(fits ? null : "at byte 1,024: `real` has a sparse map that does not fit its 100 bytes, 10 of them stored", scanner.Failure?.Message);
        Assert.Equal(fits ? 1 : 0, sink.Entries.Count);
    }

    [Fact]
    public void Sparse_folder_is_malformed() => Assert.Equal(TarFault.Malformed, TarRecorder.Read(new TarBytes()
        .Pax('x', ("GNU.sparse.map", "0,0")).Add("d", type: '5').Done()).Scanner.Failure?.Fault);

    [Fact]
    public void Unknown_sparse_version_stays_as_it_is_stored()
    {
        var (sink, _) = TarRecorder.Read(new TarBytes().Pax('x', ("GNU.sparse.major", "2"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9"), ("GNU.sparse.name", "n")).Add("f", "abc").Done());
        var entry = Assert.Single(sink.Entries).Entry;
        Assert.Equal(("f", 3L, false), (Encoding.UTF8.GetString(entry.Path), entry.Size, entry.IsSparse));
    }

    [Fact]
    public void Old_sparse_map_that_does_not_end_is_bounded()
    {
        var header = TarBytes.Header("s", 'S');
        TarBytes.Put(header, 257, "ustar  \0");
        header[482] = 1;
        var archive = new TarBytes().Raw(header, default);
        var extension = new byte[512];
        for (var i = 0; i < 21; i++) TarBytes.Put(extension, i * 24, "00000000000\000000000000\0");
        extension[504] = 1;
        for (var i = 0; i < 10; i++) archive.Raw(extension.ToArray(), default, withChecksum: false);
        var (sink, scanner) = TarRecorder.Read(archive.Cut(), Limits.Default with { HeaderBytes = 24 * 100 });
        Assert.Equal("at byte 2,560: a sparse map that does not end", scanner.Failure?.Message);
        Assert.Empty(sink.Entries);
    }

    [Fact]
    public void Old_sparse_type_of_another_format_is_malformed() =>
        Assert.Equal("at byte 0: a sparse file whose header is none of the old GNU format", TarRecorder.Read(new TarBytes().Add("s", type: 'S').Done()).Scanner.Failure?.Message);

    [Fact]
    public void Wrong_checksum_says_where() =>
        Assert.Equal("at byte 1,024: not a tar header: its checksum is wrong", TarRecorder.Read(new TarBytes().Add("a", "1").Raw(TarBytes.Header("b"), default, withChecksum: false).Done()).Scanner.Failure?.Message);
}
