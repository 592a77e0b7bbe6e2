using System.Text;
using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// A proxy of Go modules (https://go.dev/ref/mod#goproxy-protocol): `MODULE/@v/list` has a version a line, and only where
/// that is empty `MODULE/@latest` has a `Version`, of a commit; capitals in a module's path are written as `!` and the small
/// letter. The next major version is another module, so it is not seen; nor are retractions, which the newest go.mod has.
/// At the first proxy of `GOPROXY`, which go itself heeds; where that is `off` or `direct`, nobody is asked.
/// </summary>
internal sealed class GoProxy() : RegistrySource("golang", "go")
{
    private const string List = "@v/list";
    private const string Latest = "@latest";

    protected override bool HasMajors => false;

    /// <summary>The standard library comes with the toolchain, whose lifecycle is known.</summary>
    public override bool Takes(Package package) => package.Name != "stdlib";

    protected override Uri Root(Asking asking)
    {
        var first = (asking.Variable("GOPROXY") ?? "https://proxy.golang.org").Split(',', '|')[0].Trim();
        if (first is "off" or "direct") throw new RepositoryException($"GOPROXY is `{first}`");
        return Uri.TryCreate(first.TrimEnd('/') + "/", UriKind.Absolute, out var root) && root.Scheme is "https" or "http" ? root : throw new RepositoryException($"`{first}` in GOPROXY is no address");
    }

    protected override Uri Address(Uri root, Package package)
    {
        var path = new StringBuilder();
        foreach (var c in package.Name)
            if (char.IsAsciiLetterUpper(c)) path.Append('!').Append(char.ToLowerInvariant(c));
            else path.Append(c);
        return new Uri(root, $"{string.Join('/', path.ToString().Split('/').Select(part => Uri.EscapeDataString(part).Replace("%21", "!", StringComparison.Ordinal)))}/{List}");
    }

    protected override Uri? Otherwise(Uri address) => address.AbsolutePath.EndsWith(List, StringComparison.Ordinal) ? new Uri(address, $"../{Latest}") : null;

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        if (document.Span is not [(byte)'{', ..])
        {
            string[] versions = [.. Encoding.UTF8.GetString(document.Span).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
            return Array.TrueForAll(versions, version => version[0] == 'v') ? new Published([.. versions.Select(version => new Release(version))]) : throw new InvalidDataException("it is no list of versions");
        }
        using var json = JsonDocument.Parse(document);
        return json.RootElement.Text("Version") is { } version ? new Published([new Release(version)], version) : throw new InvalidDataException("it has no version");
    }
}
