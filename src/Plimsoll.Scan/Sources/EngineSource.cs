using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// Images and containers of an engine on this machine. The engine writes an archive, as for `docker save`, into a
/// private file, since its manifest may stand at its end.
/// </summary>
internal static class EngineSource
{
    public static ResolvedImage ResolveImage(Target target, Platform? platform, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        using var engine = EngineClient.Connect(target.Kind == SourceKind.Docker ? EngineKind.Docker : EngineKind.Podman);
        var image = engine.FindImage(target.Path) ?? throw new PlimsollException("image-not-found", $"{engine.Kind.Display()} has no image `{target.Path}`.", $"`{engine.Kind.Command()} images` lists what it has; `{engine.Kind.Command()} pull {target.Path}` or `registry:{target.Path}` takes it from its registry.");
        return ReadImage(engine, image, target, platform, limits, cache, problems, progress);
    }

    public static ResolvedImage ReadImage(EngineClient engine, EngineImage image, Target target, Platform? platform, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        var resolved = Save(engine, image, target, limits, cache, problems, progress);
        if (platform is null || resolved.Image.Platform is not { } actual || platform.Accepts(actual)) return resolved;
        resolved.Dispose();
        throw new PlimsollException("platform-not-found", $"The image `{target.Path}` of {engine.Kind.Display()} is for {actual}, not {platform}.", $"Pull the other one, or leave `--platform` out or give `--platform {actual}`.");
    }

    public static ResolvedImage ResolveContainer(Target target, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        var answers = new List<string>();
        foreach (var kind in Enum.GetValues<EngineKind>())
        {
            EngineClient engine;
            try
            {
                engine = EngineClient.Connect(kind);
            }
            catch (PlimsollException unavailable)
            {
                answers.Add(unavailable.Message.TrimEnd('.'));
                continue; // Said below when no engine has it, and by a note when one has.
            }
            using (engine)
            {
                if (engine.FindContainer(target.Path) is { } container) return ReadContainer(engine, container, target, limits, cache, problems, progress);
                answers.Add($"{kind.Display()} has none of this name");
            }
        }
        throw new PlimsollException("container-not-found", $"There is no container `{target.Path}`: {string.Join("; ", answers)}.", "`docker ps --all` and `podman ps --all` list what there is.");
    }

    private static ResolvedImage ReadContainer(EngineClient engine, EngineContainer container, Target target, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        var image = engine.FindImage(container.ImageId) ?? throw new PlimsollException("image-not-found", $"{engine.Kind.Display()} no longer has the image of container `{container.Name}`.", "Start the container anew from an image that is there.");
        var resolved = Save(engine, image, target, limits, cache, problems, progress);
        var spool = new Spool(limits.SpoolBytes);
        try
        {
            var blob = ContainerLayer.Write(engine, container, spool, limits, problems, progress);
            var layer = new Layer(resolved.Image.Layers.Length, null, null, blob.Length, $"the read/write layer of container {container.Name}");
            return resolved with
            {
                Image = resolved.Image with { Config = ImageConfigReader.ReadConfig(container.Config), Layers = resolved.Image.Layers.Add(layer) },
                Layers = resolved.Layers.Add(new LayerBlob(layer, blob)),
                Holds = resolved.Holds.Add(spool),
                Notes = [.. Notes(engine, container)],
                Deployment = EngineDeployment.Of(container),
            };
        }
        catch
        {
            spool.Dispose();
            resolved.Dispose();
            throw;
        }
    }

    private static IEnumerable<string> Notes(EngineClient engine, EngineContainer container)
    {
        yield return $"The container {container.Name} is one of {engine.Kind.Display()}.";
        if (container.IsRunning) yield return "The container was running while it was read, so files that it wrote meanwhile may be of different moments.";
        foreach (var mount in container.Mounts) yield return $"{mount} was not read: it is mounted into the container and is no part of it.";
    }

    private static ResolvedImage Save(EngineClient engine, EngineImage image, Target target, Limits limits, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        // The diffIDs too: with several platforms under one ID, which of them the engine has may change.
        var source = $"{engine.Kind} {engine.Server} {image.Id} {string.Join(' ', image.DiffIds)}";
        var resolved = Recall() ?? Receive();
        return RecalledStore.AsCopy(resolved with { Image = resolved.Image with { Names = image.Names.Sort(StringComparer.Ordinal) } });

        // All layers are in the cache: the engine sends nothing.
        ResolvedImage? Recall() => cache?.Recall(source) is { } kept ? RecalledStore.Resolve(kept, target, null, limits, cache, problems, ReceiveLate) : null;

        ArchiveStore ReceiveLate()
        {
            using var again = EngineClient.Connect(engine.Kind);
            return ReceiveArchive(again, image, target, limits, progress: null);
        }

        ResolvedImage Receive()
        {
            var archive = ReceiveArchive(engine, image, target, limits, progress);
            var received = Resolution.ReadLayout(archive, target, null, limits, problems);
            cache?.Remember(source, RecalledStore.Describe(archive, received, limits));
            return received;
        }
    }

    private static ArchiveStore ReceiveArchive(EngineClient engine, EngineImage image, Target target, Limits limits, ScanProgress? progress)
    {
        progress?.Begin($"receiving the image from {engine.Kind.Display()}", image.Size);
        var spool = new Spool(limits.SpoolBytes);
        try
        {
            using var saved = engine.SaveImage(image.Id);
            return ArchiveStore.Open(Spooling.Receive(saved, target.Path, spool, limits, progress), spool, limits, progress);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }
}
