using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Reads packages of executables and libraries that no OS package owns. All of them are shown each file together: it is
/// opened once, and a broken one is one problem.
/// </summary>
internal interface IElfCataloger : ICataloger
{
    /// <summary>What the problems of a file that cannot be opened are said of: all of these catalogers.</summary>
    const string Unit = "binary";

    void Catalog(ElfFile elf, ImageFile file, Findings found);

    FilePattern ICataloger.Files => FilePattern.Containing(Magic.Elf);

    bool ICataloger.OnlyUnowned => true;

    void ICataloger.Catalog(ImageFile file, Findings found)
    {
        using var elf = ElfFile.Open(file);
        Catalog(elf, file, found);
    }
}
