using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>The stage that finds the parts of a target: its manifest, configuration and layers, each verified but the layers.</summary>
internal static class Resolution
{
    /// <exception cref="PlimsollException">The target cannot be scanned.</exception>
    public static ResolvedImage Resolve(Target target, Platform? platform, Limits limits, ProblemLog problems, ScanProgress? progress)
    {
        if (target.Kind == SourceKind.Sbom) throw new PlimsollException("target-without-layers", $"`{target}` is a bill of materials: it has no files and no layers.", "Give the image itself.");
        if (target.Kind == SourceKind.Rootfs) return RootfsSource.Resolve(target.Path);
        var archive = File.Exists(target.Path) ? ArchiveStore.Open(target.Path, limits, progress) : null;
        IBlobStore store = archive is null ? new FolderStore(target.Path) : archive;
        try
        {
            var reading = new LayoutReading(store, limits, problems);
            var isDocker = target.Kind == SourceKind.Archive && store.Open(DockerArchive.Manifest) is not null;
            if (isDocker) return DockerArchive.Resolve(reading, target);
            if (target.Kind == SourceKind.Oci || store.Open(OciLayout.Index) is not null) return OciLayout.Resolve(reading, target with { Kind = SourceKind.Oci }, platform);
            if (archive!.Truncated is not null) return DockerArchive.Salvage(reading, target, archive.Names);
            throw reading.Broken($"`{target.Path}` holds neither `{DockerArchive.Manifest}` nor `{OciLayout.Index}`, so it is no image archive; it holds {archive.Names.Count:N0} files");
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
