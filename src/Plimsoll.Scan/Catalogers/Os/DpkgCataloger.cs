using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Packages of Debian and its kin (dpkg(1), deb-control(5)): records of /var/lib/dpkg/status, or one record a file in
/// /var/lib/dpkg/status.d (distroless images). File lists beside them say what each package owns, copyright files
/// in /usr/share/doc which licences it has.
/// </summary>
internal sealed class DpkgCataloger : ICataloger
{
    private const string CatalogerId = "os/dpkg";
    private const string Info = "var/lib/dpkg/info";
    private const string StatusFolder = "var/lib/dpkg/status.d";

    /// <summary>Bytes of the status file: some 60,000 packages, all that Debian has.</summary>
    private const int MaxStatus = 64 << 20;

    /// <summary>Bytes of one copyright file: the longest in Debian 12 that is common has 2 MB (boost).</summary>
    private const int MaxCopyright = 4 << 20;

    /// <summary>Scripts that dpkg keeps of a package beside its list, which does not name them (deb-postinst(5) and its like).</summary>
    private static readonly string[] scripts = [".preinst", ".postinst", ".prerm", ".postrm", ".config"];

    /// <summary>Bytes that most lists and copyright files fit in.</summary>
    private const int FirstBuffer = 64 * 1024;

    public string Id => CatalogerId;
    public string Reads => "Debian packages: /var/lib/dpkg/status and status.d, file lists, copyright files";
    public FilePattern Files => FilePattern.At("var/lib/dpkg/status") | FilePattern.In(StatusFolder);
    public FilePattern Companions => FilePattern.In(Info) | FilePattern.At(DpkgDiversions.Path) | FilePattern.Named("copyright");

    public void Catalog(ImageFile file, Findings found)
    {
        if (file.NameBytes.EndsWith(".md5sums"u8) && file.Parent.Path == "/" + StatusFolder) return; // The file list of the record beside it, which reads it.
        if (found.TryRead(file, MaxStatus, out var content)) new Reading(file, found).Read(content.Span);
    }

    /// <summary>One status file while it is read.</summary>
    private sealed class Reading(ImageFile status, Findings found)
    {
        private readonly bool distroless = status.Parent.Path == "/" + StatusFolder;
        private readonly DpkgDiversions diversions = DpkgDiversions.Read(status.Image, found);
        private readonly Dictionary<int, ImmutableArray<string>> licenses = [];
        private readonly HashSet<int> lists = [];
        private byte[] buffer = new byte[FirstBuffer];
        private readonly ImageFile? info = status.Image.TryFind(Info, out var folder) ? folder : null;

        public void Read(ReadOnlySpan<byte> text)
        {
            var reader = new ControlReader(text);
            var record = new DpkgRecord();
            for (var token = reader.Read(); token != ControlToken.End; token = reader.Read())
                switch (token)
                {
                    case ControlToken.Field:
                        if (record.Line == 0) record.Line = reader.Line;
                        if (record.TryTake(reader)) break;
                        found.Malformed(status.At(reader.Line), $"the record that starts in line {record.Line} has a second field `{Text(reader.Name)}`, expected an empty line between records");
                        if (!reader.Is("Package"u8)) break;
                        AddRecord(record);
                        record = new DpkgRecord { Line = reader.Line, Package = reader.Value };
                        break;
                    case ControlToken.Separator:
                        if (record.Line > 0) AddRecord(record);
                        record = default;
                        break;
                    case ControlToken.Malformed:
                        if (record.Line == 0) record.Line = reader.Line;
                        found.Malformed(status.At(reader.Line), "expected `Name: value`, found something else; the line was not used");
                        break;
                    case ControlToken.Truncated:
                        found.Report(ProblemKind.Truncated, status.At(reader.Line).ToString(), "expected a newline at the end of the last line, found none; the line was not used and records may be missing");
                        break;
                }
            if (record.Line > 0) AddRecord(record);
            if (!distroless) ReportListsWithoutRecord();
        }

        private void AddRecord(in DpkgRecord record)
        {
            var where = status.At(record.Line);
            if (!IsName(record.Package))
            {
                found.Malformed(where, $"expected a record with a field `Package` that holds a name, found {Quote(record.Package)}; the record was not used");
                return;
            }
            var name = Text(record.Package);
            var list = FindList(record);
            if (list is { } seen) lists.Add(seen.Node);
            // Records of distroless images are those of the package file and have no status: all of them are installed.
            var present = distroless && record.Status.IsEmpty ? true : record.IsPresent();
            if (present is null) found.Malformed(where, $"expected a status of dpkg for `{name}`, found {Quote(record.Status)}; the package was not used");
            else if (present is true && !IsToken(record.Version)) found.Malformed(where, $"expected a version of `{name}`, found {Quote(record.Version)}; the package was not used");
            else if (present is true)
            {
                if (!IsToken(record.Architecture)) found.Malformed(where, $"expected an architecture of `{name}`, found {Quote(record.Architecture)}");
                found.Add(Describe(record, name, list, where));
            }
        }

        private Package Describe(in DpkgRecord record, string name, ImageFile? list, Location where)
        {
            var version = Text(record.Version);
            var architecture = IsToken(record.Architecture) ? Text(record.Architecture) : null;
            var source = record.SourceOf(name, version);
            var purl = new PackageUrl("deb", found.Os?.Id, name, version).With("arch", architecture).With("distro", Distro());
            ImmutableArray<Location> locations = list is { } shown && shown.At() is var at ? at < where ? [at, where] : [where, at] : [where];
            return new Package
            {
                Purl = purl,
                Name = name,
                Version = version,
                SourceName = source.Name,
                SourceVersion = source.Version,
                Architecture = architecture,
                Licenses = Licenses(name),
                Supplier = record.Maintainer.IsEmpty ? null : Text(record.Maintainer),
                Locations = locations,
                FoundBy = CatalogerId,
                Requires = record.Requires(),
                Provides = record.ProvidedNames(),
                IsEssential = record.Essential.SequenceEqual("yes"u8),
                OwnedFiles = Claim(list, name, purl, mayLack: distroless || record.IsHalfInstalled),
            };
        }

        /// <summary>`debian-12`; testing and unstable have a name and no number.</summary>
        private string? Distro() => found.Os is not { } os ? null
            : (os.VersionId ?? os.VersionCodename) is { } version ? $"{os.Id}-{version}" : os.Id;

        private int? Claim(ImageFile? list, string name, PackageUrl purl, bool mayLack)
        {
            // Also without a list the package is an OS package that unowned files are measured against.
            var owner = status.Image.AddOwner(purl.ToString());
            if (!distroless && list is { } shown)
                foreach (var script in scripts) status.Image.Claim(FileTree.Root, Encoding.UTF8.GetBytes($"{Info}/{shown.Name.AsSpan(0, shown.Name.Length - ".list".Length)}{script}"), owner);
            if (list is { } file)
                return found.TryRead(file, ref buffer, DpkgFileList.MaxBytes, out var content) ? DpkgFileList.Claim(file, content.Span, name, owner, diversions, found) : null;
            // A distroless package without regular files has no md5sums, and older images have none at all.
            if (!mayLack) found.Report(ProblemKind.Malformed, $"/{Info}/{name}.list", $"expected the list of files of the installed package `{name}`, found none; what it owns is unknown");
            return null;
        }

        /// <summary>`PACKAGE.list`, or `PACKAGE:ARCHITECTURE.list` for packages that can be installed for several at once.</summary>
        private ImageFile? FindList(in DpkgRecord record)
        {
            if (distroless) return status.Parent.TryFind(status.Name + ".md5sums", out var sums) && sums.IsFile ? sums : null;
            if (info is not { } folder) return null;
            var name = Text(record.Package);
            return (folder.TryFind($"{name}:{Text(record.Architecture)}.list", out var list) || folder.TryFind(name + ".list", out list)) && list.IsFile ? list : null;
        }

        /// <summary>dpkg deletes a list with its record, so one that is left says that the status file lost something.</summary>
        private void ReportListsWithoutRecord()
        {
            if (info is not { } folder) return;
            foreach (var file in folder.Children())
                if (file.NameBytes.EndsWith(".list"u8) && !lists.Contains(file.Node))
                    found.Report(ProblemKind.Malformed, file.Path, $"expected a record of this package in {status.Path}, found none; a package may be missing");
        }

        private ImmutableArray<string> Licenses(string package)
        {
            // Images made small have no documentation; their licences are unknown, which an empty list says.
            if (!status.Image.TryFind($"/usr/share/doc/{package}/copyright", out var file) || !file.IsFile) return [];
            if (licenses.TryGetValue(file.Node, out var known)) return known;
            var names = found.TryRead(file, ref buffer, MaxCopyright, out var content) ? DebianCopyright.Licenses(content.Span) : [];
            licenses.Add(file.Node, names);
            return names;
        }
    }

    /// <summary>Letters, digits and `+-.`, a letter or digit first (deb-control(5), "Package"); capitals as dpkg accepts them.</summary>
    private static bool IsName(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'+' or (byte)'-' or (byte)'.')) return false;
        return text.Length > 0 && char.IsAsciiLetterOrDigit((char)text[0]);
    }

    private static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    private static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);

    private static string Quote(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? "none" : $"`{Text(text.Length > 60 ? text[..60] : text).ReplaceLineEndings(" ")}`";
}
