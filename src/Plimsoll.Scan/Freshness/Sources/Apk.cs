using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// The repositories in /etc/apk/repositories (apk-repositories(5)): lines of addresses, those with `@tag` before come only
/// to who asks for them. Each has ARCH/APKINDEX.tar.gz (https://wiki.alpinelinux.org/wiki/Apk_spec): gzip members one behind
/// the other, a signature, which is not checked, and a tar with APKINDEX, records of `P:`, `V:` and `A:`.
/// </summary>
internal sealed class Apk : IFreshnessSource
{
    private const string Repositories = "/etc/apk/repositories";

    /// <summary>Bytes of an index; the community repository has 2 MB.</summary>
    private const int MostBytes = 128 << 20;

    private static readonly TimeSpan age = TimeSpan.FromMinutes(10);

    public string Id => "apk";

    public void Ask(IReadOnlyList<Package> packages, Asking asking)
    {
        var places = Read(asking);
        if (places.Count == 0)
        {
            var reason = asking.Files is null ? "a bill of materials does not say which repositories there are" : "the image configures no repository";
            foreach (var package in packages) asking.Leave(Id, "apk", reason, isProblem: false, package);
            return;
        }
        var offers = new Offers(Id, "apk", packages);
        var architectures = packages.Select(package => package.Architecture).OfType<string>().Where(architecture => architecture is not ("all" or "noarch")).Distinct(StringComparer.Ordinal).ToList();
        Parallel.ForEach(places.SelectMany(place => architectures.Select(architecture => (Place: place, Architecture: architecture))), new ParallelOptions { MaxDegreeOfParallelism = Getter.MostOfHost },
            one => AskOne(one.Place, one.Architecture, offers, asking));
        offers.Answer(asking);
    }

    private List<string> Read(Asking asking)
    {
        const int Most = 1 << 20; // Real ones have two lines.
        if (asking.Files is null || !asking.Files.TryFind(Repositories, out var file) || !file.IsFile) return [];
        try
        {
            return [.. Encoding.UTF8.GetString(file.ReadBytes(Most).Span).Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0 && !line.StartsWith('@')).Distinct(StringComparer.Ordinal)];
        }
        catch (UnreadableException unreadable)
        {
            asking.Report(unreadable.Kind, Id, Repositories, $"{unreadable.Message}; no repository was asked");
            return [];
        }
    }

    private static void AskOne(string place, string architecture, Offers offers, Asking asking)
    {
        if (!Uri.TryCreate($"{place.TrimEnd('/')}/{architecture}/", UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https"))
        {
            offers.Miss(place, "only repositories with http and https addresses are asked");
            return;
        }
        try
        {
            using var content = new Repository(root, asking).Open("APKINDEX.tar.gz", MostBytes, age, sha256: null)!;
            using var inflated = new GZipStream(content, CompressionMode.Decompress);
            using var tar = new TarReader(inflated);
            var any = false;
            while (tar.GetNextEntry() is { } entry)
                if (entry is { Name: "APKINDEX", DataStream: { } records })
                {
                    any = true;
                    IndexRecords.Read(records, ["P:", "V:", "A:"], values =>
                    {
                        if (values is [{ Length: > 0 } package, { Length: > 0 } version, _]) offers.Add(package, new Offer(version, "", place, IsSecurity: false, IsOptional: false));
                        else throw new InvalidDataException("it has a record without a name or a version");
                    });
                }
            if (!any) throw new InvalidDataException("there is no APKINDEX in it");
        }
        catch (Exception failed) when (failed is RepositoryException or InvalidDataException or IOException or FormatException)
        {
            offers.Miss(place, failed is RepositoryException ? failed.Message : $"its APKINDEX.tar.gz is not to be read: {failed.Message.TrimEnd('.')}");
        }
    }
}
