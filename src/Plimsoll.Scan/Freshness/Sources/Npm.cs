using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// npm's registry (https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md): `NAME`, abbreviated, has
/// `dist-tags` of which `latest` is what `npm install` takes, and `versions` by version, some with `deprecated`. At
/// `npm_config_registry`, which npm itself heeds.
/// </summary>
internal sealed class Npm() : RegistrySource("npm", "npm")
{
    private const int MostWarning = 200;

    /// <summary>As npm asks: registries that do not know the abbreviated form answer with the full one.</summary>
    protected override string Accept => "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

    protected override Uri Root(Asking asking) => RootOf(asking, "npm_config_registry", "https://registry.npmjs.org/");

    /// <summary>A scoped name is one segment: `@scope%2Fname`.</summary>
    protected override Uri Address(Uri root, Package package) => new(root, package.Name.StartsWith('@') ? $"@{Uri.EscapeDataString(package.Name[1..])}" : Uri.EscapeDataString(package.Name));

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        using var json = JsonDocument.Parse(document);
        if (json.RootElement.Member("versions").ValueKind != JsonValueKind.Object) throw new InvalidDataException("it has no versions");
        return new Published([.. json.RootElement.Member("versions").Members().Select(version => new Release(version.Name, Warning(version.Value.Member("deprecated"))))], json.RootElement.Member("dist-tags").Text("latest"));
    }

    /// <summary>A sentence, or a mere `true`; an empty one and `false` withdraw it.</summary>
    private static string? Warning(JsonElement deprecated) => deprecated.ValueKind switch
    {
        JsonValueKind.True => "deprecated",
        JsonValueKind.String when deprecated.GetString() is { Length: > 0 } why => $"deprecated: {(why.Length > MostWarning ? why[..MostWarning] + "…" : why)}",
        _ => null,
    };
}
