using System.IO.Compression;
using System.Text;
using System.Xml;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Freshness.Xz;
using ZstdSharp;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// The repositories that dnf, yum or zypper of the image ask. Each has repodata/repomd.xml
/// (https://github.com/rpm-software-management/createrepo_c, XML namespace `http://linux.duke.edu/metadata/repo`), whose
/// `data` of type `primary` has `location` and `checksum` of a file with `package`s: `name`, `arch`, and `version` with
/// `epoch`, `ver` and `rel`. Signatures are not checked. Packages of modules are left out: what is newer may be of another stream.
/// </summary>
internal sealed class Rpm : IFreshnessSource
{
    public const string SourceId = "rpm";

    private const string ModuleMark = ".module";
    private const int MostListBytes = 4 << 20;
    private const int MostPrimaryBytes = 256 << 20; // Fedora's has 20 MB.

    private const long MostCharacters = 1L << 30; // Three times those of the largest.

    private static readonly TimeSpan age = TimeSpan.FromMinutes(10);
    private static readonly XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostCharacters, IgnoreWhitespace = true, IgnoreComments = true };

    public string Id => SourceId;

    public void Ask(IReadOnlyList<Package> packages, Asking asking)
    {
        foreach (var package in packages.Where(IsOfModule)) asking.Leave(Id, "nobody", "streams of modules are not told apart", isProblem: false, package);
        List<Package> asked = [.. packages.Where(package => !IsOfModule(package))];
        var architecture = asked.Select(package => package.Architecture).FirstOrDefault(one => one is not (null or "noarch")) ?? "noarch";
        var sources = asking.Files is null ? [] : YumSources.Read(asking.Files, asking, architecture);
        if (sources.Count == 0)
        {
            var reason = asking.Files is null ? "a bill of materials does not say which repositories there are" : "the image configures no repository";
            foreach (var package in asked) asking.Leave(Id, "dnf", reason, isProblem: false, package);
            return;
        }
        var offers = new Offers(Id, "rpm", asked);
        Parallel.ForEach(sources, new ParallelOptions { MaxDegreeOfParallelism = Getter.MostOfHost }, source => AskOne(source, offers, asking));
        offers.Answer(asking);
    }

    private static bool IsOfModule(Package package) => package.Version.Contains(ModuleMark, StringComparison.Ordinal) || package.Purl.Qualifiers.ContainsKey("rpmmod");

    private static void AskOne(YumSource source, Offers offers, Asking asking)
    {
        try
        {
            var place = source.Bases.Count > 0 ? source.Bases[0] : FirstOf(source.List!, asking);
            if (!Uri.TryCreate(place.TrimEnd('/') + "/", UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https")) throw new RepositoryException("only repositories with http and https addresses are asked");
            var repository = new Repository(root, asking);
            var (path, digest) = ReadIndex(repository);
            using var content = repository.Open(path, MostPrimaryBytes, TimeSpan.Zero, digest)!;
            using var inflated = Inflate(path, content);
            ReadPackages(inflated, source.Id, offers);
        }
        catch (Exception failed) when (failed is RepositoryException or InvalidDataException or IOException or XmlException or ZstdException)
        {
            offers.Miss(source.Id, failed is RepositoryException ? failed.Message : $"its metadata are not to be read: {failed.Message.TrimEnd('.')}");
        }
    }

    /// <summary>A list of mirrors is an address a line; a metalink (RFC 5854) has the `url`s of repomd.xml.</summary>
    private static string FirstOf(string list, Asking asking)
    {
        if (!Uri.TryCreate(list, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")) throw new RepositoryException("only repositories with http and https addresses are asked");
        var (content, failure) = asking.Getter.Get(new Wanted(address, MostListBytes, TimeSpan.FromHours(1)));
        if (content is null) throw new RepositoryException($"the list of its mirrors: {failure!.Reason}");
        using (content)
        {
            var bytes = new byte[content.Length];
            content.ReadExactly(bytes);
            var text = Encoding.UTF8.GetString(bytes);
            const string Index = "repodata/repomd.xml";
            var found = text.Contains("<metalink", StringComparison.Ordinal)
                ? text.Split('<').Where(part => part.StartsWith("url ", StringComparison.Ordinal)).Select(part => part[(part.IndexOf('>', StringComparison.Ordinal) + 1)..].Trim())
                    .Where(url => url.StartsWith("http", StringComparison.Ordinal) && url.EndsWith(Index, StringComparison.Ordinal)).Select(url => url[..^Index.Length])
                : text.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("http", StringComparison.Ordinal));
            return found.FirstOrDefault() ?? throw new RepositoryException("the list of its mirrors names none");
        }
    }

    private static (string Path, string? Sha256) ReadIndex(Repository repository)
    {
        using var content = repository.Open("repodata/repomd.xml", MostListBytes, age, sha256: null)!;
        using var xml = XmlReader.Create(content, settings);
        string? path = null, digest = null;
        while (xml.ReadToFollowing("data"))
        {
            if (xml.GetAttribute("type") != "primary") continue; // File lists and others are not needed.
            using var data = xml.ReadSubtree();
            data.Read();
            for (data.Read(); !data.EOF;)
                if (data is { NodeType: XmlNodeType.Element, LocalName: "checksum" } && data.GetAttribute("type") == "sha256") digest = data.ReadElementContentAsString().Trim().ToLowerInvariant();
                else if (data is { NodeType: XmlNodeType.Element, LocalName: "location" })
                {
                    path = data.GetAttribute("href");
                    data.Read();
                }
                else data.Read();
        }
        return path is null ? throw new InvalidDataException("repomd.xml names no primary index") : (path, digest ?? throw new InvalidDataException("repomd.xml has no SHA-256 of the primary index"));
    }

    private static Stream Inflate(string path, Stream content) =>
        path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(content, CompressionMode.Decompress)
        : path.EndsWith(".xz", StringComparison.Ordinal) ? new XzStream(content)
        : path.EndsWith(".zst", StringComparison.Ordinal) ? new DecompressionStream(content)
        : path.EndsWith(".xml", StringComparison.Ordinal) ? content
        : throw new InvalidDataException($"{path} is compressed in a way that is not read");

    private static void ReadPackages(Stream primary, string from, Offers offers)
    {
        using var xml = XmlReader.Create(primary, settings);
        string? name = null, architecture = null;
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.Depth > 2) continue; // Descriptions and relations are not needed.
            if (xml.LocalName == "package") (name, architecture) = (null, null);
            else if (xml.LocalName == "name" && xml.Read()) name = xml.Value;
            else if (xml.LocalName == "arch" && xml.Read()) architecture = xml.Value;
            else if (xml.LocalName == "version")
            {
                var version = $"{xml.GetAttribute("ver")}-{xml.GetAttribute("rel")}";
                if (name is null || version.StartsWith('-') || version.EndsWith('-')) throw new InvalidDataException("a package has no name or no version");
                if (version.Contains(ModuleMark, StringComparison.Ordinal)) continue; // As the summary says.
                offers.Add(name, new Offer(xml.GetAttribute("epoch") is { Length: > 0 } epoch and not "0" ? $"{epoch}:{version}" : version, architecture is null or "noarch" ? "" : architecture, from, IsSecurity: false, IsOptional: false));
            }
        }
    }
}
