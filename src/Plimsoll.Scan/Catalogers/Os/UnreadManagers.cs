using Plimsoll.Core.Applications;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// Sees what no cataloger reads: databases of other package managers, and systems whose own database is gone. Without it
/// such an image would have few packages, no findings and a clean result.
/// </summary>
internal static class UnreadManagers
{
    public const string Unit = "os";

    /// <summary>Where other package managers keep what they know of each package, by their own documentation; a file, or a folder that is not empty.</summary>
    private static readonly (string Path, string Manager)[] places =
    [
        ("/var/lib/pacman/local", "pacman (Arch Linux)"),
        ("/var/db/pkg", "Portage (Gentoo)"),
        ("/var/db/xbps", "XBPS (Void Linux)"),
        ("/var/lib/eopkg/package", "eopkg (Solus)"),
        ("/var/lib/pkgtools/packages", "pkgtools (Slackware)"),
        ("/usr/share/clear/bundles", "swupd (Clear Linux)"),
        ("/usr/lib/opkg/status", "opkg (OpenWrt, Yocto)"),
        ("/var/lib/opkg/status", "opkg (OpenWrt, Yocto)"),
        ("/nix/store", "Nix"),
        ("/gnu/store", "Guix"),
        ("/home/linuxbrew/.linuxbrew/Cellar", "Homebrew"),
    ];

    /// <summary>The folder in the root of a Conda environment with a file for each package; environments may be anywhere.</summary>
    private static ReadOnlySpan<byte> Conda => "conda-meta"u8;

    /// <summary>Conda environments that are named one by one.</summary>
    private const int MostEnvironments = 20;

    /// <summary>Systems by ID and ID_LIKE of os-release(5), and the cataloger that reads the database of their package manager.</summary>
    private static readonly (string[] Systems, ICataloger Cataloger)[] own =
    [
        (["debian", "ubuntu"], new DpkgCataloger()),
        (["alpine", "wolfi", "chainguard"], new ApkCataloger()),
        (["rhel", "fedora", "centos", "suse", "opensuse", "sles", "amzn", "mariner", "azurelinux", "photon", "mageia"], new RpmCataloger()),
    ];

    public static IEnumerable<Problem> Find(ImageFiles files, OsRelease? os)
    {
        var log = new ProblemLog(Unit);
        foreach (var (path, manager) in places)
            if (IsThere(files, path, out var place)) Report(place, manager);
        foreach (var environment in CondaEnvironments(files).Take(MostEnvironments)) Report(environment, "Conda");
        if (os is not null && !log.Any && Missing(files, os) is { } missing)
            log.Report(ProblemKind.DataMissing, os.Location.Path, $"the system is {os.PrettyName ?? os.Id}, but the database of its packages is not in the image ({missing}): they are not listed and not judged");
        return log.All();

        void Report(ImageFile place, string manager) => log.Report(ProblemKind.Unsupported, place.Path, $"packages of {manager} are installed here, which this version does not read: they are not listed and not judged");
    }

    private static bool IsThere(ImageFiles files, string path, out ImageFile place) =>
        files.TryFind(path, out place) && (place.IsFolder ? place.Children().Any() : place.IsFile && place.Size > 0);

    private static IEnumerable<ImageFile> CondaEnvironments(ImageFiles files)
    {
        for (var node = 1; node < files.Tree.NodeCount; node++)
            if (files.Tree.Exists(node) && files.Tree.Name(node).SequenceEqual(Conda) && new ImageFile(files, node) is { IsFolder: true } folder && folder.Children().Any()) yield return folder;
    }

    /// <summary>Where the database should be; null when it is there, or where nothing says which one it would be.</summary>
    private static string? Missing(ImageFiles files, OsRelease os)
    {
        foreach (var (systems, cataloger) in own)
            if (os.IdLike.Prepend(os.Id).Any(systems.Contains))
                return cataloger.Files.Paths.Concat(cataloger.Files.Folders).Any(path => IsThere(files, path, out _)) ? null : cataloger.Files.ToString();
        return null;
    }
}
