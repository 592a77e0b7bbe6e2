using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// Packages that a deps.json states. Those of type `package` that bring files are NuGet packages; a runtime that a
/// self-contained application carries is the NuGet package that it was copied from, as is a shared framework, because
/// advisories name that one. Projects and plain references are parts of the application.
/// </summary>
internal static class DotnetPackages
{
    private const string RuntimePack = "runtimepack.";

    /// <summary>Steps from package to package when dependencies are followed through packages without files: far above real applications, which take some thousand.</summary>
    private const int MaxSteps = 1_000_000;

    /// <param name="where">The file, or the bundle that holds it.</param>
    public static void Read(ReadOnlySpan<byte> text, Location where, string cataloger, Findings found)
    {
        try
        {
            Add(DotnetDeps.Parse(text), where, cataloger, found);
        }
        catch (JsonException broken)
        {
            found.Malformed(where with { Line = (int)Math.Min((broken.LineNumber ?? 0) + 1, int.MaxValue) }, "expected a JSON object with `targets` and `libraries` of objects, found something else; its packages were not read");
        }
        catch (InvalidOperationException)
        {
            found.Malformed(where, "expected strings in UTF-8, found something else; its packages were not read");
        }
    }

    private static void Add(DotnetDeps deps, Location where, string cataloger, Findings found)
    {
        var packages = new Dictionary<string, PackageUrl?>(StringComparer.OrdinalIgnoreCase);
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (library, content) in deps.Libraries)
        {
            byName.TryAdd(library.Split('/')[0], library);
            var type = deps.TypeOf(library);
            if (type is null) found.Malformed(where, $"expected `libraries` to say what `{Short(library)}` is, found no type; it was not used");
            else if (type is "package" or "runtimepack" && content.HasFiles) packages[library] = Purl(library, type, where, found);
        }
        var steps = 0;
        foreach (var (library, purl) in packages)
            if (purl is not null)
                found.Add(new Package
                {
                    Purl = purl,
                    Name = purl.Name,
                    Version = purl.Version!,
                    Locations = [where],
                    FoundBy = cataloger,
                    Requires = [.. Needs(library).Select(need => new Requirement(need.ToString())).OrderBy(need => need.Target, StringComparer.Ordinal)],
                });
        if (steps > MaxSteps) found.Report(ProblemKind.LimitReached, where.ToString(), $"its dependencies take more than {MaxSteps:N0} steps to follow; some are missing");

        // What a package without files needs is needed by those that need it.
        HashSet<PackageUrl> Needs(string library)
        {
            var needs = new HashSet<PackageUrl>();
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var open = new Stack<string>([library]);
            while (open.TryPop(out var from))
                foreach (var name in deps.Libraries[from].Needs)
                    if (++steps > MaxSteps) return needs;
                    else if (byName.TryGetValue(name, out var need) && seen.Add(need)) // Else part of a framework.
                        if (!packages.TryGetValue(need, out var url)) open.Push(need);
                        else if (url is not null) needs.Add(url);
            return needs;
        }
    }

    private static PackageUrl? Purl(string library, string type, Location where, Findings found)
    {
        var slash = library.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? library : library[..slash];
        if (type == "runtimepack" && name.StartsWith(RuntimePack, StringComparison.Ordinal)) name = name[RuntimePack.Length..];
        var version = slash < 0 ? "" : library[(slash + 1)..];
        if (IsName(name) && IsVersion(version)) return new PackageUrl("nuget", null, name, version);
        found.Malformed(where, $"expected `NAME/VERSION` of a NuGet package, found `{Short(library)}`; it was not used");
        return null;
    }

    /// <summary>NuGet's package ids: letters, digits, `.`, `_` and `-`, at most 100.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>Two to four numbers, then labels and metadata as in Semantic Versioning.</summary>
    public static bool IsVersion(string version) =>
        version.Length is > 2 and <= 128 && char.IsAsciiDigit(version[0]) && version.Contains('.', StringComparison.Ordinal)
        && version.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+');

    private static string Short(string text) => (text.Length > 60 ? text[..60] : text).ReplaceLineEndings(" ");
}
