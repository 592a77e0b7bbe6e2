using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>Damaged images: never a crash, never a clean answer for what was not read.</summary>
public sealed class DamageTests(RealImages images) : IDisposable
{
    private const string Image = "debian-nginx";

    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("plimsoll-damage-");

    private static bool IsFull => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    public void Dispose() => temporary.Delete(recursive: true);

    [Theory, InlineData("docker.tar"), InlineData("docker.tar.gz"), InlineData("docker.tar.zst"), InlineData("oci.tar")]
    public void A_truncated_archive_is_never_answered_as_complete(string form)
    {
        var path = Path.Combine(temporary.FullName, form);
        File.Copy(Path.Combine(images.Folder, Image, form), path);
        var target = $"{(form == "oci.tar" ? "oci" : "archive")}:{path}";
        var purls = Path.Combine(temporary.FullName, "purls");
        Run.Plimsoll("scan", target, "--output", $"purls={purls}").Expect(0);
        var whole = File.ReadAllText(purls);
        Assert.NotEqual("", whole);

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        foreach (var length in Lengths(file.Length))
        {
            file.SetLength(length);
            File.Delete(purls);
            var ended = Run.Plimsoll("scan", target, "--output", $"purls={purls}").Expect(0, 2, 3);
            // Only the end mark of a tar can go without loss.
            if (ended.Code == 0) Assert.Equal(whole, File.ReadAllText(purls));
            else AssertSaysWhatIsWrong(ended, length);
        }
    }

    /// <summary>Lengths to cut to, longest first, so that one copy serves all: near both ends, and spread over the whole.</summary>
    private static IEnumerable<long> Lengths(long length)
    {
        var spread = IsFull ? 240 : 12;
        long[] ends = [0, 1, 2, 9, 17, 100, 511, 512, 513, 700, 1024, 1025, 65_536, length - 1, length - 512, length - 1024, length - 1025, length - 3000, length - 12_000];
        return ends.Concat(Enumerable.Range(1, spread).Select(part => length / (spread + 1) * part + part)).Where(cut => cut >= 0).Distinct().OrderDescending();
    }

    /// <summary>Code 2 says one sentence and a remedy on stderr; code 3 lists what was not read in the report.</summary>
    private static void AssertSaysWhatIsWrong(Ended ended, long length)
    {
        var said = ended.Code == 2 ? ended.Err : ended.Out[ended.Out.IndexOf("Not read", StringComparison.Ordinal)..];
        Assert.True(said.Length is > 20 and < 2000, $"cut to {length}, exit code {ended.Code}: {said.Length} characters are no clear sentence: {said}");
        Assert.DoesNotContain("   at Plimsoll", ended.All, StringComparison.Ordinal);
        Assert.DoesNotContain("bug of Plimsoll", ended.All, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", ended.All, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_byte_in_a_blob_names_the_declared_and_the_actual_digest()
    {
        var layout = CopyLayout();
        var blob = Path.Combine(layout, "blobs/sha256", Hex(Manifest(layout)["layers"]![0]!["digest"]!));
        Flip(blob, new FileInfo(blob).Length / 2);
        AssertNames(Run.Plimsoll("scan", $"oci:{layout}", "--format", "json"), Path.GetFileName(blob), Sha256(blob));
    }

    [Fact]
    public void A_flipped_byte_in_a_layer_of_a_docker_archive_names_the_declared_and_the_actual_diffID()
    {
        var path = Path.Combine(temporary.FullName, "docker.tar");
        File.Copy(Path.Combine(images.Folder, Image, "docker.tar"), path);
        var (name, offset, length) = LargestEntry(path);
        Flip(path, offset + length / 2);
        AssertNames(Run.Plimsoll("scan", $"archive:{path}", "--format", "json"), Path.GetFileNameWithoutExtension(name), Sha256(path, offset, length));
    }

    [Fact]
    public void A_wrong_diffID_in_the_configuration_is_named_with_the_right_one()
    {
        var layout = CopyLayout();
        var manifest = Manifest(layout);
        var config = JsonNode.Parse(File.ReadAllBytes(Blob(layout, manifest["config"]!)))!;
        var right = Hex(config["rootfs"]!["diff_ids"]![0]!);
        var wrong = new string('a', 64);
        config["rootfs"]!["diff_ids"]![0] = $"sha256:{wrong}";
        Describe(manifest["config"]!, AddBlob(layout, config));
        var index = JsonNode.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")))!;
        Describe(index["manifests"]![0]!, AddBlob(layout, manifest));
        File.WriteAllText(Path.Combine(layout, "index.json"), index.ToJsonString());
        AssertNames(Run.Plimsoll("scan", $"oci:{layout}", "--format", "json"), wrong, right);
    }

    [Fact]
    public void A_missing_blob_is_named_and_the_rest_is_read()
    {
        var layout = CopyLayout();
        var layer = Hex(Manifest(layout)["layers"]![1]!["digest"]!);
        File.Delete(Path.Combine(layout, "blobs/sha256", layer));
        var ended = Run.Plimsoll("scan", $"oci:{layout}", "--format", "json").Expect(3);
        Assert.Contains(layer, ended.All, StringComparison.Ordinal);
        Assert.Contains("base-files", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_is_not_what_the_index_says_names_both_digests()
    {
        var layout = CopyLayout();
        var index = JsonNode.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")))!;
        var blob = Blob(layout, index["manifests"]![0]!);
        File.AppendAllText(blob, "\n");
        Describe(index["manifests"]![0]!, (Path.GetFileName(blob), new FileInfo(blob).Length));
        File.WriteAllText(Path.Combine(layout, "index.json"), index.ToJsonString());
        var ended = Run.Plimsoll("scan", $"oci:{layout}", "--format", "json").Expect(2, 3);
        Assert.Contains(Path.GetFileName(blob), ended.All, StringComparison.Ordinal);
        Assert.Contains(Sha256(blob), ended.All, StringComparison.Ordinal);
    }

    private static void AssertNames(Ended ended, string declared, string actual)
    {
        ended.Expect(3);
        Assert.NotEqual(declared, actual);
        Assert.Contains(declared, ended.All, StringComparison.Ordinal);
        Assert.Contains(actual, ended.All, StringComparison.Ordinal);
    }

    private string CopyLayout()
    {
        var copy = Path.Combine(temporary.FullName, "oci");
        Run.Program("cp", ["-r", Path.Combine(images.Folder, Image, "oci"), copy]).Expect(0);
        return copy;
    }

    private static JsonNode Manifest(string layout)
    {
        var index = JsonNode.Parse(File.ReadAllBytes(Path.Combine(layout, "index.json")))!;
        return JsonNode.Parse(File.ReadAllBytes(Blob(layout, index["manifests"]![0]!)))!;
    }

    private static string Blob(string layout, JsonNode descriptor) => Path.Combine(layout, "blobs/sha256", Hex(descriptor["digest"]!));

    private static string Hex(JsonNode digest) => digest.GetValue<string>()["sha256:".Length..];

    private static (string Hex, long Size) AddBlob(string layout, JsonNode content)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content.ToJsonString());
        var hex = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(Path.Combine(layout, "blobs/sha256", hex), bytes);
        return (hex, bytes.Length);
    }

    private static void Describe(JsonNode descriptor, (string Hex, long Size) blob)
    {
        descriptor["digest"] = $"sha256:{blob.Hex}";
        descriptor["size"] = blob.Size;
    }

    private static void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x10));
    }

    private static (string Name, long Offset, long Length) LargestEntry(string archive)
    {
        using var reader = new TarReader(File.OpenRead(archive));
        var largest = ("", 0L, 0L);
        while (reader.GetNextEntry() is { } entry)
            if (entry.Length > largest.Item3) largest = (entry.Name, entry.DataOffset, entry.Length);
        return largest;
    }

    private static string Sha256(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static string Sha256(string path, long offset, long length)
    {
        using var file = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        file.Position = offset;
        var buffer = new byte[1 << 20];
        for (int got; length > 0; length -= got)
        {
            got = file.Read(buffer, 0, (int)Math.Min(buffer.Length, length));
            if (got == 0) throw new EndOfStreamException();
            hash.AppendData(buffer, 0, got);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
