using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// Installed npm packages: `package.json` directly in `node_modules/NAME` or `node_modules/@SCOPE/NAME`, at any depth
/// (npm, yarn classic, pnpm's store, global folders), in Debian's /usr/share/nodejs, and in folders that a
/// node_modules links to (workspaces). Other files of that name are parts of packages or applications.
/// Dependencies are found by place, as Node.js does (its documentation of modules, "Loading from node_modules folders").
/// </summary>
internal sealed class NpmCataloger : ICataloger
{
    private const string CatalogerId = "language/npm";
    private const string Manifest = "package.json";

    /// <summary>Bytes of one manifest: npm's registry stops far below; the longest seen has 200 KB.</summary>
    private const int MaxBytes = 4 << 20;

    /// <summary>Characters of a name (validate-npm-package-name).</summary>
    private const int MaxName = 214;

    public string Id => CatalogerId;
    public string Reads => "installed npm packages: node_modules of npm, pnpm and yarn, and Debian's /usr/share/nodejs";
    public FilePattern Files => FilePattern.Named(Manifest, ".pnp.cjs", ".pnp.js");

    public void Catalog(ImageFile file, Findings found)
    {
        if (!file.NameBytes.SequenceEqual("package.json"u8))
            found.Report(ProblemKind.Unsupported, file.Path, "Yarn Plug'n'Play keeps the packages of this application in zip files, which are not read yet; packages are missing");
        else if (IsInstalled(file.Parent)) Read(file, found);
        // An application, unless a node_modules links to it; beneath node_modules a stub such as {"type": "module"},
        // part of the package above.
        else if (!IsBeneathModules(file.Parent) && file.Parent.TryFind("node_modules", out var modules)) ReadLinked(modules, found);
    }

    /// <summary>Whether a folder is the top of a package: npm itself ignores names with a dot (`.bin`, `.cache`, `.pnpm`).</summary>
    private static bool IsInstalled(ImageFile folder)
    {
        if (folder.IsRoot || folder.NameBytes[0] is (byte)'.' or (byte)'@') return false;
        var above = folder.Parent;
        return IsModules(!above.IsRoot && above.NameBytes[0] == '@' ? above.Parent : above);
    }

    private static bool IsModules(ImageFile folder) => folder.NameBytes.SequenceEqual("node_modules"u8) || IsDebianModules(folder);

    /// <summary>/usr/share/nodejs and, for native code, /usr/lib/nodejs and /usr/lib/TRIPLET/nodejs (Debian's JavaScript policy).</summary>
    private static bool IsDebianModules(ImageFile folder)
    {
        if (!folder.NameBytes.SequenceEqual("nodejs"u8)) return false;
        var above = folder.Parent.Path;
        return above is "/usr/share" or "/usr/lib" || folder.Parent.Parent.Path is "/usr/lib";
    }

    private static bool IsBeneathModules(ImageFile folder)
    {
        for (; !folder.IsRoot; folder = folder.Parent)
            if (folder.NameBytes.SequenceEqual("node_modules"u8)) return true;
        return false;
    }

    /// <summary>Reads what an application's node_modules links to: workspaces and `file:` dependencies, wherever they are.</summary>
    private static void ReadLinked(ImageFile modules, Findings found)
    {
        foreach (var child in modules.Children())
            if (child.IsSymlink) ReadLink(child, found);
            else if (child.NameBytes[0] == '@')
                foreach (var scoped in child.Children())
                    if (scoped.IsSymlink) ReadLink(scoped, found);
    }

    private static void ReadLink(ImageFile link, Findings found)
    {
        // A link to nowhere installs nothing, and one to another node_modules (pnpm's store) is read there.
        if (link.Image.TryFind(link.Parent.Node, link.NameBytes, out var folder) && !IsInstalled(folder)
            && folder.TryFind(Manifest, out var file) && file.IsFile) Read(file, found);
    }

    private static void Read(ImageFile file, Findings found)
    {
        if (TryParse(file, found, out var manifest)) Add(file, manifest, found);
    }

    private static bool TryParse(ImageFile file, Findings found, out NpmManifest manifest)
    {
        manifest = null!;
        if (!found.TryRead(file, MaxBytes, out var content)) return false;
        try
        {
            manifest = NpmManifest.Parse(content.Span);
            return true;
        }
        catch (JsonException broken)
        {
            found.Malformed(file.At((int)Math.Min((broken.LineNumber ?? 0) + 1, int.MaxValue)), "expected a JSON object of at most 64 levels, found something else; the package was not read");
        }
        catch (InvalidOperationException)
        {
            found.Malformed(file.At(), "expected strings in UTF-8, found something else; the package was not read");
        }
        return false;
    }

    private static void Add(ImageFile file, NpmManifest manifest, Findings found)
    {
        if (!IsName(manifest.Name)) found.Malformed(file.At(), $"expected `name` to be the name of a package, found {Quote(manifest.Name)}; the package was not used");
        else if (!IsVersion(manifest.Version)) found.Malformed(file.At(), $"expected `version` to be a version of {manifest.Name}, found {Quote(manifest.Version)}; the package was not used");
        else
        {
            var slash = manifest.Name.IndexOf('/');
            found.Add(new Package
            {
                Purl = new PackageUrl("npm", slash < 0 ? null : manifest.Name[..slash], manifest.Name[(slash + 1)..], manifest.Version),
                Name = manifest.Name,
                Version = manifest.Version,
                Licenses = [.. manifest.Licenses],
                Supplier = string.IsNullOrWhiteSpace(manifest.Author) ? null : manifest.Author.Trim(),
                Locations = [file.At()],
                FoundBy = CatalogerId,
                Requires = Resolve(file, manifest),
            });
        }
    }

    /// <summary>
    /// Looks for each need in the node_modules of every folder from the package up. One that is nowhere is optional,
    /// a peer that was not wanted, or broken: what is not installed is no part of an inventory.
    /// </summary>
    internal static ImmutableArray<Requirement> Resolve(ImageFile file, NpmManifest manifest)
    {
        if (manifest.Needs.Count == 0) return [];
        var places = new List<ImageFile>();
        for (var above = file.Parent; ; above = above.Parent)
        {
            if (IsDebianModules(above)) places.Add(above);
            else if (!IsModules(above) && above.TryFind("node_modules", out var modules)) places.Add(modules);
            if (above.IsRoot) break;
        }
        var requires = ImmutableArray.CreateBuilder<Requirement>();
        foreach (var (need, range) in manifest.Needs)
            foreach (var place in places)
                if (place.TryFind($"{need}/{Manifest}", out var answer) && answer.IsFile)
                {
                    requires.Add(new Requirement(answer.Path, ByLocation: true, range));
                    break;
                }
        return requires.DrainToImmutable();
    }

    /// <summary>`name` or `@scope/name`, printable and without blanks; old packages have capitals.</summary>
    private static bool IsName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxName || name[0] == '.' || name.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        var slash = name.IndexOf('/');
        return name[0] == '@' ? slash > 1 && slash < name.Length - 1 && name.LastIndexOf('/') == slash : slash < 0;
    }

    private static bool IsVersion([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? version) =>
        !string.IsNullOrEmpty(version) && version.Length <= 256 && !version.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string Quote(string? text) =>
        text is null ? "none" : $"`{(text.Length > 60 ? text[..60] : text).ReplaceLineEndings(" ")}`";
}
