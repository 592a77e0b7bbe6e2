using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Packages of Alpine, Wolfi and their kin: apk's installed database (apk-v2(5), "installed"). Lines `X:value`, the
/// letter says which field; an empty line ends each record, the last one too. `F:` starts a folder, `R:` names a file
/// in it. apk-tools 3 reads and writes the same text: its binary format (apk-v3(5), magic `ADB`) is for packages and
/// indices, and `apk convdb`, which turns the database into it, writes a file that no apk opens as its database.
/// </summary>
internal sealed class ApkCataloger : ICataloger
{
    private const string CatalogerId = "os/apk";

    /// <summary>Bytes of the database: a package with all its files takes 2 to 10 KB, large images have some hundred packages.</summary>
    private const int MaxDatabase = 64 << 20;

    /// <summary>Bytes of one list of dependencies or provided names: the longest in Alpine, perl's and texlive's, have some 10 KB.</summary>
    private const int MaxField = 1 << 20;

    /// <summary>Fields in capitals that apk knows (those of packages and of files). It refuses others, and skips unknown small letters.</summary>
    private static readonly SearchValues<byte> Capitals = SearchValues.Create("ACDFILMPRSTUVZ"u8);

    public string Id => CatalogerId;
    public string Reads => "Alpine packages: /lib/apk/db/installed, with the files that each one owns";
    public FilePattern Files => FilePattern.At("lib/apk/db/installed", "usr/lib/apk/db/installed");

    public void Catalog(ImageFile file, Findings found)
    {
        if (!found.TryRead(file, MaxDatabase, out var content)) return; // TryRead has said why.
        if (content.Span.StartsWith("ADB"u8)) found.Report(ProblemKind.Unsupported, file.Path, "expected lines `X:value`, found apk's binary format (ADB), which no release of apk uses for its database; no package was read");
        else new Reading(file, found).Read(content.Span);
    }

    /// <summary>One database while it is read.</summary>
    private sealed class Reading(ImageFile database, Findings found)
    {
        /// <summary>Where the folder of the files that follow is; null before the first, <see cref="FileTree.None"/> when it is not in the image or its line was not used.</summary>
        private int? folder;

        /// <summary>The package, once its files begin; null before, -1 for a package without identity, which is reported at its end.</summary>
        private int? owner;

        private int owned;
        private int packages;
        private int relations;
        private int line;

        public void Read(ReadOnlySpan<byte> text)
        {
            var record = new ApkRecord();
            while (!text.IsEmpty)
            {
                line++;
                var end = text.IndexOf((byte)'\n');
                if (end < 0)
                {
                    found.Report(ProblemKind.Truncated, database.At(line).ToString(), "expected a newline at the end of the last line, found none; the line was not used and records may be missing");
                    break;
                }
                var current = text[..end];
                text = text[(end + 1)..];
                if (!current.IsEmpty) Take(current, ref record);
                else if (record.Line > 0) End(ref record);
                if (text.IsEmpty && record.Line > 0)
                    found.Report(ProblemKind.Truncated, database.At(line).ToString(), $"expected an empty line after the record that starts in line {record.Line}, found the end of the file; records may be missing");
            }
            if (record.Line > 0) End(ref record);
        }

        private void Take(ReadOnlySpan<byte> current, ref ApkRecord record)
        {
            if (record.Line == 0) record.Line = line;
            if (current.Length < 2 || current[1] != ':' || !char.IsAsciiLetter((char)current[0]) || current.Contains((byte)0)
                || (char.IsAsciiLetterUpper((char)current[0]) && !Capitals.Contains(current[0])))
            {
                found.Malformed(database.At(line), $"expected `X:value` with a field that apk knows, or an empty line, found {OsPackage.Quote(current)}; the line was not used");
                folder = FileTree.None;
                return;
            }
            var letter = current[0];
            var value = current[2..];
            if (letter == 'F') TakeFolder(value, record);
            else if (letter == 'R') TakeFile(value);
            else if (owner is not null && record.Lacks(letter))
                found.Malformed(database.At(line), $"expected `{(char)letter}` before the files of the record that starts in line {record.Line}, found it after them; the line was not used");
            else if (!record.TryTake(letter, value))
            {
                found.Malformed(database.At(line), $"the record that starts in line {record.Line} has a second field `{(char)letter}`, expected an empty line between records");
                if (letter is not ((byte)'C' or (byte)'P')) return;
                End(ref record);
                record.Line = line;
                record.TryTake(letter, value);
            }
        }

        private void TakeFolder(scoped ReadOnlySpan<byte> value, in ApkRecord record)
        {
            owner ??= IsUsable(record) ? database.Image.AddOwner(Url(record).ToString()) : -1;
            folder = FileTree.None;
            if (value.StartsWith((byte)'/')) found.Malformed(database.At(line), $"expected a folder without a slash at its start, found {OsPackage.Quote(value)}; the files in it count as nobody's");
            else folder = database.Image.Tree.Resolve(FileTree.Root, value);
        }

        private void TakeFile(ReadOnlySpan<byte> value)
        {
            if (value.IsEmpty || value.Contains((byte)'/'))
                found.Malformed(database.At(line), $"expected the name of a file, found {OsPackage.Quote(value)}; the line was not used");
            else if (folder is not { } node)
                found.Malformed(database.At(line), $"expected a folder (`F:`) before the file {OsPackage.Quote(value)}, found none; the line was not used");
            else if (node != FileTree.None && owner is >= 0 and { } package && database.Image.Claim(node, value, package))
                owned++;
            // Else it is not in the image, or nobody's, which was said of its folder or will be of the record.
        }

        private void End(ref ApkRecord record)
        {
            var where = database.At(record.Line);
            if (IsUsable(record))
            {
                if (packages++ < OsPackage.MaxPackages) found.Add(Describe(record, where));
                else if (packages == OsPackage.MaxPackages + 1) found.Report(ProblemKind.LimitReached, where.ToString(), OsPackage.TooMany);
            }
            else if (!IsName(record.Package)) found.Malformed(where, $"expected a record with a field `P` that holds a name, found {OsPackage.Quote(record.Package)}; the record was not used");
            else found.Malformed(where, $"expected a version of `{Text(record.Package)}`, found {OsPackage.Quote(record.Version)}; the package was not used");
            (folder, owner, owned) = (null, null, 0);
            record = default;
        }

        private Package Describe(in ApkRecord record, Location where)
        {
            var (name, version) = (Text(record.Package), Text(record.Version));
            var purl = Url(record);
            // Also without files it is an OS package that unowned files are measured against.
            if (owner is null) database.Image.AddOwner(purl.ToString());
            return new Package
            {
                Purl = purl,
                Name = name,
                Version = version,
                SourceName = record.Origin.IsEmpty ? name : Text(record.Origin),
                SourceVersion = version,
                Architecture = Architecture(record),
                Licenses = record.License.IsEmpty ? [] : [Text(record.License)],
                Supplier = record.Maintainer.IsEmpty ? null : Text(record.Maintainer),
                Locations = [where],
                FoundBy = CatalogerId,
                Requires = [.. Names(record.Depends, where).Select(needed => new Requirement(needed))],
                Provides = Names(record.Provides, where),
                OwnedFiles = owned,
            };
        }

        /// <summary>Dependencies or provided names, as long as <see cref="OsPackage.MaxRelations"/> lets them in.</summary>
        private ImmutableArray<string> Names(ReadOnlySpan<byte> field, Location where)
        {
            if (field.IsEmpty) return [];
            var names = field.Length <= MaxField && relations < OsPackage.MaxRelations ? ApkRecord.Names(field) : default;
            if (names.IsDefault)
                found.Report(ProblemKind.LimitReached, where.ToString(), $"the record names {field.Length:N0} bytes of dependencies, more than the {MaxField:N0} that are read of one package or {OsPackage.MaxRelations:N0} names of all; they were not used");
            else
                relations += names.Length;
            return names.IsDefault ? [] : names;
        }

        private PackageUrl Url(in ApkRecord record) => OsPackage.Url("apk", found.Os, Text(record.Package), Text(record.Version), Architecture(record));
    }

    private static bool IsUsable(in ApkRecord record) => IsName(record.Package) && OsPackage.IsToken(record.Version);

    private static string? Architecture(in ApkRecord record) => record.Architecture.IsEmpty ? null : Text(record.Architecture);

    /// <summary>Letters, digits and `._+-`, as apk's package names have them; those of virtual packages start with a dot.</summary>
    private static bool IsName(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'.' or (byte)'_' or (byte)'+' or (byte)'-')) return false;
        return text.Length > 0 && text[0] is not ((byte)'-' or (byte)'+');
    }

    private static string Text(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text);
}
