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

    [Fact]
    public void Damage_ends_in_an_error_or_in_other_bytes()
    {
        var whole = Compress(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 3000))), ["-6"]);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] damaged = [.. whole];
            damaged[at] = value;
            try
            {
                Assert.InRange(Inflate(damaged).Length, 0, 3 << 20);
            }
            catch (InvalidDataException)
            {
                // As it should.
            }
        }, iter: 2000);
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
        Assert.SkipWhen(!File.Exists("/usr/bin/xz"), "this machine has no xz");
        var start = new ProcessStartInfo("/usr/bin/xz") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var option in (string[])[.. options, "-c"]) start.ArgumentList.Add(option);
        using var process = Process.Start(start)!;
        var writing = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(bytes);
            process.StandardInput.Close();
        });
        using var to = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(to);
        writing.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return to.ToArray();
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(17).NextBytes(noise);
        return noise;
    }
}
