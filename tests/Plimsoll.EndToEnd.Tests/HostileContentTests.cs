using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>
/// Content that is meant to use up memory or time: what is beyond a limit is a problem in the result, and nothing more.
/// Memory is the peak of the whole process and time its CPU time, as bench/measure.c takes them.
/// </summary>
public sealed class HostileContentTests : IDisposable
{
    private const double MiB = 1024;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-hostile-").FullName;

    private static bool IsFull => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>docs/limits.md promises 100 bytes an entry; 40 MiB are for all else that a compressed layer takes (table `layers` of the benchmarks).</summary>
    [Theory]
    [InlineData(300_000, 0)]
    [InlineData(3_000_000, 0)]
    [InlineData(5_000_001, 3)]
    public void A_stream_of_many_entries_is_read_up_to_the_limit_within_the_memory_rule(int entries, int code)
    {
        if (entries > 1_000_000 && !IsFull) Assert.Skip("Writing millions of entries takes minutes: ./test --full does.");
        var layout = Directory.CreateDirectory(Path.Combine(folder, "layout")).FullName;
        GeneratedImage.Write(layout, entries);
        var (report, _, peak) = Scan($"oci:{layout}", code);
        const int most = 5_000_000;
        Assert.InRange(report.GetProperty("counts").GetProperty("files").GetInt32(), Math.Min(entries, most) * 0.99, Math.Min(entries, most));
        Assert.Equal(code == 0 ? [] : ["limitReached"], Problems(report).Select(problem => problem.Kind));
        var rule = 40 * MiB + entries * 100.0 / 1024;
        Assert.True(peak <= rule, $"{peak / MiB:N1} MiB for {entries:N0} entries, where {rule / MiB:N1} are promised");
    }

    [Fact]
    public void An_archive_nested_20_deep_is_one_problem()
    {
        byte[] jar = [];
        for (var depth = 0; depth < 20; depth++)
        {
            using var to = new MemoryStream();
            using (var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true))
            using (var stream = zip.CreateEntry(depth == 0 ? "a.txt" : "inner.jar").Open()) stream.Write(jar);
            jar = to.ToArray();
        }
        File.WriteAllBytes(Path.Combine(folder, "deep.jar"), jar);
        var (report, cpu, peak) = Scan($"rootfs:{folder}", 3);
        var problem = Assert.Single(Problems(report));
        Assert.Equal(("limitReached", "archives are nested more than 8 deep; it was not read"), (problem.Kind, problem.Message));
        AssertBounded(cpu, 2, peak, 48);
    }

    /// <summary>Entries of which each inflates to the same gigabyte of zeros: a thousandth of it is in the file, and only once.</summary>
    [Fact]
    public void A_zip_bomb_is_problems_and_bounded_time()
    {
        var (size, entries) = IsFull ? (1 << 30, 8) : (1 << 28, 20);
        WriteBomb(Path.Combine(folder, "bomb.jar"), size, entries);
        Assert.InRange(new FileInfo(Path.Combine(folder, "bomb.jar")).Length, 1, size / 100);
        var (report, cpu, peak) = Scan($"rootfs:{folder}", 3);
        var problems = Problems(report);
        Assert.Empty(report.GetProperty("packages").EnumerateArray());
        Assert.Contains(problems, problem => problem is { Kind: "limitReached", Message: "archives in /bomb.jar inflate to more than 4,294,967,296 bytes; it was not read" });
        Assert.Contains(problems, problem => problem is { Kind: "malformed", Message: "expected a ZIP archive, found no end record of one; it was not read" });
        AssertBounded(cpu, 30, peak, 64);
    }

    [Theory, InlineData("rootfs"), InlineData("tar")]
    public void Metadata_of_a_gigabyte_are_one_problem(string form)
    {
        var site = Directory.CreateDirectory(Path.Combine(folder, "root/usr/lib/python3/dist-packages/long-1.0.dist-info")).FullName;
        using (var file = File.Create(Path.Combine(site, "METADATA"))) file.SetLength(1 << 30);
        var target = $"rootfs:{Path.Combine(folder, "root")}";
        if (form == "tar")
        {
            // A docker archive whose layer has the file as a sparse one.
            Run.Shell("""
                cd "$1" && tar --sparse -C root -cf layer.tar . && digest=$(sha256sum layer.tar | cut -d' ' -f1)
                printf '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$digest" > config.json
                printf '[{"Config":"config.json","RepoTags":["long:1"],"Layers":["layer.tar"]}]' > manifest.json
                tar -cf image.tar manifest.json config.json layer.tar
                """, folder).Expect(0);
            target = $"archive:{Path.Combine(folder, "image.tar")}";
        }
        var (report, cpu, peak) = Scan(target, 3);
        var problem = Assert.Single(Problems(report));
        Assert.Equal(("limitReached", "the file has 1,073,741,824 bytes, more than the 16,777,216 that are read of its kind; it was not read"), (problem.Kind, problem.Message));
        AssertBounded(cpu, 2, peak, 48);
    }

    private static void AssertBounded(double cpu, double mostCpu, double peak, double mostMiB)
    {
        Assert.True(cpu <= mostCpu, $"{cpu:N1} CPU seconds, more than {mostCpu}");
        Assert.True(peak <= mostMiB * MiB, $"{peak / MiB:N1} MiB, more than {mostMiB}");
    }

    private static List<(string Kind, string Message)> Problems(JsonElement report) =>
        [.. report.GetProperty("problems").EnumerateArray().Select(problem => (problem.GetProperty("kind").GetString()!, problem.GetProperty("message").GetString()!))];

    /// <returns>The report, CPU seconds and peak KiB.</returns>
    private (JsonElement Report, double Cpu, double Peak) Scan(string target, int code)
    {
        if (!Run.Has("gcc")) Assert.Skip("gcc, which builds bench/measure.c, is not installed.");
        var (measure, report) = (folder + ".measure", folder + ".json");
        try
        {
            Run.Program("gcc", ["-O2", "-o", measure, Path.Combine(Run.Repository, "bench/measure.c")]).Expect(0);
            var measured = Run.Program(measure, [Run.Cli, "scan", target, "--no-vulnerabilities", "--output", $"json={report}"]).Expect(0).Out.Split(' ');
            Assert.Equal(code, int.Parse(measured[3], CultureInfo.InvariantCulture));
            using var document = JsonDocument.Parse(File.ReadAllBytes(report));
            return (document.RootElement.Clone(), double.Parse(measured[0], CultureInfo.InvariantCulture), double.Parse(measured[2], CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(measure);
            File.Delete(report);
        }
    }

    /// <summary>An archive whose directory names one compressed entry many times.</summary>
    private static void WriteBomb(string path, long size, int entries)
    {
        using var to = new MemoryStream();
        using (var zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true))
        using (var stream = zip.CreateEntry("lib/000.jar", CompressionLevel.Fastest).Open())
        {
            var zeros = new byte[1 << 20];
            for (var written = 0L; written < size; written += zeros.Length) stream.Write(zeros);
        }
        var bytes = to.ToArray();
        const int endLength = 22;
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - endLength + 16));
        var record = bytes[directory..^endLength];
        var end = bytes[^endLength..];
        using var file = File.Create(path);
        file.Write(bytes.AsSpan(0, directory));
        for (var i = 0; i < entries; i++)
        {
            (record[46 + 4], record[46 + 5], record[46 + 6]) = ((byte)('0' + i / 100), (byte)('0' + i / 10 % 10), (byte)('0' + i % 10));
            file.Write(record);
        }
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)entries);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)entries);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)(record.Length * entries));
        file.Write(end);
    }
}
