using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan.Sources;

/// <summary>The stage that finds the parts of a target: its manifest, configuration and layers, each verified but the layers.</summary>
internal static class Resolution
{
    /// <exception cref="Core.Results.PlimsollException">The target cannot be scanned.</exception>
    public static ResolvedImage Resolve(Target target, ScanRequest request, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        var (platform, limits) = (request.Platform, request.Limits);
        if (target.IsGuess) return GuessedSource.Resolve(target, request, cache, problems, progress);
        if (platform is not null && target.Kind is SourceKind.Rootfs or SourceKind.Container)
            throw new PlimsollException("option-unsuitable", $"`--platform` chooses one image of several, and `{target}` is a {(target.Kind == SourceKind.Rootfs ? "folder" : "container")}.", "Leave it out.");
        switch (target.Kind)
        {
            case SourceKind.Sbom: throw new PlimsollException("target-without-layers", $"`{target}` is a bill of materials: it has no files and no layers.", "Give the image itself.");
            case SourceKind.Rootfs: return RootfsSource.Resolve(target.Path);
            case SourceKind.Docker or SourceKind.Podman: return EngineSource.ResolveImage(target, platform, limits, cache, problems, progress);
            case SourceKind.Container: return EngineSource.ResolveContainer(target, limits, cache, problems, progress);
            case SourceKind.Registry: return RegistrySource.Resolve(target, request, problems);
        }
        return File.Exists(target.Path) ? ArchiveSource.Resolve(target, platform, limits, cache, problems, progress) : ReadLayout(new FolderStore(target.Path), target, platform, limits, problems);
    }

    /// <summary>Reads a layout of either kind and takes over its store.</summary>
    public static ResolvedImage ReadLayout(IBlobStore store, Target target, Platform? platform, Limits limits, ProblemLog problems)
    {
        try
        {
            var reading = new LayoutReading(store, limits, problems);
            var isDocker = target.Kind != SourceKind.Oci && store.Open(DockerArchive.Manifest) is not null;
            if (isDocker) return DockerArchive.Resolve(reading, target, platform);
            if (target.Kind == SourceKind.Oci || store.Open(OciLayout.Index) is not null) return OciLayout.Resolve(reading, target.Kind == SourceKind.Archive ? target with { Kind = SourceKind.Oci } : target, platform);
            var archive = (ArchiveStore)store; // A folder is of kind `oci:`, a recalled archive has a manifest: neither comes here.
            if (archive.Truncated is not null) return DockerArchive.Salvage(reading, target, archive.Names);
            throw reading.Broken($"`{target.Path}` holds neither `{DockerArchive.Manifest}` nor `{OciLayout.Index}`, so it is no image archive; it holds {archive.Names.Count:N0} files");
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
