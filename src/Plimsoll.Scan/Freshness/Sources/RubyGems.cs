using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// RubyGems (https://guides.rubygems.org/rubygems-org-api/): `api/v1/versions/NAME.json` lists `number`s, each once for a
/// `platform` (`ruby` for any, `x86_64-linux`, `java`); yanked ones are left out of it. At `RUBYGEMS_HOST`, which gem itself heeds.
/// </summary>
internal sealed class RubyGems() : RegistrySource("gem", "gem")
{
    private const string Any = "ruby";

    protected override Uri Root(Asking asking) => RootOf(asking, "RUBYGEMS_HOST", "https://rubygems.org/");

    protected override Uri Address(Uri root, Package package) => new(root, $"api/v1/versions/{Uri.EscapeDataString(package.Name)}.json");

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        using var json = JsonDocument.Parse(document);
        List<Release> releases = [.. json.RootElement.Items().Where(item => item.Text("number") is not null)
            .GroupBy(item => item.Text("number")!, item => item.Text("platform") ?? Any, StringComparer.Ordinal)
            // What is for Java or Windows only is no release here.
            .Select(number => new Release(number.Key, IsOut: !number.Any(platform => platform == Any || platform.Contains("linux", StringComparison.Ordinal))))];
        return releases.Count > 0 ? new Published(releases) : throw new InvalidDataException("it has no versions");
    }
}
