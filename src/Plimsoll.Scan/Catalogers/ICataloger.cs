using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>
/// Reads the packages of one ecosystem. Declares which files it wants; the engine finds them, calls
/// <see cref="Catalog"/> for each, keeps a crash to that file, and joins, links and sorts what was found.
/// </summary>
internal interface ICataloger
{
    /// <summary>Group and name, `os/dpkg`: also the name of its file, golden folder and `--only` value.</summary>
    string Id { get; }

    /// <summary>The first part of <see cref="Id"/>: `os`, `language`.</summary>
    string Group => Id[..Id.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>What it reads, for `plimsoll catalogers`: one line.</summary>
    string Reads { get; }

    /// <summary>The files that show packages.</summary>
    FilePattern Files { get; }

    /// <summary>Further files that it opens while reading those (file lists, metadata beside a database).</summary>
    FilePattern Companions => FilePattern.Nothing;

    /// <summary>
    /// True for one that leaves alone what an OS package installed: it costs nothing in an image that has only those.
    /// The package's own advisories speak for what is inside it.
    /// </summary>
    bool OnlyUnowned => false;

    void Catalog(ImageFile file, Findings found);
}
