using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// The sparse index of crates (https://doc.rust-lang.org/cargo/reference/registry-index.html): a file for each name in
/// folders by its letters, with a line of JSON for each version: `vers`, `yanked`. At `PLIMSOLL_CRATES`, since cargo has no
/// variable for crates.io.
/// </summary>
internal sealed class Cargo() : RegistrySource("cargo", "cargo")
{
    protected override Uri Root(Asking asking) => RootOf(asking, "PLIMSOLL_CRATES", "https://index.crates.io/");

    protected override Uri Address(Uri root, Package package)
    {
        var name = Uri.EscapeDataString(package.Name.ToLowerInvariant());
        return new Uri(root, name.Length switch
        {
            1 or 2 => $"{name.Length}/{name}",
            3 => $"3/{name[0]}/{name}",
            _ => $"{name[..2]}/{name[2..4]}/{name}",
        });
    }

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        var releases = new List<Release>();
        foreach (var range in document.Span.Split((byte)'\n'))
        {
            var line = document[range].Trim(" \r\t"u8.ToArray());
            if (line.IsEmpty) continue; // The file ends with a newline.
            using var json = JsonDocument.Parse(line);
            var version = json.RootElement.Text("vers") ?? throw new InvalidDataException("a line has no version");
            var isYanked = json.RootElement.Member("yanked").ValueKind == JsonValueKind.True;
            releases.Add(new Release(version, isYanked ? "yanked" : null, isYanked));
        }
        return releases.Count > 0 ? new Published(releases) : throw new InvalidDataException("it has no versions");
    }
}
