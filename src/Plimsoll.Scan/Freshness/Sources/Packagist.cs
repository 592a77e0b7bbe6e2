using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// Composer's repository format 2 (https://packagist.org/apidoc#get-package-data): `p2/VENDOR/NAME.json` has `packages`, by
/// name a list of releases with `version`, of which each states only what differs from the one before; `abandoned` on the
/// first, `true` or what replaces it. At `PLIMSOLL_PACKAGIST`, since composer has no variable for it.
/// </summary>
internal sealed class Packagist() : RegistrySource("composer", "composer")
{
    protected override Uri Root(Asking asking) => RootOf(asking, "PLIMSOLL_PACKAGIST", "https://repo.packagist.org/");

    protected override Uri Address(Uri root, Package package) => new(root, $"p2/{Escape(package.Name.ToLowerInvariant())}.json");

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        using var json = JsonDocument.Parse(document);
        var releases = json.RootElement.Member("packages").Members().Where(member => member.Name.Equals(package.Name, StringComparison.OrdinalIgnoreCase)).SelectMany(member => member.Value.Items()).ToList();
        if (releases.Count == 0) throw new InvalidDataException("it has no versions");
        var abandoned = releases[0].Member("abandoned");
        return new Published([.. releases.Select(release => release.Text("version")).OfType<string>().Select(version => new Release(version))],
            Warning: abandoned.ValueKind switch
            {
                JsonValueKind.True => "abandoned",
                JsonValueKind.String => $"abandoned in favour of {abandoned.GetString()}",
                _ => null,
            });
    }
}
