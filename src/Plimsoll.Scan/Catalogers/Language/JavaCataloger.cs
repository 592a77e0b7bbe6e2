using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// Java archives (JAR File Specification; Jakarta EE's WAR and EAR; Spring Boot's executable jars): packages by
/// META-INF/maven/**/pom.properties, else by manifest, else by file name, in archives inside archives too. A package
/// inside an archive is at `/app.jar!/BOOT-INF/lib/x.jar`, as Java writes it; what holds it depends on it.
/// </summary>
internal sealed class JavaCataloger : ICataloger
{
    public const string CatalogerId = "language/java";

    public static readonly string[] Extensions = [".jar", ".war", ".ear", ".par"];

    public string Id => CatalogerId;
    public string Reads => "Java archives: jar, war, ear and par, shaded and nested, by pom.properties, manifest or file name";
    public FilePattern Files => FilePattern.WithExtension(Extensions);

    public void Catalog(ImageFile file, Findings found)
    {
        if (file.Size == 0) return; // A placeholder holds no package.
        using var stream = file.Open();
        using var reading = new JavaArchive(file, found);
        reading.Read(stream, file.Path);
    }
}
