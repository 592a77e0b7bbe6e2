using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// Installed Python distributions: NAME-VERSION.dist-info/METADATA (Python packaging, "Recording installed projects")
/// and setuptools' older NAME.egg-info, a folder with PKG-INFO or such a file itself, and eggs, unpacked or zipped.
/// Editable installs have a dist-info in site-packages (PEP 660), or an egg-info in their source, to which
/// NAME.egg-link leads by its first line. Other files called METADATA or
/// PKG-INFO belong to source archives. A need is answered in the same folder.
/// </summary>
internal sealed class PythonCataloger : ICataloger
{
    private const string CatalogerId = "language/python";

    /// <summary>Bytes of one file: the description is in it, of which the longest known have 1 MB.</summary>
    private const int MaxBytes = 16 << 20;

    /// <summary>Bytes of an egg-link: two paths.</summary>
    private const int MaxLink = 16 * 1024;

    /// <summary>Where Debian's interpreter looks after /usr/local.</summary>
    private const string DebianPackages = "/usr/lib/python3/dist-packages";

    /// <summary>Folders with what is installed in them, while one run lasts.</summary>
    private readonly ConditionalWeakTable<Findings, Dictionary<int, Dictionary<string, string>>> folders = [];

    public string Id => CatalogerId;
    public string Reads => "installed Python distributions: dist-info, egg-info, eggs";
    public FilePattern Files => FilePattern.Named("METADATA", "PKG-INFO", "RECORD") | FilePattern.WithExtension(".egg-info", ".egg", ".egg-link");
    public FilePattern Companions => FilePattern.Named("requires.txt");

    public void Catalog(ImageFile file, Findings found)
    {
        var folder = file.Parent.NameBytes;
        if (file.NameBytes.SequenceEqual("RECORD"u8))
        {
            if (folder.EndsWith(".dist-info"u8) && !file.Parent.TryFind("METADATA", out _))
                found.Malformed(file.At(), "expected a file METADATA beside it, found none; a package is missing");
        }
        else if (file.NameBytes.EndsWith(".egg"u8)) ReadEgg(file, found);
        else if (file.NameBytes.EndsWith(".egg-link"u8)) Follow(file, found);
        else if (file.NameBytes.EndsWith(".egg-info"u8)) Read(file, file.Parent, found);
        else if (folder.EndsWith(file.NameBytes[0] == 'M' ? ".dist-info"u8 : ".egg-info"u8)) Read(file, file.Parent.Parent, found);
        else if (file.NameBytes[0] == 'P' && folder.SequenceEqual("EGG-INFO"u8)) Read(file, file.Parent.Parent.Parent, found);
    }

    private void Read(ImageFile file, ImageFile site, Findings found)
    {
        if (!found.TryRead(file, MaxBytes, out var content)) return;
        var metadata = PythonMetadata.Parse(content.Span);
        if (file.NameBytes[0] == 'P' && file.Parent.TryFind("requires.txt", out var requires) && requires.IsFile && found.TryRead(requires, MaxBytes, out content)
            && metadata.TakeRequires(content.Span) is { } broken) found.Malformed(requires.At(broken), "expected the name of a distribution, found something else; the line was not used");
        Add(metadata, file.At(), site, found);
    }

    /// <summary>The egg-info is found by itself; only where there is none, something is missing.</summary>
    private static void Follow(ImageFile file, Findings found)
    {
        if (!found.TryRead(file, MaxLink, out var content)) return;
        var path = Encoding.UTF8.GetString(content.Span).Split('\n')[0].Trim();
        if (path.Length == 0 || !file.Parent.TryFind(path, out var source) || !source.Children().Any(child => child.NameBytes.EndsWith(".egg-info"u8)))
            found.Malformed(file.At(), $"expected in its first line a folder of the image with the egg-info of an editable install, found {Quote(path)}; a package is missing");
    }

    private void ReadEgg(ImageFile file, Findings found)
    {
        using var stream = file.Open();
        var directory = ZipDirectory.Read(stream, name => name.SequenceEqual("EGG-INFO/PKG-INFO"u8));
        if (directory.Damage is { } damage) found.Report(damage.Kind, file.Path, damage.Message);
        if (directory.Members is [var member, ..]) Add(PythonMetadata.Parse(ZipContent.Read(stream, member, MaxBytes)), new Location($"{file.Path}!/{member.Name}", file.Layer), file.Parent, found);
        else found.Malformed(file.At(), "expected EGG-INFO/PKG-INFO in the egg, found none; a package is missing");
    }

    private void Add(PythonMetadata metadata, Location where, ImageFile site, Findings found)
    {
        foreach (var line in metadata.BrokenLines) found.Malformed(where with { Line = line }, "expected a field `Name: value` of its own grammar, found something else; the line was not used");
        if (metadata.CutLine is { } cut) found.Report(ProblemKind.Truncated, (where with { Line = cut }).ToString(), "expected a newline at the end of the line, found none; the line was not used and others may be missing");
        if (!PythonMetadata.IsName(metadata.Name)) found.Malformed(where, $"expected a field `Name` with the name of a distribution, found {Quote(metadata.Name)}; the package was not used");
        else if (!IsVersion(metadata.Version)) found.Malformed(where, $"expected a field `Version` with a version of {metadata.Name}, found {Quote(metadata.Version)}; the package was not used");
        else
            found.Add(new Package
            {
                Purl = new PackageUrl("pypi", null, PythonMetadata.Normalise(metadata.Name), metadata.Version),
                Name = metadata.Name,
                Version = metadata.Version,
                Licenses = metadata.Licenses,
                Supplier = metadata.Supplier,
                Locations = [where],
                FoundBy = CatalogerId,
                Requires = Resolve(metadata.Needs, site, found),
            });
    }

    /// <summary>What is not installed is needed on other systems, or missing: no part of an inventory.</summary>
    private ImmutableArray<Requirement> Resolve(SortedSet<string> needs, ImageFile site, Findings found)
    {
        if (needs.Count == 0) return [];
        var near = Installed(site, found);
        var far = site.Path.StartsWith("/usr/local/lib/python3", StringComparison.Ordinal) && site.Image.TryFind(DebianPackages, out var debian) ? Installed(debian, found) : near;
        return [.. needs.Select(need => near.GetValueOrDefault(need) ?? far.GetValueOrDefault(need)).OfType<string>().Select(path => new Requirement(path, ByLocation: true))];
    }

    /// <summary>The file that shows each distribution of a folder, by normalised name: folders escape `-` in names, so the first one ends it.</summary>
    private Dictionary<string, string> Installed(ImageFile site, Findings found)
    {
        var known = folders.GetOrCreateValue(found);
        if (known.TryGetValue(site.Node, out var installed)) return installed;
        known.Add(site.Node, installed = []);
        foreach (var child in site.Children())
        {
            var egg = child.NameBytes.EndsWith(".egg-info"u8);
            if (!egg && !child.NameBytes.EndsWith(".dist-info"u8)) continue; // Modules, and what is not resolved: eggs.
            var name = Path.GetFileNameWithoutExtension(child.Name);
            var dash = name.IndexOf('-', StringComparison.Ordinal);
            if (child.IsFile || child.TryFind(egg ? "PKG-INFO" : "METADATA", out _))
                installed[PythonMetadata.Normalise(dash < 0 ? name : name.AsSpan(0, dash))] = child.IsFile ? child.Path : $"{child.Path}/{(egg ? "PKG-INFO" : "METADATA")}";
        }
        return installed;
    }

    private static bool IsVersion([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? version) =>
        version is { Length: > 0 and <= 256 } && !version.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string Quote(string? text) =>
        text is null ? "none" : $"`{(text.Length > 60 ? text[..60] : text).ReplaceLineEndings(" ")}`";
}
