using Plimsoll.Core.Images;

namespace Plimsoll.Scan.Reports.Sbom;

/// <summary>What a bill of materials is about.</summary>
internal static class Subject
{
    /// <summary>Whether it is an image of a container, as against a folder; of what a bill told, only layers or a digest say it.</summary>
    public static bool IsContainer(Image image) => image.Source switch
    {
        SourceKind.Rootfs => false,
        SourceKind.Sbom => !image.Layers.IsEmpty || image.ManifestDigest is not null || image.ConfigDigest is not null,
        _ => true,
    };

    public static ImageName Name(Image image) => image.Names.IsEmpty ? new ImageName(image.Reference, null) : ImageName.Parse(image.Names[0]);

    /// <summary>
    /// Name by which a service knows the image again from one upload to the next: its repository, or where a layout says a
    /// tag alone (`latest`), which many images have, the name of its folder or file.
    /// </summary>
    public static string Lasting(Image image)
    {
        var said = image.Names.IsEmpty || image.Names[0].AsSpan().ContainsAny('/', ':') ? Name(image).Repository : Path.GetFileName(Path.TrimEndingDirectorySeparator(image.Reference));
        return said.Length > 0 ? said : image.Reference;
    }

    /// <summary>The digest of its manifest, or else the tag of its first name.</summary>
    public static string? Version(Image image) => image.ManifestDigest?.ToString() ?? Name(image).Tag;
}
