using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// What a package installed. `info/PACKAGE.list` of dpkg: one absolute path a line, folders before what is in them.
/// `status.d/PACKAGE.md5sums` of distroless images (deb-md5sums(5)): a digest, two spaces, a path without the
/// leading slash. A listed path that is absent was deleted by whoever made the image smaller, which is no problem.
/// </summary>
internal static class DpkgFileList
{
    /// <summary>Bytes of one list: 300,000 paths of common length; the longest in Debian 12 has 2 MB.</summary>
    public const int MaxBytes = 32 << 20;

    private const int DigestLength = 32;

    /// <summary>Notes the package as the owner of its files.</summary>
    /// <returns>How many of the listed paths are in the image and no folders.</returns>
    public static int Claim(ImageFile list, ReadOnlySpan<byte> text, string package, int owner, DpkgDiversions diversions, Findings found)
    {
        var image = list.Image;
        var sums = list.NameBytes.EndsWith(".md5sums"u8);
        var owned = 0;
        // Neighbours share their folder: it is resolved once for all of them.
        var folder = ReadOnlySpan<byte>.Empty;
        var node = FileTree.Root;
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.IndexOf((byte)'\n');
            if (end < 0)
            {
                found.Report(ProblemKind.Truncated, list.At(number).ToString(), "expected a newline at the end of the list, found none; the last path was not used");
                break;
            }
            var line = text[..end];
            text = text[(end + 1)..];
            if (!TryPath(line, sums, out var path))
            {
                found.Malformed(list.At(number), sums ? "expected a digest, two spaces and a path, found something else" : "expected an absolute path, found something else");
                continue;
            }
            // A folder, perhaps through a symlink such as /lib: folders have no owner.
            if (text.Length > path.Length && text[path.Length] == '/' && text.StartsWith(path)) continue;
            path = diversions.Place(path, package);
            var slash = path.LastIndexOf((byte)'/');
            var above = path[..Math.Max(slash, 0)];
            if (!above.SequenceEqual(folder))
            {
                folder = above;
                node = image.Tree.Resolve(FileTree.Root, folder);
            }
            if (node != FileTree.None && image.Claim(node, path[(slash + 1)..], owner)) owned++;
        }
        return owned;
    }

    private static bool TryPath(ReadOnlySpan<byte> line, bool sums, out ReadOnlySpan<byte> path)
    {
        path = line;
        if (!sums) return line.Length > 0 && line[0] == '/' && !line.Contains((byte)0);
        if (line.Length < DigestLength + 3 || line[DigestLength] != ' ' || line[DigestLength + 1] != ' ' || line.Contains((byte)0)) return false;
        path = line[(DigestLength + 2)..];
        foreach (var b in line[..DigestLength])
            if (!char.IsAsciiHexDigit((char)b)) return false;
        return true;
    }
}
