using System.Buffers.Binary;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// The files of a package by its header: base names, folders with a slash at their ends, and for each base name the
/// number of its folder; packages of rpm 3 have whole paths instead. A state for each file says whether it is there.
/// </summary>
internal readonly ref struct RpmFiles(RpmHeader header)
{
    /// <summary>Folders of one package; the most in Fedora, a texlive collection, has 20,000.</summary>
    private const int MaxFolders = 1_000_000;

    /// <summary>States of a file (RPMFILE_STATE_…) that mean it is this package's: normal, and on a shared file system.</summary>
    private const byte Normal = 0, NetShared = 3;

    private readonly RpmHeader header = header;

    /// <summary>Notes the package as the owner of its files.</summary>
    /// <param name="report">Takes what is wrong with the list.</param>
    /// <returns>How many of them are in the image and no folders.</returns>
    public int Claim(ImageFiles image, int owner, Action<string> report)
    {
        var (owned, number) = (0, 0);
        var states = header.Small(RpmTag.FileStates);
        var folders = Folders(image);
        var indexes = header.Numbers(RpmTag.DirIndexes);
        var names = header.Strings(RpmTag.BaseNames);
        if (indexes.Length / 4 != names.Count) report($"expected a folder's number for each of {names.Count:N0} names, found {indexes.Length / 4:N0}; those without were not used");
        for (; names.MoveNext(); number++)
        {
            if (number >= indexes.Length / 4) return owned; // Reported above.
            var folder = BinaryPrimitives.ReadUInt32BigEndian(indexes[(4 * number)..]);
            if (folder >= folders.Count)
            {
                report($"expected a folder's number below {folders.Count:N0} for file {number:N0}, found {folder:N0}; the files from there on were not used");
                return owned;
            }
            // Replaced by another package's, not installed, or for another architecture.
            if (number < states.Length && states[number] is not (Normal or NetShared)) continue;
            if (folders[(int)folder] is var node && node != FileTree.None && image.Claim(node, names.Current, owner)) owned++;
        }
        if (names.Left > 0) report($"expected {names.Count:N0} names, found the end of the header after {number:N0}");
        var old = header.Strings(RpmTag.OldFileNames);
        for (number = 0; old.MoveNext(); number++)
            if ((number >= states.Length || states[number] is Normal or NetShared) && image.Claim(FileTree.Root, old.Current, owner)) owned++;
        if (old.Left > 0) report($"expected {old.Count:N0} paths, found the end of the header after {number:N0}");
        return owned;
    }

    /// <summary>Where each folder is; most packages have many files in few.</summary>
    private List<int> Folders(ImageFiles image)
    {
        var folders = new List<int>();
        var names = header.Strings(RpmTag.DirNames);
        while (folders.Count < MaxFolders && names.MoveNext()) folders.Add(image.Tree.Resolve(FileTree.Root, names.Current));
        return folders;
    }
}
