using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// NuGet's protocol 3 (https://learn.microsoft.com/nuget/api/overview): the service index names the resource
/// `PackageBaseAddress/3.0.0`, and below that `ID/index.json` lists `versions`, unlisted ones too. The service index is at
/// `PLIMSOLL_NUGET`, since NuGet itself has no variable for it.
/// </summary>
internal sealed class NuGet() : RegistrySource("nuget", "nuget")
{
    private const string Resource = "PackageBaseAddress/3.0.0";

    protected override Uri Root(Asking asking)
    {
        const int MostBytes = 4 << 20; // It has some KB.
        var text = asking.Variable("PLIMSOLL_NUGET") ?? "https://api.nuget.org/v3/index.json";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var index) || index.Scheme is not ("https" or "http")) throw new RepositoryException($"`{text}` in PLIMSOLL_NUGET is no address");
        var (content, failure) = asking.Getter.Get(new Wanted(index, MostBytes, TimeSpan.FromDays(1)));
        if (content is null) throw new RepositoryException($"the service index {index}: {failure!.Reason}");
        using (content)
            try
            {
                using var json = JsonDocument.Parse(content);
                foreach (var resource in json.RootElement.Member("resources").Items())
                    if (resource.Text("@type") == Resource && Uri.TryCreate(resource.Text("@id")?.TrimEnd('/') + "/", UriKind.Absolute, out var root)) return root;
                throw new RepositoryException($"the service index {index} names no {Resource}");
            }
            catch (JsonException)
            {
                throw new RepositoryException($"the service index {index} is no JSON");
            }
    }

    protected override Uri Address(Uri root, Package package) => new(root, $"{Uri.EscapeDataString(package.Name.ToLowerInvariant())}/index.json");

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        using var json = JsonDocument.Parse(document);
        return json.RootElement.Texts("versions") is { IsEmpty: false } versions ? new Published([.. versions.Select(version => new Release(version))]) : throw new InvalidDataException("it has no versions");
    }
}
