using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Catalogers.Binary;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// Java runtimes that no package manager installed, by the file `release` of their home (JEP 223 and what the JDK's build
/// writes): lines `KEY="value"`, of which JAVA_RUNTIME_VERSION, `17.0.9+9-Debian`, or else JAVA_VERSION counts. Images made
/// by jlink have only the latter, without the build number that their libjvm has: then libjvm is asked, so that both are one package.
/// </summary>
internal sealed class JavaRuntimeCataloger : ICataloger
{
    private const string CatalogerId = "language/java-runtime";

    /// <summary>Bytes of the file: it lists the modules, which makes 2 KB.</summary>
    private const int MaxBytes = 256 * 1024;

    private const string Library = "lib/server/libjvm.so";

    public string Id => CatalogerId;
    public string Reads => "Java runtimes that no package manager installed, by their file `release`";
    public FilePattern Files => FilePattern.Named("release");
    public FilePattern Companions => FilePattern.Named("libjvm.so");
    public bool OnlyUnowned => true;

    public void Catalog(ImageFile file, Findings found)
    {
        // Others have files of this name, too.
        if (!IsHome(file.Parent) && file.ReadStart(MaxBytes).AsSpan().IndexOf("JAVA_VERSION="u8) < 0) return;
        if (!found.TryRead(file, MaxBytes, out var content)) return;
        string? full = null, plain = null;
        var (number, isBroken) = (0, false);
        foreach (var line in Encoding.UTF8.GetString(content.Span).TrimEnd('\n').Split('\n'))
        {
            number++;
            var equals = line.IndexOf("=\"", StringComparison.Ordinal);
            if (equals <= 0 || line.Length < equals + 3 || line[^1] != '"')
            {
                found.Malformed(file.At(number), "expected `KEY=\"value\"`, found something else; the line was not used");
                isBroken = true;
            }
            else if (line[..equals] == "JAVA_RUNTIME_VERSION") full = Number(line[(equals + 2)..^1]);
            else if (line[..equals] == "JAVA_VERSION") plain = Number(line[(equals + 2)..^1]);
        }
        if (full is not null) Add(full, file, found);
        else if (plain is null) found.Malformed(file.At(), "expected JAVA_VERSION or JAVA_RUNTIME_VERSION with a version of Java, found neither; the runtime was not used");
        // With a line unread, the version may be a part of what that one states.
        else if (!isBroken) Add(InLibrary(file.Parent, plain) ?? plain, file, found);
    }

    private static bool IsHome(ImageFile folder) => folder.TryFind(Library, out _) || folder.TryFind("bin/java", out _);

    private static void Add(string version, ImageFile file, Findings found) => found.Add(new Package
    {
        Purl = new PackageUrl("generic", null, "openjdk", version),
        Name = "openjdk",
        Version = version,
        Cpe = NativePrograms.All.First(program => program.Name == "openjdk").CpeOf(version),
        Locations = [file.At()],
        FoundBy = CatalogerId,
    });

    /// <summary>Without what a vendor adds: `17.0.9+9` of `17.0.9+9-Debian`, `1.8.0_392` of `1.8.0_392-b08`.</summary>
    private static string? Number(string version)
    {
        var number = version.Split('-')[0];
        return number.Length is > 0 and <= 64 && char.IsAsciiDigit(number[0]) && number.All(c => char.IsAsciiDigit(c) || c is '.' or '_' or '+') ? number : null;
    }

    private static string? InLibrary(ImageFile home, string version)
    {
        if (!home.TryFind(Library, out var library) || !library.IsFile) return null;
        using var elf = ElfFile.Open(library);
        foreach (var (program, versions) in NativeScan.Run(elf))
            if (program.Name == "openjdk") return versions.FirstOrDefault(candidate => candidate.StartsWith(version + '+', StringComparison.Ordinal));
        return null;
    }
}
