using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Applications that no package manager installed, found by what their executables and libraries contain, whatever their
/// name and place: <see cref="NativePrograms"/>. What is linked into a program (OpenSSL in Node.js) is found in it.
/// </summary>
internal sealed class NativeCataloger : IElfCataloger
{
    private const string CatalogerId = "binary/native";

    public string Id => CatalogerId;
    public string Reads => $"applications that no package manager installed, by their content: {string.Join(", ", NativePrograms.All.Select(program => program.IsUnproven ? $"{program.Name} (unproven)" : program.Name))}";

    public void Catalog(ElfFile elf, ImageFile file, Findings found)
    {
        foreach (var (program, versions) in NativeScan.Run(elf))
            if (versions.Count == 0)
                found.Report(ProblemKind.Unsupported, file.Path, $"it is {program.Name} by its content, but no version was found where others have it; it was not used");
            else
                foreach (var version in versions) Add(program, version, file, found);
        if (Cryptography(file, elf) is { } library) AddLike(library, file, found);
    }

    private static void Add(NativeProgram program, string version, ImageFile file, Findings found) => found.Add(new Package
    {
        Purl = new PackageUrl("generic", null, program.Name, version),
        Name = program.Name,
        Version = version,
        Cpe = program.CpeOf(version),
        Locations = [file.At()],
        FoundBy = CatalogerId,
    });

    /// <summary>OpenSSL's libssl does not say its version since 3.0; it is one release with the libcrypto beside it.</summary>
    private static ImageFile? Cryptography(ImageFile file, ElfFile elf) =>
        elf.Soname?.StartsWith("libssl.so", StringComparison.Ordinal) is true
        && elf.Needed.FirstOrDefault(name => name.StartsWith("libcrypto.so", StringComparison.Ordinal)) is { } needed
        && file.Parent.TryFind(needed, out var library) && library.IsFile && library.Owner is null ? library : null;

    private static void AddLike(ImageFile library, ImageFile file, Findings found)
    {
        using var elf = ElfFile.Open(library);
        foreach (var (program, versions) in NativeScan.Run(elf))
            if (program.Name == "openssl")
                foreach (var version in versions) Add(program, version, file, found);
    }
}
