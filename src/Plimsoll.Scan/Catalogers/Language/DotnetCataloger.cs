using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// NuGet packages of .NET applications and shared frameworks: every `*.deps.json`, which `dotnet publish` writes beside
/// an application and Microsoft ships in /usr/share/dotnet/shared/NAME/VERSION. Of an application without one, the
/// `includedFrameworks` of its `*.runtimeconfig.json` (self-contained applications have them).
/// </summary>
internal sealed class DotnetCataloger : ICataloger
{
    private const string CatalogerId = "language/dotnet";

    /// <summary>Bytes of one file: those of the SDK's largest tools have some 200 KB.</summary>
    public const int MaxBytes = 16 << 20;

    public string Id => CatalogerId;
    public string Reads => ".NET: NuGet packages, carried runtimes and shared frameworks of *.deps.json and *.runtimeconfig.json";
    public FilePattern Files => FilePattern.WithExtension(".deps.json", ".runtimeconfig.json");
    public FilePattern Companions => FilePattern.Named(DotnetRuntimeConfig.Library);

    public void Catalog(ImageFile file, Findings found)
    {
        if (file.NameBytes.EndsWith(".runtimeconfig.json"u8)) DotnetRuntimeConfig.Read(file, CatalogerId, found);
        else if (found.TryRead(file, MaxBytes, out var content)) DotnetPackages.Read(content.Span, file.At(), CatalogerId, found);
    }
}
