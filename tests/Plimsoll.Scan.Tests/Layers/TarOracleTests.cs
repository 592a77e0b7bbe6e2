using System.Security.Cryptography;
using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Layers;

/// <summary>Archives of every dialect that GNU tar, bsdtar and Python write, against Python's own reading of them.</summary>
public sealed class TarOracleTests
{
    private const string MakeTree = """
        cd "$1"
        long=$(printf 'n%.0s' {1..240})
        mkdir -p plain/sub "deep/$long/$long" 'with space' $'new\nline' ünïcode $'bad\xff\xfeutf8'
        printf content > plain/file; : > plain/empty; head -c 100000 /dev/urandom > plain/random
        printf 1 > "deep/$long/$long/$long"; printf 2 > "$long"; printf 3 > "plain/$(printf 'h%.0s' {1..100})"; printf 3 > "plain/$(printf 'h%.0s' {1..99})"
        printf 4 > ünïcode/ŝ; printf 5 > $'bad\xff\xfeutf8/\x80'; printf 6 > $'new\nline/x'
        ln -s file plain/link; ln -s "/deep/$long/$long/$long" plain/longlink; ln -s missing plain/dangling
        ln plain/file plain/hard; ln "deep/$long/$long/$long" plain/hardlong
        mkfifo plain/fifo; printf '#!/bin/sh' > plain/run; chmod 4755 plain/run; chmod 1777 'with space'; chmod 0 plain/empty
        truncate -s 300K plain/holes; printf A | dd of=plain/holes bs=1 seek=150000 conv=notrunc status=none; printf Z | dd of=plain/holes bs=1 seek=307000 conv=notrunc status=none
        truncate -s 64K plain/allhole
        for i in $(seq 0 59); do printf "$i" | dd of=plain/many bs=1 seek=$((i * 16384)) conv=notrunc status=none; done; truncate -s 1M plain/many
        """;

    private const string List = """
        import sys, tarfile, hashlib, os
        for m in tarfile.open(sys.argv[1], errors='surrogateescape'):
            kind = {b'\0': '0', b'7': '0', b'S': '0'}.get(m.type, m.type.decode())
            content = hashlib.sha256(tarfile.open(sys.argv[1], errors='surrogateescape').extractfile(m).read()).hexdigest() if kind == '0' and m.size < 1 << 24 else '-'
            name, link = os.fsencode(m.name).rstrip(b'/').hex(), os.fsencode(m.linkname).hex() if kind in '12' else ''
            print(name, kind, m.size if kind == '0' else 0, oct(m.mode & 0o7777)[2:], link, content)
        """;

    [Theory]
    [InlineData("tar", "--format=gnu")]
    [InlineData("tar", "--format=oldgnu")]
    [InlineData("tar", "--format=pax")]
    [InlineData("tar", "--format=posix --pax-option=delete=mtime,globexthdr.name=x,comment=global")]
    [InlineData("tar", "--format=ustar")]
    [InlineData("tar", "--format=v7")]
    [InlineData("tar", "--format=gnu -S")]
    [InlineData("tar", "--format=oldgnu -S")]
    [InlineData("tar", "--format=pax -S --sparse-version=0.0")]
    [InlineData("tar", "--format=pax -S --sparse-version=0.1")]
    [InlineData("tar", "--format=pax -S --sparse-version=1.0")]
    [InlineData("bsdtar", "--format=pax")]
    [InlineData("bsdtar", "--format=gnutar")]
    [InlineData("bsdtar", "--format=ustar")]
    [InlineData("bsdtar", "--format=v7")]
    public void Reads_as_Python_does(string writer, string options)
    {
        Assert.SkipUnless(Tools.Has(writer) && Tools.Has("python3"), $"{writer} and python3 are needed");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("tree"));
        Tools.Bash(MakeTree, folder.At("tree"));
        var archive = folder.At("archive.tar");
        // Formats that cannot hold a name leave it out and say so by their exit code.
        Tools.Run(writer, [.. options.Split(' '), "-cf", archive, "-C", folder.At("tree"), "."]);
        var expected = Tools.Run("python3", "-c", List, archive);
        Assert.Equal(0, expected.Exit);
        var bytes = ReadAll(archive);
        var (sink, scanner) = TarRecorder.Read(bytes, piece: 10_007);
        Assert.Null(scanner.Failure);
        Assert.True(sink.Entries.Count > 15, $"only {sink.Entries.Count} entries");
        Assert.Equal(expected.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), sink.Entries.Select(each => Line(each.Entry, each.Content)));
        foreach (var (entry, content) in sink.Entries)
            Assert.Equal(content, bytes.AsSpan((int)entry.Offset, (int)entry.StoredSize).ToArray());
    }

    [Theory]
    [InlineData("--format=gnu -S")]
    [InlineData("--format=pax -S --sparse-version=0.0")]
    [InlineData("--format=pax -S --sparse-version=0.1")]
    [InlineData("--format=pax -S --sparse-version=1.0")]
    public void File_of_nine_gibibytes_with_holes(string options)
    {
        using var folder = new TemporaryFolder();
        Tools.Bash("cd \"$1\"; truncate -s 9G big; printf end | dd of=big bs=1 seek=9663676400 conv=notrunc status=none; truncate -s 9G big", folder.Path);
        Tools.Run("tar", [.. options.Split(' '), "-cf", folder.At("archive.tar"), "-C", folder.Path, "big"]);
        var (entry, content) = Assert.Single(TarRecorder.Read(ReadAll(folder.At("archive.tar"))).Sink.Entries);
        Assert.Equal("big", Encoding.UTF8.GetString(entry.Path));
        using var whole = Whole(entry, content);
        Assert.Equal(9L << 30, whole.Length);
        var buffer = new byte[16];
        foreach (var (position, expected) in new[] { (0L, ""), (5L << 30, ""), (9663676400L, "end"), (9663676401L, "nd"), ((9L << 30) - 10, "") })
        {
            whole.Position = position;
            Array.Clear(buffer);
            Assert.Equal((int)Math.Min(16, whole.Length - position), whole.ReadAtLeast(buffer, 16, throwOnEndOfStream: false));
            Assert.Equal(expected, Encoding.ASCII.GetString(buffer).TrimEnd('\0'));
        }
    }

    [Fact]
    public void Header_of_a_file_over_eight_gibibytes()
    {
        Assert.SkipUnless(Tools.Has("python3"), "python3 is needed");
        const string write = """
            import sys, tarfile
            for f in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
                i = tarfile.TarInfo('big'); i.size = 9 << 30
                sys.stdout.write(i.tobuf(f).hex() + '\n')
            """;
        foreach (var line in Tools.Run("python3", "-c", write).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (sink, scanner) = TarRecorder.Read(Convert.FromHexString(line));
            Assert.Equal(9L << 30, Assert.Single(sink.Entries).Entry.StoredSize);
            Assert.Equal(TarFault.Truncated, scanner.Failure?.Fault);
        }
    }

    private static string Line(TarEntry entry, byte[] content)
    {
        var type = entry.Type == '7' ? '0' : entry.Type;
        var hash = "-";
        if (type == '0')
        {
            using var whole = Whole(entry, content);
            hash = Convert.ToHexStringLower(SHA256.HashData(whole));
        }
        return $"{Convert.ToHexStringLower(entry.Path.AsSpan().TrimEnd((byte)'/'))} {type} {(type == '0' ? entry.Size : 0)} {Convert.ToString(entry.Mode, 8)} {(type is '1' or '2' ? Convert.ToHexStringLower(entry.Link) : "")} {hash}";
    }

    private static Stream Whole(TarEntry entry, byte[] content) => !entry.IsSparse ? new MemoryStream(content)
        : entry.SparseMap is { } map ? new SparseStream(new MemoryStream(content), map, 0, entry.Size)
        : SparseStream.FromContent(new MemoryStream(content), entry.Size)!;

    private static byte[] ReadAll(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
