using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// Tells which layers belong to the image underneath: by the image given with `--base`, by a list of known base
/// images, or, for the name alone, by the annotations that builders leave (OCI image specification, "Annotations").
/// </summary>
internal static class BaseFinder
{
    private const string NameKey = "org.opencontainers.image.base.name";
    private const string DigestKey = "org.opencontainers.image.base.digest";

    public static Image Find(Image image, ScanRequest request, ProblemLog problems, List<string> notes)
    {
        if (image.Layers.IsEmpty) return image;
        if (request.Base is { } target) return ByTarget(image, target, request, problems, notes);
        if (request.KnownBases is { } list && ByList(image, list) is { } known) return With(image, known);
        return ByAnnotation(image) is { } named ? image with { Base = named } : image;
    }

    private static Image ByTarget(Image image, Target target, ScanRequest request, ProblemLog problems, List<string> notes)
    {
        using var resolved = Resolution.Resolve(target, request, cache: null, problems, progress: null);
        var under = resolved.Image;
        if (under.Layers.IsEmpty) throw new PlimsollException("base-without-layers", $"`{target}` has no layers, so it cannot tell which layers are its own.", "Give the base image as an archive or OCI layout.");
        if (IsPrefix([.. under.Layers.Select(layer => layer.DiffId)], image.Layers))
        {
            var digest = under.ManifestDigest ?? under.ConfigDigest;
            // A layout may say a tag alone, which is no name: nothing could be built on it or asked for by it.
            var name = under.Names.FirstOrDefault(name => name.AsSpan().ContainsAny('/', ':')) ?? (ByAnnotation(image) is { Digest: not null } named && named.Digest == digest ? named.Name : null);
            return With(image, new BaseImage(name, digest, under.Layers.Length, $"its layers are the lowest ones (`--base{(name is null ? $" {target}" : "")}`)"));
        }
        notes.Add($"The image is not built on {target}: its lowest {under.Layers.Length} layers have other diffIDs.");
        return image;
    }

    /// <summary>Lines `NAME DIFFID [DIFFID …]`, `#` comments; the base with the most layers that fit wins.</summary>
    private static BaseImage? ByList(Image image, string path)
    {
        BaseImage? best = null;
        var number = 0;
        foreach (var line in ReadLines(path))
        {
            number++;
            var fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 0 || fields[0].StartsWith('#')) continue;
            var diffIds = fields.Skip(1).Select(field => Digest.TryParse(field, out var digest) ? digest
                : throw new PlimsollException("known-bases-malformed", $"`{path}` line {number}: `{field}` is no digest.", "Write lines `NAME sha256:… [sha256:… …]`, the diffIDs of a base image from its lowest layer up.")).ToImmutableArray();
            if (diffIds.Length > (best?.LayerCount ?? 0) && IsPrefix([.. diffIds.Select(id => (Digest?)id)], image.Layers))
                best = new BaseImage(fields[0], null, diffIds.Length, $"its diffIDs are those of {Path.GetFileName(path)}:{number}");
        }
        return best;
    }

    private static IEnumerable<string> ReadLines(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Take(1_000_000)];
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw Unreadable.Target(path, thrown.Message);
        }
    }

    private static BaseImage? ByAnnotation(Image image)
    {
        var name = image.Annotations.GetValueOrDefault(NameKey) ?? image.Config.Labels.GetValueOrDefault(NameKey);
        var digestText = image.Annotations.GetValueOrDefault(DigestKey) ?? image.Config.Labels.GetValueOrDefault(DigestKey);
        if (name is null && digestText is null) return null;
        return new BaseImage(name, Digest.TryParse(digestText, out var digest) ? digest : null, null, "an annotation names it; which layers are its own is not known");
    }

    private static bool IsPrefix(ImmutableArray<Digest?> under, ImmutableArray<Layer> layers) =>
        under.Length <= layers.Length && !under.Where((diffId, i) => diffId is null || layers[i].DiffId != diffId).Any();

    private static Image With(Image image, BaseImage found) => image with
    {
        Base = found,
        Layers = [.. image.Layers.Select(layer => layer with { Origin = layer.Index < found.LayerCount ? LayerOrigin.Base : LayerOrigin.Added })],
    };
}
