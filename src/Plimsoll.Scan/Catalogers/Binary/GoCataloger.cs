using System.Collections.Immutable;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Go modules of programs, from the build information that the linker left (<see cref="GoBuildInfo"/>): the main module,
/// those it was built with, a replacement in place of what it replaces, and the standard library by the toolchain's
/// version. Nothing says which module needs which: the main module depends on all.
/// </summary>
internal sealed class GoCataloger : IElfCataloger
{
    private const string CatalogerId = "binary/go";

    public string Id => CatalogerId;
    public string Reads => "Go: modules and standard library of programs, from their build information";

    public void Catalog(ElfFile elf, ImageFile file, Findings found)
    {
        if (GoBuildInfo.Read(elf) is { } info) new Reading(file.At(), found).Read(info);
        else if (elf.Find(".gopclntab") is not null) found.Report(ProblemKind.Unsupported, file.Path, "it is a Go program without build information, so nothing says which toolchain and modules made it; they are missing");
    }

    private sealed class Reading(Location where, Findings found)
    {
        private readonly List<Package> dependencies = [];
        private (string Path, string Version)? open;
        private (string Path, string Version)? main;
        private bool openIsMain;

        public void Read(GoBuildInfo info)
        {
            foreach (var range in info.Modules.AsSpan().Split('\n'))
            {
                var line = info.Modules[range];
                var fields = line.Split('\t');
                if (fields[0] is "mod" or "dep") Module(fields, line);
                else if (fields[0] == "=>") Replace(fields, line);
                else if (fields[0] is not ("path" or "build" or "")) found.Malformed(where, $"expected `path`, `mod`, `dep`, `=>` or `build`, found `{Short(line)}`; the line was not used");
            }
            Close();
            if (main is null && dependencies.Count == 0) found.Report(ProblemKind.Unsupported, where.ToString(), "it is a Go program that was built without module information, as distributions do; only its toolchain is known, its modules are missing");
            AddToolchain(info.Toolchain);
            foreach (var package in dependencies) found.Add(package);
            if (main is { } module)
                found.Add(Package(module.Path, module.Version) with { Requires = [.. dependencies.Select(package => new Requirement(package.Key)).OrderBy(need => need.Target, StringComparer.Ordinal)] });
        }

        private void Module(string[] fields, string line)
        {
            Close();
            if (fields.Length < 3 || !IsPath(fields[1]) || !IsVersion(fields[2])) found.Malformed(where, $"expected `{fields[0]}`, a module and its version, found `{Short(line)}`; the module was not used");
            else open = (fields[1], fields[2]);
            openIsMain = fields[0] == "mod";
        }

        private void Replace(string[] fields, string line)
        {
            if (open is not { } replaced) found.Malformed(where, $"expected a module before its replacement, found `{Short(line)}`; the replacement was not used");
            else if (fields.Length < 2 || (fields.Length > 2 && fields[2].Length > 0 && fields[2] != "(devel)" && (!IsPath(fields[1]) || !IsVersion(fields[2]))))
                found.Malformed(where, $"expected `=>`, a module and its version, found `{Short(line)}`; the replacement was not used");
            else if (fields.Length > 2 && fields[2].Length > 0 && fields[2] != "(devel)") open = (fields[1], fields[2]);
            else
            {
                // A folder took its place, which has no version: what it is a copy of is the best that is known.
                if (!openIsMain) dependencies.Add(Package(replaced.Path, replaced.Version) with { IsGuess = true });
                else main = replaced;
                open = null;
            }
        }

        private void Close()
        {
            if (open is { } module && openIsMain) main = module;
            else if (open is { } dependency) dependencies.Add(Package(dependency.Path, dependency.Version));
            open = null;
        }

        private void AddToolchain(string toolchain)
        {
            var start = toolchain.IndexOf("go1.", StringComparison.Ordinal);
            var end = start < 0 ? -1 : toolchain.AsSpan(start).IndexOfAny(' ', '-', '+');
            var version = start < 0 ? "" : end < 0 ? toolchain[(start + 2)..] : toolchain[(start + 2)..(start + end)];
            if (version.Length < 3 || version.Length > 32 || !version.All(c => char.IsAsciiLetterOrDigit(c) || c == '.'))
                found.Malformed(where, $"expected the version of a Go toolchain, found `{Short(toolchain)}`; the standard library was not used");
            else dependencies.Add(Package("stdlib", version) with { IsGuess = start > 0 }); // `devel go1.23-8f2c…` is on the way to a release.
        }

        /// <summary>The purl type golang has names in lower case; <see cref="Core.Packages.Package.Name"/> keeps what Go itself says.</summary>
        private Package Package(string path, string version)
        {
            var lower = path.ToLowerInvariant();
            var slash = lower.LastIndexOf('/');
            return new Package
            {
                Purl = new PackageUrl("golang", slash < 0 ? null : lower[..slash], lower[(slash + 1)..], version),
                Name = path,
                Version = version,
                Locations = [where],
                FoundBy = CatalogerId,
            };
        }
    }

    /// <summary>Printable ASCII without blanks (golang.org/ref/mod, "Module paths").</summary>
    private static bool IsPath(string path) => path.Length is > 0 and < 1024 && path[^1] != '/' && !path.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>`v1.2.3`, a pseudo-version, or `(devel)` for a main module of which nobody said.</summary>
    private static bool IsVersion(string version) => version.Length is > 1 and < 256 && (version[0] == 'v' || version == "(devel)") && !version.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string Short(string text) => text.Length > 60 ? text[..60] : text;
}
