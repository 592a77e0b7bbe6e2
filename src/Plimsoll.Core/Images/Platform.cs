using System.Runtime.InteropServices;

namespace Plimsoll.Core.Images;

/// <summary>Operating system and processor of an image (OCI image index, `platform`): `linux/amd64`, `linux/arm/v7`.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>What an engine on this machine would choose.</summary>
    public static Platform OfThisMachine => new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    });

    public static bool TryParse(string text, out Platform platform)
    {
        var parts = text.Split('/');
        platform = new Platform(parts[0], parts.Length > 1 ? parts[1] : "", parts.Length > 2 ? parts[2] : null);
        return parts.Length is 2 or 3 && Array.TrueForAll(parts, part => part.Length > 0);
    }

    /// <summary>A variant that is not asked for matches any.</summary>
    public bool Accepts(Platform other) =>
        Os == other.Os && Architecture == other.Architecture && (Variant is null || Variant == other.Variant);

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
