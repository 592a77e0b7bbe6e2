using System.Globalization;
using System.IO.Compression;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Freshness.Xz;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// The repositories that apt of the image asks (https://wiki.debian.org/DebianRepository/Format): of each suite InRelease,
/// and of each component and architecture the index Packages, whose digest InRelease has. What is the newest is decided as
/// apt does it without pins: what is not automatic comes only to who has it.
/// </summary>
internal sealed class Deb : IFreshnessSource
{
    public const string SourceId = "deb";

    private static readonly TimeSpan releaseAge = TimeSpan.FromMinutes(10);

    public string Id => SourceId;

    public void Ask(IReadOnlyList<Package> packages, Asking asking)
    {
        var sources = asking.Files is null ? [] : AptSources.Read(asking.Files, asking);
        if (sources.IsEmpty)
        {
            var reason = asking.Files is null ? "a bill of materials does not say which repositories there are" : "the image configures no repository";
            foreach (var package in packages) asking.Leave(Id, "apt", reason, isProblem: false, package);
            return;
        }
        var offers = new Offers(Id, "dpkg", packages);
        var architectures = packages.Select(package => package.Architecture).OfType<string>().Where(architecture => architecture != "all").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Parallel.ForEach(sources, new ParallelOptions { MaxDegreeOfParallelism = Getter.MostOfHost }, source => AskSuite(source, architectures, offers, asking));
        offers.Answer(asking);
    }

    private static void AskSuite(AptSource source, List<string> architectures, Offers offers, Asking asking)
    {
        var name = $"{source.Uri} {source.Suite}";
        if (!Uri.TryCreate(source.Uri, UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https"))
        {
            offers.Miss(name, "only repositories with http and https addresses are asked");
            return;
        }
        var isFlat = source.Suite.EndsWith('/');
        var below = isFlat ? source.Suite.TrimStart('/') : $"dists/{source.Suite}/";
        var repository = new Repository(new Uri($"{source.Uri}/{below}"), asking);
        try
        {
            var release = ReadRelease(repository, asking.Getter.Now, name, asking);
            if (release.IsNotAutomatic && !release.UpgradesItself) return; // apt takes from there only what is asked for by name.
            foreach (var architecture in architectures.Where(one => source.Architectures.IsEmpty || source.Architectures.Contains(one)))
                foreach (var folder in isFlat ? [""] : source.Components.Select(component => $"{component}/binary-{architecture}/"))
                    ReadPackages(repository, folder, release, name, offers);
        }
        catch (Exception failed) when (failed is RepositoryException or InvalidDataException or IOException)
        {
            offers.Miss(name, failed.Message);
        }
    }

    private static AptRelease ReadRelease(Repository repository, DateTimeOffset now, string name, Asking asking)
    {
        const int MostBytes = 16 << 20; // Debian's have some 200 KB.
        using var content = repository.Open("InRelease", MostBytes, releaseAge, sha256: null, mayBeAbsent: true) ?? repository.Open("Release", MostBytes, releaseAge, sha256: null)!;
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        try
        {
            var release = AptRelease.Parse(bytes);
            if (release.ValidUntil < now) asking.Note(string.Create(CultureInfo.InvariantCulture, $"The repository {name} says that its index is valid until {release.ValidUntil:yyyy-MM-dd} only: newer updates may be missing from it."));
            return release;
        }
        catch (InvalidDataException malformed)
        {
            throw new InvalidDataException($"its Release file is not to be read: {malformed.Message}", malformed);
        }
    }

    private static void ReadPackages(Repository repository, string folder, AptRelease release, string name, Offers offers)
    {
        const long MostBytes = 256 << 20; // Debian's main has 12 MB compressed, 50 MB plain.
        var listed = false;
        // The release lists forms that the server does not keep; gzip is read fastest.
        foreach (var ending in (ReadOnlySpan<string>)[".gz", ".xz", ""])
        {
            var path = $"{folder}Packages{ending}";
            if (!release.Files.TryGetValue(path, out var file)) continue; // There is no such form.
            if (file.Size == 0) return; // An empty index has no packages.
            listed = true;
            var limit = Math.Min(file.Size, MostBytes);
            using var content = (release.HasByHash ? repository.Open($"{folder}by-hash/SHA256/{file.Sha256}", limit, TimeSpan.Zero, file.Sha256, mayBeAbsent: true) : null)
                ?? repository.Open(path, limit, TimeSpan.Zero, file.Sha256, mayBeAbsent: true);
            if (content is null) continue; // Another form may be there.
            using var inflated = ending switch
            {
                ".gz" => new GZipStream(content, CompressionMode.Decompress),
                ".xz" => new XzStream(content),
                _ => content,
            };
            ReadRecords(inflated, path, release, name, offers);
            return;
        }
        if (listed) throw new InvalidDataException($"it does not have {folder}Packages in a form that its Release file lists and that is read");
        // What its Release file does not list, it does not have for this architecture.
    }

    private static void ReadRecords(Stream records, string path, AptRelease release, string name, Offers offers) =>
        IndexRecords.Read(records, ["Package: ", "Version: ", "Architecture: "], values =>
        {
            if (values is [{ Length: > 0 } package, { Length: > 0 } version, var architecture]) offers.Add(package, new Offer(version, architecture, name, release.IsSecurity, release.IsNotAutomatic));
            else throw new InvalidDataException($"{path} has a record without a name or a version");
        });
}
