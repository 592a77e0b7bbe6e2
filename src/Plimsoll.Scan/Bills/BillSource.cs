using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Bills;

/// <summary>
/// The source `sbom:`: a bill of materials, CycloneDX or SPDX as JSON in UTF-8, in place of an image. Nothing is
/// unpacked or cataloged; what the bill says becomes the result, and what it does not say stays unknown.
/// </summary>
internal static class BillSource
{
    /// <summary>Bytes of a bill. The largest real ones known, of images with every file listed, have some 50 MB.</summary>
    internal const int MostBytes = 64 << 20;

    /// <summary>Bytes at the beginning in which a file without the prefix `sbom:` must say what it is.</summary>
    private const int HeadBytes = 4096;

    private const string Remedy = "Give a CycloneDX bill (1.4 to 1.6) or an SPDX one (2.3), both as JSON.";

    /// <exception cref="PlimsollException">It is no bill of materials that can be read, or an option asks for what no bill can give.</exception>
    public static ScanResult Read(ScanRequest request, ScanProgress? progress)
    {
        RefuseOptions(request);
        progress?.Begin("reading the bill of materials");
        var path = request.Target.Path;
        return Read(Load(path), path, request.Limits);
    }

    internal static ScanResult Read(ReadOnlyMemory<byte> json, string path, Limits limits)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        var problems = new ProblemLog("sbom");
        var bill = new Bill(path, problems, limits);
        BillJson.Read(json, Format(json, bill, path), problems, path);
        return bill.ToResult();
    }

    /// <summary>Whether a file that is named without a prefix looks like a bill: `.json`, and one of the two formats' own words at its beginning.</summary>
    public static bool LooksLike(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return false;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Span<byte> head = stackalloc byte[HeadBytes];
            head = head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
            return head.IndexOf("\"bomFormat\""u8) >= 0 || head.IndexOf("\"spdxVersion\""u8) >= 0;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return false; // Whoever opens it next says why.
        }
    }

    private static IBillReader Format(ReadOnlyMemory<byte> json, Bill bill, string path)
    {
        var head = new BillHead();
        BillJson.Read(json, head, new ProblemLog("sbom"), path); // What is wrong with it is said when all is read.
        if (head.BomFormat == "CycloneDX")
        {
            if (head.SpecVersion?.StartsWith("1.", StringComparison.Ordinal) != true) throw Unknown($"`{path}` is CycloneDX {head.SpecVersion ?? "without a version"}, which this version does not read.");
            if (head.SpecVersion is not ("1.4" or "1.5" or "1.6")) bill.Problems.Report(ProblemKind.Unsupported, path, $"it is CycloneDX {head.SpecVersion}; it was read as 1.6, so what is new or old in it may be missing");
            bill.Format = "cyclonedx";
            return new CycloneDxReader(bill);
        }
        if (head.SpdxVersion is { } version)
        {
            if (!version.StartsWith("SPDX-2.", StringComparison.Ordinal)) throw Unknown($"`{path}` is {version}, which this version does not read.");
            if (version is not ("SPDX-2.2" or "SPDX-2.3")) bill.Problems.Report(ProblemKind.Unsupported, path, $"it is {version}; it was read as SPDX-2.3, so what is new or old in it may be missing");
            bill.Format = "spdx";
            return new SpdxReader(bill);
        }
        throw Unknown($"`{path}` is no bill of materials: it has neither `bomFormat` nor `spdxVersion`.");
    }

    private static ReadOnlyMemory<byte> Load(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            using var bytes = new MemoryStream(file.CanSeek ? (int)Math.Min(file.Length, MostBytes + 1) : 0);
            var buffer = new byte[64 << 10];
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, read);
                if (bytes.Length > MostBytes) throw new PlimsollException("sbom-too-long", $"`{path}` is longer than the {MostBytes >> 20} MiB that a bill of materials may have.", "Leave files out of the bill, or scan the image itself.");
            }
            return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("target-unreadable", $"`{path}` cannot be read: {failed.Message.TrimEnd('.')}.", "Check the path and that you may read it.");
        }
    }

    private static void RefuseOptions(ScanRequest request)
    {
        if (request.Target.Reference is { } image) throw new PlimsollException("target-not-found", $"`{request.Target.Path}` is a bill of materials and holds no image `{image}`.", "Leave the name away.");
        var option = !request.Only.IsEmpty ? "--only" : request.AllLayers ? "--all-layers" : request.Platform is not null ? "--platform" : request.Base is not null ? "--base" : null;
        if (option is not null) throw new PlimsollException("option-unsuitable", $"`{option}` says how to scan an image, and `{request.Target}` is a bill of materials.", "Leave it out, or give the image.");
    }

    private static PlimsollException Unknown(string sentence) => new("sbom-unknown", sentence, Remedy);

    /// <summary>What a bill says it is.</summary>
    private sealed class BillHead : IBillReader
    {
        public IReadOnlyList<string> Names => ["bomFormat", "specVersion", "spdxVersion"];
        public string? BomFormat { get; private set; }
        public string? SpecVersion { get; private set; }
        public string? SpdxVersion { get; private set; }

        public void Read(string name, JsonElement value)
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            if (name == "bomFormat") BomFormat = text;
            else if (name == "specVersion") SpecVersion = text;
            else SpdxVersion = text;
        }
    }
}
