using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines;
using Plimsoll.Scan.Layers.Cache;

namespace Plimsoll.Scan.Sources;

/// <summary>A name without prefix: the engines of this machine are asked for it, then its registry. The result says which had it.</summary>
internal static class GuessedSource
{
    public static ResolvedImage Resolve(Target target, ScanRequest request, LayerCache? cache, ProblemLog problems, ScanProgress? progress)
    {
        var answers = new List<string>();
        var notes = new List<string>();
        foreach (var kind in Enum.GetValues<EngineKind>())
        {
            EngineClient? engine = null;
            EngineImage? image;
            try
            {
                engine = EngineClient.Connect(kind);
                image = engine.FindImage(target.Path);
                if (image is null) answers.Add($"{kind.Display()} has no such image");
            }
            catch (PlimsollException unavailable)
            {
                image = null;
                answers.Add(unavailable.Message.TrimEnd('.'));
                if (unavailable.Code != "engine-not-found") notes.Add($"{kind.Display()} could not be asked for the image: {unavailable.Message}");
            }
            using (engine)
                if (image is not null) return With(EngineSource.ReadImage(engine!, image, new Target(kind == EngineKind.Docker ? SourceKind.Docker : SourceKind.Podman, target.Path), request.Platform, request.Limits, cache, problems, progress), notes, kind.Display());
        }
        ResolvedImage resolved;
        try
        {
            resolved = RegistrySource.Resolve(new Target(SourceKind.Registry, target.Path), request, problems);
        }
        catch (PlimsollException refused)
        {
            throw new PlimsollException(refused.Code, $"`{target.Path}` is no file or folder here, and nothing has an image of this name: {string.Join("; ", answers)}; {char.ToLowerInvariant(refused.Message[0])}{refused.Message[1..]}", $"Check the path or the name. For the registry: {refused.Remedy}");
        }
        return With(resolved, notes, $"the registry {(ImageReference.TryParse(target.Path, out var reference, out _) ? reference!.Host : "")}");
    }

    private static ResolvedImage With(ResolvedImage resolved, List<string> notes, string place) =>
        resolved with { Notes = [.. resolved.Notes, $"The image was found in {place}.", .. notes] };
}
