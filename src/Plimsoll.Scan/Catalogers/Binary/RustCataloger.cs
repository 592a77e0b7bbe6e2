using System.IO.Compression;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Crates of programs that were built with cargo-auditable (its format, PARSING.md): section `.dep-v0`, a zlib stream of
/// JSON, `{"packages": [{"name", "version", "kind", "root", "dependencies": [index…]}]}`. Crates of kind `build` ran
/// while it was built and are no part of it.
/// </summary>
internal sealed class RustCataloger : IElfCataloger
{
    private const string CatalogerId = "binary/rust";

    /// <summary>Bytes of the section; programs of 500 crates have 5 KB.</summary>
    private const int MaxSection = 1 << 20;

    /// <summary>Bytes of the JSON in it, the limit that the format recommends.</summary>
    private const int MaxText = 8 << 20;

    public string Id => CatalogerId;
    public string Reads => "Rust: crates of programs built with cargo-auditable";

    public void Catalog(ElfFile elf, ImageFile file, Findings found)
    {
        if (elf.Find(".dep-v0") is not { } section) return; // Most programs have none.
        try
        {
            using var document = JsonDocument.Parse(Inflate(elf.Read(section.Offset, section.FileSize, MaxSection, "list of crates")));
            Read(document.RootElement.GetProperty("packages"), file.At(), found);
        }
        catch (Exception broken) when (broken is InvalidDataException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            found.Malformed(file.At(), "expected its section `.dep-v0` to be a zlib stream of a JSON object with `packages`, found something else; its crates were not read");
        }
    }

    private static ReadOnlyMemory<byte> Inflate(byte[] section)
    {
        using var stream = new ZLibStream(new MemoryStream(section), CompressionMode.Decompress);
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (text.Length + read > MaxText) throw new UnreadableException(ProblemKind.LimitReached, $"its list of crates inflates to more than {MaxText:N0} bytes; its crates were not read");
            text.Write(buffer, 0, read);
        }
        return text.GetBuffer().AsMemory(0, (int)text.Length);
    }

    private static void Read(JsonElement packages, Location where, Findings found)
    {
        var crates = packages.EnumerateArray().ToArray();
        foreach (var crate in crates)
        {
            if (crate.TryGetProperty("kind", out var kind) && kind.GetString() == "build") continue; // No part of the program.
            if (Purl(crate) is not { } purl)
            {
                found.Malformed(where, "expected each crate to have a `name` and a `version`, found one without; it was not used");
                continue;
            }
            var needs = crate.TryGetProperty("dependencies", out var list) ? list.EnumerateArray().Select(index => index.GetInt32()).ToArray() : [];
            if (needs.Any(index => index < 0 || index >= crates.Length)) found.Malformed(where, $"expected the dependencies of {purl.Name} to be crates of the list, found an index beyond it; it was not used");
            found.Add(new Package
            {
                Purl = purl,
                Name = purl.Name,
                Version = purl.Version!,
                Locations = [where],
                FoundBy = CatalogerId,
                Requires = [.. needs.Where(index => index >= 0 && index < crates.Length).Select(index => Purl(crates[index])).OfType<PackageUrl>().Select(need => new Requirement(need.ToString())).OrderBy(need => need.Target, StringComparer.Ordinal)],
            });
        }
    }

    private static PackageUrl? Purl(JsonElement crate)
    {
        var name = crate.TryGetProperty("name", out var first) ? first.GetString() : null;
        var version = crate.TryGetProperty("version", out var second) ? second.GetString() : null;
        return IsWord(name) && IsWord(version) && char.IsAsciiDigit(version![0]) ? new PackageUrl("cargo", null, name!, version) : null;
    }

    private static bool IsWord(string? text) => text is { Length: > 0 and <= 128 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+');
}
