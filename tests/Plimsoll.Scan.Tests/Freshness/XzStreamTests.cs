using System.Diagnostics;
using System.Text;
using CsCheck;
using Plimsoll.Scan.Freshness.Xz;

namespace Plimsoll.Scan.Tests.Freshness;

/// <summary>Compares with xz, which compresses what is read here.</summary>
public sealed class XzStreamTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var options in (string[])["-0", "-6", "-9e", "-1 --check=none", "-1 --check=sha256", "-1 --check=crc32", "--block-size=100000 -1", "--lzma2=dict=4KiB,lc=0,lp=4,pb=0", "--lzma2=dict=64KiB,lc=4,lp=0,pb=4", "--lzma2=preset=1,mode=fast,nice=5"])
                foreach (var content in Contents.Keys) cases.Add(options, content);
            return cases;
        }
    }

    private static Dictionary<string, byte[]> Contents { get; } = new(StringComparer.Ordinal)
    {
        ["empty"] = [],
        ["one"] = [7],
        ["zeros"] = new byte[3_000_000],
        ["noise"] = Noise(300_000),
        ["text"] = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"Package: lib{i * 7919 % 4093}\nVersion: {i}.{i % 17}-{i % 5}\nSize: {i * 31}\n\n"))),
        ["mixed"] = [.. Noise(70_000), .. new byte[70_000], .. Noise(70_000), .. Noise(70_000)],
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Inflates_what_xz_compressed(string options, string content)
    {
        var bytes = Contents[content];
        Assert.Equal(bytes, Inflate(Compress(bytes, options.Split(' '))));
    }

    [Fact]
    public void Inflates_streams_behind_each_other_with_zeros_between()
    {
        var (one, two) = (Compress("one"u8.ToArray(), ["-1"]), Compress("two"u8.ToArray(), ["-1"]));
        Assert.Equal("onetwo"u8.ToArray(), Inflate([.. one, .. two]));
        Assert.Equal("onetwo"u8.ToArray(), Inflate([.. one, 0, 0, 0, 0, .. two, 0, 0, 0, 0]));
        Assert.Throws<InvalidDataException>(() => Inflate([.. one, 0]));
        Assert.Throws<InvalidDataException>(() => Inflate([.. one, .. "more"u8]));
    }

    [Fact]
    public void Every_end_that_is_too_early_is_an_error()
    {
        var whole = Compress(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 500))), ["-6"]);
        for (var n = 0; n < whole.Length; n++) Assert.Throws<InvalidDataException>(() => Inflate(whole[..n]));
    }

    /// <summary>Every byte of a file is covered by a check or decides how it is read.</summary>
    [Theory]
    [InlineData("-6 --check=crc32")]
    [InlineData("-6 --check=crc64")]
    [InlineData("-6 --check=sha256")]
    [InlineData("-0 --block-size=2000")]
    public void Damage_is_an_error_wherever_it_is(string options)
    {
        var whole = Compress(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 2000))), options.Split(' '));
        for (var at = 0; at < whole.Length; at++)
            foreach (var mask in (byte[])[1, 0x80])
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= mask;
                Assert.Throws<InvalidDataException>(() => Inflate(damaged));
            }
    }

    /// <summary>Damage that only LZMA itself can see, and what xz says of it; without checks both may read other bytes, the same ones.</summary>
    [Fact]
    public void What_is_damaged_without_a_check_is_read_as_xz_reads_it()
    {
        byte[][] wholes = [.. ((string[])["-6 --check=none", "-1 --check=none --lzma2=dict=4KiB,lc=0,lp=2,pb=0", "-0 --check=none --block-size=3000"]).Select(options => Compress([.. Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 3000))), .. Noise(5000)], options.Split(' ')))];
        Gen.Select(Gen.Int[0, wholes.Length - 1], Gen.Double[0, 1], Gen.Byte).Sample((which, part, value) =>
        {
            byte[] damaged = [.. wholes[which]];
            damaged[(int)(part * (damaged.Length - 1))] = value;
            byte[]? ours = null;
            try
            {
                ours = Inflate(damaged);
            }
            catch (InvalidDataException)
            {
                // Then xz must refuse it, too.
            }
            var (code, theirs) = Run(damaged, ["-d", "--format=xz", "-q"]);
            Assert.Equal(code == 0, ours is not null);
            if (ours is not null) Assert.Equal(theirs, ours);
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 300 : 20_000, threads: 2);
    }

    [Fact]
    public void Many_small_blocks_cost_no_more_than_their_bytes()
    {
        var one = Compress([1], ["-0", "--check=none"]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var inflated = Inflate([.. Enumerable.Repeat(one, 20_000).SelectMany(stream => stream)]);
        Assert.Equal(20_000, inflated.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    [Theory]
    [InlineData("--x86 --lzma2=preset=1", "a block has another filter besides LZMA2")]
    [InlineData("--lzma2=preset=1,dict=128MiB", "a block needs a dictionary of 128 MiB, where 64 are given")]
    public void What_is_not_taken_is_said(string options, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<InvalidDataException>(() => Inflate(Compress([1, 2, 3], options.Split(' ')))).Message);

    private static byte[] Inflate(byte[] bytes)
    {
        using var xz = new XzStream(new MemoryStream(bytes));
        using var to = new MemoryStream();
        var piece = new byte[10_007];
        for (int read; (read = xz.Read(piece)) > 0;) to.Write(piece, 0, read);
        return to.ToArray();
    }

    private static byte[] Compress(byte[] bytes, string[] options)
    {
        var (code, output) = Run(bytes, options);
        Assert.Equal(0, code);
        return output;
    }

    private static (int Code, byte[] Output) Run(byte[] bytes, string[] options)
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/xz"), "this machine has no xz");
        var start = new ProcessStartInfo("/usr/bin/xz") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var option in (string[])[.. options, "-c"]) start.ArgumentList.Add(option);
        using var process = Process.Start(start)!;
        var writing = Task.Run(() =>
        {
            try
            {
                process.StandardInput.BaseStream.Write(bytes);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It saw enough.
            }
        });
        using var to = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(to);
        writing.Wait();
        process.WaitForExit();
        return (process.ExitCode, to.ToArray());
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(17).NextBytes(noise);
        return noise;
    }
}
