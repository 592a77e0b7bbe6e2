using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>One archive of the image and all archives in it, while they are read.</summary>
internal sealed class JavaArchive(ImageFile file, Findings found) : IDisposable
{
    /// <summary>Archives inside one another: a jar in a war in an ear makes 3, tools that wrap those some more.</summary>
    public const int MaxDepth = 8;

    /// <summary>Archives in one file of the image: the largest servers hold some thousand.</summary>
    private const int MaxArchives = 20_000;

    /// <summary>Inflated bytes of archives in one file of the image, all levels together: several times the largest known.</summary>
    private const long MaxInflated = 4L << 30;

    /// <summary>Bytes of a compressed archive that is inflated into memory; a larger one goes to a private file. Each level may hold one.</summary>
    private const int MaxInMemory = 4 << 20;

    /// <summary>Bytes of a manifest: signed jars list each of their classes.</summary>
    private const int MaxManifest = 16 << 20;

    /// <summary>Bytes of pom.properties: real ones have 200.</summary>
    private const int MaxPom = 64 * 1024;

    private readonly Spool spool = new(MaxInflated);
    private int archives;
    private long inflated;

    public void Read(Stream archive, string path) => Read(archive, path, 1);

    public void Dispose() => spool.Dispose();

    /// <returns>Where packages were found that the holder of this archive contains.</returns>
    private ImmutableArray<Requirement> Read(Stream archive, string path, int depth)
    {
        var hasClasses = false;
        ZipDirectory directory;
        try
        {
            directory = ZipDirectory.Read(archive, name =>
            {
                if (name.EndsWith(".class"u8)) hasClasses = true;
                return IsPom(name) || IsManifest(name) || IsArchive(name);
            });
        }
        catch (UnreadableException unreadable)
        {
            found.Report(unreadable.Kind, path, $"{unreadable.Message}; it was not read");
            return [];
        }
        if (directory.Damage is { } damage) found.Report(damage.Kind, path, damage.Message);
        return Describe(archive, directory, path, depth, hasClasses);
    }

    private ImmutableArray<Requirement> Describe(Stream archive, ZipDirectory directory, string path, int depth, bool hasClasses)
    {
        var poms = new List<PomProperties>();
        var inside = ImmutableArray.CreateBuilder<Requirement>();
        JavaManifest? manifest = null;
        var isBroken = directory.Damage is not null;
        foreach (var member in directory.Members)
        {
            var place = $"{path}!/{member.Name}";
            var name = Encoding.UTF8.GetBytes(member.Name);
            if (IsArchive(name)) inside.AddRange(ReadNested(archive, member, place, depth));
            else if (IsManifest(name))
            {
                // Of two manifests java.util.jar takes the first.
                if (manifest is null && !TryManifest(archive, member, place, out manifest)) isBroken = true;
            }
            else if (TryPom(archive, member, place) is { } pom) poms.Add(pom);
            else isBroken = true;
        }
        var fileName = Path.GetFileNameWithoutExtension(path);
        var own = OwnPom(poms, manifest, fileName);
        foreach (var pom in poms)
            if (pom != own) inside.Add(Add(new JavaIdentity(pom.Group, pom.Artifact, pom.Version, IsGuess: false), pom.Place, null, []));
        var identity = own is { } stated ? new JavaIdentity(stated.Group, stated.Artifact, stated.Version, IsGuess: false)
            // With a part unread a guess could name something else than the archive states.
            : isBroken || IsPartOfRuntime(manifest) ? null : JavaIdentity.Of(manifest, fileName);
        if (identity is { } self) return [Add(self, path, manifest, inside.DrainToImmutable())];
        // What holds other packages is known by them, and what has no code is data.
        if (!isBroken && hasClasses && inside.Count == 0 && !IsPartOfRuntime(manifest) && file.Owner is null)
            found.Report(ProblemKind.Unsupported, path, "the archive holds classes, but neither pom.properties nor its manifest nor its name tell which version of what it is; it was not used");
        return inside.DrainToImmutable();
    }

    private Requirement Add(JavaIdentity identity, string path, JavaManifest? manifest, ImmutableArray<Requirement> inside)
    {
        found.Add(new Package
        {
            Purl = identity.Purl,
            Name = identity.Name,
            Version = identity.Version,
            Licenses = Licenses(manifest?["Bundle-License"]),
            Supplier = manifest?["Implementation-Vendor"] ?? manifest?["Bundle-Vendor"],
            Locations = [new Location(path, file.Layer)],
            FoundBy = JavaCataloger.CatalogerId,
            Requires = inside,
            IsGuess = identity.IsGuess,
        });
        return new Requirement(path, ByLocation: true);
    }

    private ImmutableArray<Requirement> ReadNested(Stream archive, ZipMember member, string place, int depth)
    {
        if (member.Size == 0) return []; // A placeholder holds no package.
        if (depth >= MaxDepth) found.Report(ProblemKind.LimitReached, place, $"archives are nested more than {MaxDepth} deep; it was not read");
        else if (++archives > MaxArchives)
        {
            if (archives == MaxArchives + 1) found.Report(ProblemKind.LimitReached, file.Path, $"the file holds more than {MaxArchives:N0} archives; the rest was not read");
        }
        else
            try
            {
                using var content = Open(archive, member);
                return Read(content, place, depth + 1);
            }
            catch (UnreadableException unreadable)
            {
                found.Report(unreadable.Kind, place, $"{unreadable.Message}; it was not read");
            }
        return [];
    }

    /// <summary>A stored archive where it stands, a compressed one in memory or in the private file.</summary>
    private Stream Open(Stream archive, ZipMember member)
    {
        if (member.Method == 0) return ZipContent.Slice(archive, member);
        if (member.Size < 0 || member.Size > MaxInflated - inflated)
            throw new UnreadableException(ProblemKind.LimitReached, $"archives in {file.Path} inflate to more than {MaxInflated:N0} bytes");
        inflated += member.Size;
        if (member.Size <= MaxInMemory)
        {
            // An array is lost to the pool, but not to the collector, when the archive turns out to be broken.
            var bytes = ArrayPool<byte>.Shared.Rent((int)member.Size);
            ZipContent.Inflate(archive, member, member.Size, (piece, at) => piece.CopyTo(bytes.AsSpan((int)at)));
            return new RentedStream(bytes, (int)member.Size);
        }
        var start = spool.Reserve(member.Size);
        ZipContent.Inflate(archive, member, member.Size, (piece, at) => spool.Write(start + at, piece));
        return new SliceStream(spool.Handle, start, member.Size);
    }

    private bool TryManifest(Stream archive, ZipMember member, string place, out JavaManifest? manifest)
    {
        manifest = null;
        if (!TryRead(archive, member, place, MaxManifest, out var bytes)) return false;
        manifest = JavaManifest.Parse(bytes);
        if (manifest.BrokenLine is not { } line) return true;
        found.Malformed(new Location(place, file.Layer, line), "expected `Name: value`, found something else; the manifest was not used");
        manifest = null;
        return false;
    }

    private PomProperties? TryPom(Stream archive, ZipMember member, string place)
    {
        if (!TryRead(archive, member, place, MaxPom, out var bytes)) return null;
        var pom = PomProperties.Parse(bytes, place, out var wrong);
        if (pom is null) found.Malformed(new Location(place, file.Layer), $"{wrong}; the package was not used");
        return pom;
    }

    private bool TryRead(Stream archive, ZipMember member, string place, int limit, out byte[] bytes)
    {
        try
        {
            bytes = ZipContent.Read(archive, member, limit);
            return true;
        }
        catch (UnreadableException unreadable)
        {
            found.Report(unreadable.Kind, place, $"{unreadable.Message}; it was not read");
            bytes = [];
            return false;
        }
    }

    /// <summary>
    /// Which of the packages stated in a jar is the jar itself: the one that its file is called after, or its manifest,
    /// or the only one, unless the file name says another name and version.
    /// </summary>
    private static PomProperties? OwnPom(List<PomProperties> poms, JavaManifest? manifest, string fileName)
    {
        PomProperties? own = null;
        foreach (var pom in poms)
            if ((fileName == pom.Artifact || fileName.StartsWith(pom.Artifact + '-', StringComparison.Ordinal)) && !(own?.Artifact.Length >= pom.Artifact.Length)) own = pom;
        if (own is not null) return own;
        var titles = new[] { manifest?["Implementation-Title"], manifest?["Bundle-SymbolicName"]?.Split(';')[0].Trim(), manifest?["Bundle-Name"] };
        foreach (var pom in poms)
            if (titles.Contains(pom.Artifact) || titles.Contains($"{pom.Group}.{pom.Artifact}") || titles.Contains($"{pom.Group}:{pom.Artifact}")) return pom;
        return poms is [var only] && (JavaIdentity.SplitFileName(fileName).Version is not { } version || version == only.Version) ? only : null;
    }

    /// <summary>Archives of a Java runtime (rt.jar, jrt-fs.jar) are no packages of their own.</summary>
    private static bool IsPartOfRuntime(JavaManifest? manifest) => manifest?["Implementation-Title"] == "Java Runtime Environment";

    /// <summary>`MIT` or `"https://…";description="…"`, several divided by commas (OSGi Core, "Bundle-License").</summary>
    private static ImmutableArray<string> Licenses(string? field)
    {
        if (field is null || field.StartsWith("<<EXTERNAL>>", StringComparison.Ordinal)) return [];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var clause in field.Split(','))
            if (clause.Split(';')[0].Trim(' ', '"') is { Length: > 0 } name && !name.Contains('=', StringComparison.Ordinal)) names.Add(name);
        return [.. names];
    }

    private static bool IsManifest(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(name, "META-INF/MANIFEST.MF"u8);

    private static bool IsPom(ReadOnlySpan<byte> name) => name.EndsWith("/pom.properties"u8) && name.IndexOf("META-INF/maven/"u8) >= 0;

    private static bool IsArchive(ReadOnlySpan<byte> name) =>
        name.Length > 4 && name[^4] == '.' && (name.EndsWith(".jar"u8) || name.EndsWith(".war"u8) || name.EndsWith(".ear"u8) || name.EndsWith(".par"u8));
}
