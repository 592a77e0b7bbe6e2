using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Packages of Fedora, RHEL, SUSE, Amazon Linux and their kin: the headers (<see cref="RpmHeader"/>) that rpm keeps of
/// what is installed, in a database of SQLite, ndb or Berkeley DB. A header also lists the package's files.
/// </summary>
internal sealed class RpmCataloger : ICataloger
{
    private const string CatalogerId = "os/rpm";

    /// <summary>Bytes of a database: 3,000 packages of a workstation take 400 MB.</summary>
    private const long MaxDatabase = 4L << 30;

    /// <summary>Where rpm keeps it: by default, since Fedora 36 and in SUSE, and in systems of rpm-ostree.</summary>
    private static readonly ImmutableArray<string> Folders = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];

    public string Id => CatalogerId;
    public string Reads => "RPM packages: rpmdb.sqlite, Packages.db and Packages in /var/lib/rpm and /usr/lib/sysimage/rpm, with the files that each one owns";
    public FilePattern Files => FilePattern.At([.. Folders.SelectMany(folder => new[] { folder + "/rpmdb.sqlite", folder + "/Packages.db", folder + "/Packages" })]);

    public void Catalog(ImageFile file, Findings found)
    {
        if (file.Size > MaxDatabase)
        {
            found.Report(ProblemKind.LimitReached, file.Path, $"the database has {file.Size:N0} bytes, more than the {MaxDatabase:N0} that are read; no package was read");
            return;
        }
        if (file.Name == "rpmdb.sqlite" && file.Parent.TryFind("rpmdb.sqlite-wal", out var log) && log.Size > 0)
            found.Report(ProblemKind.Unsupported, log.Path, $"the database has changes of {log.Size:N0} bytes that were not written into it (a write-ahead log), which are not read; packages may be missing or removed");
        using var stream = file.Open();
        RpmDatabase database = file.Name switch
        {
            "rpmdb.sqlite" => new RpmSqlite(stream, file.Path, found),
            "Packages.db" => new RpmNdb(stream, file.Path, found),
            _ => new RpmBerkeley(stream, file.Path, found),
        };
        new Reading(file, found).Read(database);
    }

    /// <summary>One database while it is read.</summary>
    private sealed class Reading(ImageFile database, Findings found)
    {
        private readonly List<Package> packages = [];
        private readonly Dictionary<string, int> byKey = new(StringComparer.Ordinal);

        /// <summary>Paths that packages need: whoever owns one provides it.</summary>
        private readonly HashSet<string> paths = new(StringComparer.Ordinal);

        private int relations;

        public void Read(RpmDatabase from)
        {
            foreach (var (offset, blob) in from.Headers())
            {
                if (packages.Count == OsPackage.MaxPackages)
                {
                    Report(ProblemKind.LimitReached, offset, OsPackage.TooMany);
                    break;
                }
                if (RpmHeader.TryParse(blob.Span, out var header) is { } fault) Report(ProblemKind.Malformed, offset, fault + "; the package was not read");
                else Add(header, offset);
            }
            AddPaths();
            foreach (var package in packages) found.Add(package);
        }

        private void Add(RpmHeader header, long offset)
        {
            var name = header.Text(RpmTag.Name);
            var version = header.Text(RpmTag.Version);
            var release = header.Text(RpmTag.Release);
            // Names of public keys that rpm trusts: no software.
            if (name.SequenceEqual("gpg-pubkey"u8)) return;
            if (!OsPackage.IsToken(name) || !OsPackage.IsToken(version) || !OsPackage.IsToken(release))
            {
                Report(ProblemKind.Malformed, offset, $"expected a name, version and release, found {OsPackage.Quote(name)}, {OsPackage.Quote(version)} and {OsPackage.Quote(release)}; the package was not used");
                return;
            }
            if (header.HasItsDigest() is false)
                Report(ProblemKind.Mismatch, offset, $"the SHA-256 of the header of `{Text(name)}` is not the one that came with the package; what is said of it may be wrong");
            var package = Describe(header, offset, Text(name), $"{Text(version)}-{Text(release)}");
            if (byKey.TryAdd(package.Key, packages.Count)) packages.Add(package);
            // Else it is installed twice, as kernels may be after a failed update: one package.
        }

        private Package Describe(RpmHeader header, long offset, string name, string version)
        {
            var epoch = header.Number(RpmTag.Epoch) is > 0 and { } number ? number.ToString(CultureInfo.InvariantCulture) : null;
            var architecture = header.Text(RpmTag.Arch) is { IsEmpty: false } arch ? Text(arch) : null;
            var label = header.Text(RpmTag.ModularityLabel);
            var purl = OsPackage.Url("rpm", found.Os, name, version, architecture).With("epoch", epoch).With("rpmmod", Text(label));
            var source = RpmNames.Source(header.Text(RpmTag.SourceRpm));
            var supplier = header.Text(RpmTag.Vendor) is { IsEmpty: false } vendor ? vendor : header.Text(RpmTag.Packager);
            var license = header.Text(RpmTag.License);
            var needed = Names(header, RpmTag.RequireName, name, offset).SelectMany(RpmNames.Needed).ToImmutableArray();
            foreach (var requirement in needed)
                if (requirement.Target.StartsWith('/')) paths.Add(requirement.Target);
            return new Package
            {
                Purl = purl,
                Name = name,
                Version = epoch is null ? version : $"{epoch}:{version}",
                SourceName = source.Name,
                // A source package's file name has no epoch; packages built from it in the same version have it from there.
                SourceVersion = epoch is not null && source.Version == version ? $"{epoch}:{version}" : source.Version,
                Architecture = architecture,
                Licenses = license.IsEmpty ? [] : [Text(license)],
                Supplier = supplier.IsEmpty ? null : Text(supplier),
                Locations = [database.At()],
                FoundBy = CatalogerId,
                Requires = needed,
                Provides = [.. Names(header, RpmTag.ProvideName, name, offset).Where(provided => provided != name).Distinct(StringComparer.Ordinal)],
                OwnedFiles = new RpmFiles(header).Claim(database.Image, database.Image.AddOwner(purl.ToString()), fault => Report(ProblemKind.Malformed, offset, $"the list of files of `{name}`: {fault}")),
            };
        }

        private List<string> Names(RpmHeader header, RpmTag tag, string package, long offset)
        {
            var names = new List<string>();
            var strings = header.Strings(tag);
            while (relations < OsPackage.MaxRelations && strings.MoveNext())
            {
                relations++;
                names.Add(Text(strings.Current));
            }
            if (relations == OsPackage.MaxRelations && strings.Left > 0)
                Report(ProblemKind.LimitReached, offset, $"`{package}` and the packages before it have {OsPackage.MaxRelations:N0} dependencies, as many as are read; its other {strings.Left:N0} were not used");
            else if (strings.Left > 0)
                Report(ProblemKind.Malformed, offset, $"expected {strings.Count:N0} names that `{package}` {(tag == RpmTag.RequireName ? "needs" : "provides")}, found the end of the header after {names.Count:N0}");
            return names;
        }

        private void AddPaths()
        {
            foreach (var byOwner in paths.Select(path => (Path: path, Owner: OwnerOf(path))).Where(pair => pair.Owner is not null).ToLookup(pair => pair.Owner!, pair => pair.Path))
                if (byKey.TryGetValue(byOwner.Key, out var at))
                    packages[at] = packages[at] with { Provides = [.. packages[at].Provides.Union(byOwner, StringComparer.Ordinal)] };
        }

        private string? OwnerOf(string path) =>
            database.Image.TryFind(FileTree.Root, Encoding.UTF8.GetBytes(path), out var file, followLast: false) ? file.Owner : null;

        private void Report(ProblemKind kind, long offset, string message) => found.Report(kind, database.Path, $"at byte {offset:N0}: {message}");
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
}
