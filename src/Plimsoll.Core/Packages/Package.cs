using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Core.Packages;

/// <summary>
/// A package of any ecosystem. Its identity is <see cref="Key"/>; two places that hold the same package are one
/// package with two locations.
/// </summary>
public sealed record Package
{
    public required PackageUrl Purl { get; init; }

    /// <summary>The name as its own ecosystem writes it (`@scope/name` for npm).</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Its name in NVD's dictionary (CPE 2.3, formatted string), where that is how advisories know it.</summary>
    public string? Cpe { get; init; }

    /// <summary>The source package that a distribution built it from; what its advisories are about.</summary>
    public string? SourceName { get; init; }

    public string? SourceVersion { get; init; }

    public string? Architecture { get; init; }

    /// <summary>Licences as declared: SPDX expressions or identifiers where the ecosystem has them, else the text of the field. Sorted.</summary>
    public ImmutableArray<string> Licenses { get; init; } = [];

    /// <summary>Who maintains or publishes it, as declared.</summary>
    public string? Supplier { get; init; }

    /// <summary>Files that show the package, sorted.</summary>
    public ImmutableArray<Location> Locations { get; init; } = [];

    /// <summary>Id of the cataloger that found it.</summary>
    public required string FoundBy { get; init; }

    /// <summary>What it declares to need, before resolution: names or places.</summary>
    public ImmutableArray<Requirement> Requires { get; init; } = [];

    /// <summary>Other names under which its ecosystem's dependencies may ask for it (virtual packages).</summary>
    public ImmutableArray<string> Provides { get; init; } = [];

    /// <summary>Keys of the installed packages that answer <see cref="Requires"/>, sorted.</summary>
    public ImmutableArray<string> Dependencies { get; init; } = [];

    /// <summary>Language packages that this OS package installed, sorted: part of it, not packages of their own.</summary>
    public ImmutableArray<PackageUrl> Contains { get; init; } = [];

    /// <summary>How many entries of the image it owns; null where its ecosystem keeps no file list.</summary>
    public int? OwnedFiles { get; init; }

    /// <summary>Whether its distribution says that no system works without it (Debian's field `Essential`); others mark none.</summary>
    public bool IsEssential { get; init; }

    public LayerOrigin Origin { get; init; }

    /// <summary>Index of the layer that removed or replaced it; null while it is installed. Only with all layers.</summary>
    public int? RemovedIn { get; init; }

    /// <summary>True when the version or name is deduced, not stated (a jar's file name, for one).</summary>
    public bool IsGuess { get; init; }

    public string Key => Purl.ToString();
}

/// <summary>A declared need: by name within the same ecosystem, by the key of one package, or by the path of the file that shows the package.</summary>
/// <param name="Target">A key (a package URL), a package name, or several divided by `|` of which one is enough, the preferred one first; or an absolute path.</param>
/// <param name="ByLocation">Whether <paramref name="Target"/> is a path.</param>
/// <param name="Range">Which versions will do, as its ecosystem writes it; null where it was not read.</param>
public readonly record struct Requirement(string Target, bool ByLocation = false, string? Range = null);
