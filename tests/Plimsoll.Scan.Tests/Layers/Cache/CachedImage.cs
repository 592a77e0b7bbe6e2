using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Layers.Cache;

/// <summary>An OCI layout of gzip layers in a folder, and a cache beside it.</summary>
internal sealed class CachedImage : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<(string Digest, string DiffId, int Size)> layers = [];

    public CachedImage(params byte[][] tars)
    {
        Directory.CreateDirectory(folder.At("layout/blobs/sha256"));
        foreach (var tar in tars)
        {
            var blob = Gzip(tar);
            layers.Add((Store(blob), Digest.OfHash(SHA256.HashData(tar)).ToString(), blob.Length));
        }
        WriteManifest([.. layers.Select(layer => layer.DiffId)]);
    }

    /// <summary>A layer with a script of some length, a program that dpkg does not own, a package database and a whiteout.</summary>
    public static byte[] Tar(string version = "1.0", string name = "opt/run") => new TarBytes()
        .Add("etc/", type: '5').Add("etc/os-release", "ID=debian\nVERSION_ID=12\n").Add("lib", type: '2', link: "usr/lib")
        .Add("var/lib/dpkg/status", $"Package: a\nStatus: install ok installed\nVersion: {version}\nArchitecture: all\n\n")
        .Add("var/lib/dpkg/info/a.list", "/.\n/etc\n/etc/os-release\n")
        .Add("srv/node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"2.0.0\"}")
        .Add("srv/node_modules/b/index.js", "module.exports = 1")
        .Add(name, $"#!/bin/sh\nexec /opt/tool {new string('#', 3000)}\n", mode: 0x1ED)
        .Add("opt/hard", type: '1', link: name)
        .Add("opt/tool", "\u007fELF" + string.Concat(Enumerable.Range(0, 30_000).Select(i => (char)('a' + (i * i % 23)))), mode: 0x1ED)
        .Add("opt/.wh.gone").Add("opt/empty", mode: 0x1ED).Done();

    public CacheSettings Settings => new(folder.At("cache"));
    public string CacheFolder => folder.At("cache");
    public IReadOnlyList<string> Kept => Directory.Exists(CacheFolder) ? [.. Directory.EnumerateFiles(CacheFolder).Order(StringComparer.Ordinal)] : [];
    public string Blob(int layer) => folder.At($"layout/blobs/sha256/{layers[layer].Digest["sha256:".Length..]}");

    /// <summary>Writes configuration, manifest and index, with the diffIDs that are given.</summary>
    public void WriteManifest(IReadOnlyList<string> diffIds)
    {
        var config = $$$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["/opt/run"]},"rootfs":{"type":"layers","diff_ids":[{{{Joined(diffIds)}}}]}}""";
        var manifest = $$"""{"schemaVersion":2,"config":{"digest":"{{Store(config)}}","size":{{config.Length}}},"layers":[{{string.Join(',', layers.Select(layer => $$"""{"digest":"{{layer.Digest}}","size":{{layer.Size}}}"""))}}]}""";
        File.WriteAllText(folder.At("layout/index.json"), $$"""{"manifests":[{"digest":"{{Store(manifest)}}","size":{{manifest.Length}}}]}""");
    }

    /// <summary>The file that is scanned in place of the layout, when there is one.</summary>
    public string Archive => folder.At("image.tar.gz");

    public ScanResult Scan(CacheSettings? cache, bool allLayers = false) =>
        Scanner.Scan(new ScanRequest { Target = Target.Parse($"oci:{(File.Exists(Archive) ? Archive : folder.At("layout"))}"), Cache = cache, AllLayers = allLayers });

    /// <summary>Packs the layout into one compressed file.</summary>
    public void Pack()
    {
        using var tar = new MemoryStream();
        TarFile.CreateFromDirectory(folder.At("layout"), tar, includeBaseDirectory: false);
        File.WriteAllBytes(Archive, Gzip(tar.ToArray()));
    }

    /// <summary>Every report on a scan, without its notes where these may differ.</summary>
    public string Reports(CacheSettings? cache, bool allLayers = false, bool withNotes = true)
    {
        var result = Scan(cache, allLayers);
        if (!withNotes) result = result with { Notes = [] };
        using var to = new MemoryStream();
        foreach (var report in All.Reports) report.Write(result, new ReportContext { Now = DateTimeOffset.UnixEpoch, Details = true, Width = 120, ToolVersion = "1" }, to);
        return Encoding.UTF8.GetString(to.ToArray());
    }

    public static byte[] Gzip(byte[] plain)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Optimal)) gzip.Write(plain);
        return to.ToArray();
    }

    private static string Joined(IEnumerable<string> texts) => string.Join(',', texts.Select(text => $"\"{text}\""));

    private string Store(string text) => Store(Encoding.UTF8.GetBytes(text));

    private string Store(byte[] bytes)
    {
        var digest = Digest.OfHash(SHA256.HashData(bytes));
        File.WriteAllBytes(folder.At($"layout/blobs/sha256/{digest.Hex}"), bytes);
        return digest.ToString();
    }

    public void Dispose() => folder.Dispose();
}
