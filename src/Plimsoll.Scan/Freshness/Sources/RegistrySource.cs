using System.Text;
using System.Text.Json;
using System.Xml;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>A version that a registry has.</summary>
/// <param name="Warning">What the registry says against it: `yanked`, `deprecated: …`; null for nothing.</param>
/// <param name="IsOut">Whether it is no longer offered to whoever does not have it.</param>
internal readonly record struct Release(string Version, string? Warning = null, bool IsOut = false);

/// <summary>What a registry has of one package.</summary>
/// <param name="Latest">The version that the registry itself calls the newest; null where it names none.</param>
/// <param name="Warning">Said against the package as a whole: `abandoned`.</param>
internal sealed record Published(IReadOnlyList<Release> Releases, string? Latest = null, string? Warning = null);

/// <summary>A registry that is asked for one package at a time: one document says which versions there are.</summary>
/// <param name="id">Also the type of its packages' URLs.</param>
/// <param name="scheme">By which its versions are ordered.</param>
internal abstract class RegistrySource(string id, string scheme) : IFreshnessSource
{
    /// <summary>Bytes of a document. The largest known, of a package with thousands of releases, has some 10 MB.</summary>
    private const int MostBytes = 64 << 20;

    /// <summary>How long an answer is used again without asking.</summary>
    private static readonly TimeSpan age = TimeSpan.FromHours(1);

    private readonly IVersionScheme order = VersionSchemes.Named(scheme)!;

    public string Id => id;

    /// <summary>Whether an answer lists versions of one first number only, so that nothing is to be said of it.</summary>
    protected virtual bool HasMajors => true;

    protected virtual string? Accept => null;

    public virtual bool Takes(Package package) => true;

    /// <summary>Where the registry is.</summary>
    /// <exception cref="RepositoryException">That is not known.</exception>
    protected abstract Uri Root(Asking asking);

    protected abstract Uri Address(Uri root, Package package);

    /// <summary>Where else to ask when a document has no version; null for nowhere.</summary>
    protected virtual Uri? Otherwise(Uri address) => null;

    /// <exception cref="InvalidDataException">It is no such document; so are exceptions of JSON and XML.</exception>
    protected abstract Published Read(ReadOnlyMemory<byte> document, Package package);

    public void Ask(IReadOnlyList<Package> packages, Asking asking)
    {
        Uri root;
        try
        {
            root = Root(asking);
        }
        catch (RepositoryException failed)
        {
            foreach (var package in packages) asking.Leave(Id, "its registry", failed.Message, isProblem: true, package);
            return;
        }
        var names = packages.GroupBy(package => Address(root, package)).ToList();
        Parallel.ForEach(names, new ParallelOptions { MaxDegreeOfParallelism = Getter.MostOfHost }, same => AskOne(same.Key, [.. same], asking));
    }

    private void AskOne(Uri address, List<Package> packages, Asking asking)
    {
        var (content, failure) = asking.Getter.Get(new Wanted(address, MostBytes, age) { Accept = Accept });
        if (content is null)
        {
            foreach (var package in packages) asking.Leave(Id, address.Authority, failure!.Reason, !failure.IsAbsent, package);
            return;
        }
        try
        {
            using (content)
            {
                var bytes = new byte[content.Length];
                content.ReadExactly(bytes);
                var document = bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
                var published = Read(document, packages[0]);
                if (published.Releases.Count > 0)
                    foreach (var package in packages) asking.Answer(Judge(package, published, address.Authority, asking));
                else if (Otherwise(address) is { } next) AskOne(next, packages, asking);
                else throw new InvalidDataException("it has no versions");
            }
        }
        catch (Exception malformed) when (malformed is JsonException or XmlException or InvalidDataException or InvalidOperationException or DecoderFallbackException)
        {
            foreach (var package in packages) asking.Leave(Id, address.Authority, "it answers with something that is no document of its kind", isProblem: true, package);
        }
    }

    private NewestVersion Judge(Package package, Published published, string from, Asking asking)
    {
        var installed = package.Version;
        var stable = published.Releases.Where(release => !release.IsOut && order.IsStable(release.Version)).Select(release => release.Version).ToList();
        var newest = published.Latest is { } named && order.TryCompare(named, named, out _) ? named : Newest(stable);
        return new NewestVersion
        {
            Package = package.Key,
            Name = package.Name,
            Source = Id,
            From = from,
            Installed = installed,
            Newest = newest,
            NewestOfMajor = HasMajors && First(installed) is { } major ? Newest(stable.Where(version => First(version) == major)) : null,
            NewestAllowed = Allowed(package, published, asking),
            Standing = newest is null || !order.TryCompare(installed, newest, out var compared) ? Standing.Unknown : compared < 0 ? Standing.Behind : Standing.Current,
            Warning = published.Releases.FirstOrDefault(release => order.TryCompare(release.Version, installed, out var same) && same == 0).Warning ?? published.Warning,
        };
    }

    /// <summary>The newest version that all allow which depend on the package; null where that is not known.</summary>
    protected virtual string? Allowed(Package package, Published published, Asking asking) => null;

    protected string? Newest(IEnumerable<string> versions)
    {
        string? best = null;
        foreach (var version in versions)
            if (best is null || (order.TryCompare(version, best, out var compared) && compared > 0)) best = version;
        return best;
    }

    /// <summary>The number that a version begins with; null when it begins with none.</summary>
    private static string? First(string version)
    {
        var bare = version.AsSpan().TrimStart('v');
        var end = bare.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? bare : bare[..end];
        return digits.IsEmpty ? null : digits.TrimStart('0').ToString();
    }

    /// <summary>The address that a variable holds, else the default; with a slash at its end.</summary>
    /// <exception cref="RepositoryException">The variable holds none.</exception>
    protected static Uri RootOf(Asking asking, string variable, string otherwise)
    {
        var text = asking.Variable(variable) ?? otherwise;
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var root) && root.Scheme is "https" or "http" ? root : throw new RepositoryException($"`{text}` in {variable} is no address");
    }

    protected static string Escape(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
}
