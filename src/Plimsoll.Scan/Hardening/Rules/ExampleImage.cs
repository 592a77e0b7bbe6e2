using System.Buffers;
using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>An example as an image archive (docker save), and the scan of it.</summary>
internal static class ExampleImage
{
    /// <summary>What stands in for the program: an ELF file of a header alone (64 bits, little-endian, x86-64).</summary>
    private static readonly byte[] program =
    [
        0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        3, 0, 62, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0,
    ];

    public static ScanResult Scan(Example example, HardeningOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-example-");
        try
        {
            var archive = Path.Combine(folder.FullName, "image.tar");
            using (var file = File.Create(archive)) Write(example, file);
            var compose = Path.Combine(folder.FullName, "compose.yaml");
            if (example.Compose is { } text) File.WriteAllText(compose, text);
            return Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Archive, archive, null), Hardening = options, Deployment = example.Compose is null ? null : DeploymentInput.OfCompose([compose], null) });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static void Write(Example example, Stream to)
    {
        var layer = Layer(example);
        var config = Config(example, Convert.ToHexStringLower(SHA256.HashData(layer)));
        using var tar = new TarWriter(to, TarEntryFormat.Ustar, leaveOpen: true);
        Add(tar, "layer.tar", layer, 0x1A4);
        Add(tar, "config.json", config, 0x1A4);
        Add(tar, "manifest.json", """[{"Config":"config.json","RepoTags":["example:latest"],"Layers":["layer.tar"]}]"""u8.ToArray(), 0x1A4);
    }

    private static byte[] Layer(Example example)
    {
        using var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            var modes = example.Modes.ToDictionary(entry => entry.Path, entry => entry.Mode, StringComparer.Ordinal);
            var paths = example.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            if (example.Command is [var first, ..] && first.StartsWith('/') && !paths.Contains(first)) Add(tar, first.TrimStart('/'), program, 0x1ED);
            foreach (var (path, text) in example.Files) Add(tar, path.TrimStart('/'), Encoding.UTF8.GetBytes(text), modes.GetValueOrDefault(path, text.StartsWith("#!", StringComparison.Ordinal) ? 0x1ED : 0x1A4));
            foreach (var (path, mode) in example.Modes.Where(entry => !paths.Contains(entry.Path))) Add(tar, path.TrimStart('/'), program, mode);
        }
        return layer.ToArray();
    }

    private static byte[] Config(Example example, string diffId)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("architecture", "amd64");
            json.WriteString("os", "linux");
            json.WriteStartObject("config");
            List("Entrypoint", example.Command);
            List("Env", example.Environment);
            json.WriteString("User", example.User);
            if (example.HasHealthcheck)
            {
                json.WriteStartObject("Healthcheck");
                List("Test", ["CMD", "/bin/true"]);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteStartObject("rootfs");
            json.WriteString("type", "layers");
            List("diff_ids", ["sha256:" + diffId]);
            json.WriteEndObject();
            json.WriteEndObject();

            void List(string name, IEnumerable<string> items)
            {
                json.WriteStartArray(name);
                foreach (var item in items) json.WriteStringValue(item);
                json.WriteEndArray();
            }
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static void Add(TarWriter tar, string name, byte[] content, int mode) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)mode, ModificationTime = DateTimeOffset.UnixEpoch });
}
