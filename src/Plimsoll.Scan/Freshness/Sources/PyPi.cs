using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// The simple index of Python packages as JSON (PEP 503, 691, 700): `NAME/` has `versions`, and `files` with `filename` and
/// `yanked`. A version is yanked when all of its files are (PEP 592). `project-status` (PEP 792) says when a project is
/// `archived`, `deprecated` or in `quarantine`. At `PIP_INDEX_URL`, which pip itself heeds.
/// </summary>
internal sealed class PyPi() : RegistrySource("pypi", "pep440")
{
    protected override string Accept => "application/vnd.pypi.simple.v1+json";

    protected override Uri Root(Asking asking) => RootOf(asking, "PIP_INDEX_URL", "https://pypi.org/simple/");

    protected override Uri Address(Uri root, Package package) => new(root, $"{Normal(package.Name)}/");

    protected override Published Read(ReadOnlyMemory<byte> document, Package package)
    {
        using var json = JsonDocument.Parse(document);
        if (json.RootElement.Member("files").ValueKind != JsonValueKind.Array) throw new InvalidDataException("it has no files");
        var versions = json.RootElement.Texts("versions");
        if (versions.IsEmpty) throw new InvalidDataException("it has no versions, which come with version 1.1 of the index");
        var name = Normal(package.Name);
        var files = json.RootElement.Member("files").Items()
            .Select(file => (Version: VersionOf(file.Text("filename") ?? "", name), IsYanked: file.Member("yanked").ValueKind is JsonValueKind.True or JsonValueKind.String))
            .ToLookup(file => file.Version, file => file.IsYanked, StringComparer.OrdinalIgnoreCase);
        return new Published([.. versions.Select(version => files[version].Any() && files[version].All(yanked => yanked) ? new Release(version, "yanked", IsOut: true) : new Release(version))],
            Warning: json.RootElement.Member("project-status").Text("status") is { } status and not "active" ? status : null);
    }

    /// <summary>`name-1.0-py3-none-any.whl`, `name-1.0.tar.gz`; names have no dash in wheels, and any in the oldest source archives.</summary>
    private static string VersionOf(string file, string name)
    {
        if (file.EndsWith(".whl", StringComparison.Ordinal)) return file.Split('-') is [_, var version, ..] ? version : "";
        foreach (var ending in (ReadOnlySpan<string>)[".tar.gz", ".zip", ".tar.bz2", ".tgz"])
            if (file.EndsWith(ending, StringComparison.Ordinal) && file.Length > name.Length + 1 + ending.Length) return file[(name.Length + 1)..^ending.Length];
        return "";
    }

    /// <summary>PEP 503: lower case, and one dash for each run of dashes, dots and underlines.</summary>
    private static string Normal(string name)
    {
        var normal = new System.Text.StringBuilder(name.Length);
        foreach (var c in name)
            if (c is not ('-' or '_' or '.')) normal.Append(char.ToLowerInvariant(c));
            else if (normal.Length == 0 || normal[^1] != '-') normal.Append('-');
        return normal.ToString();
    }
}
