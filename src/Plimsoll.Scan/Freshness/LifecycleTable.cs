using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Freshness;

/// <summary>
/// Lifecycles by product, and products by the identifiers that they have elsewhere, as a <see cref="KeyedFile"/>: keys
/// `product/nodejs`, `purl/pkg:npm/express`, `cpe/a:nodejs:node.js`, `repology/nodejs`.
/// </summary>
internal sealed class LifecycleTable : IDisposable
{
    private readonly KeyedFile file;

    private LifecycleTable(KeyedFile file) => this.file = file;

    public KeyedHeader Header => file.Header;

    /// <summary>Of a database's folder; null when it does not have the lifecycles.</summary>
    /// <exception cref="Core.Results.PlimsollException">They are there, but damaged.</exception>
    public static LifecycleTable? OpenIn(string folder) => DatabaseLayout.FileOf(folder, new EndOfLife(), EndOfLife.FeedId) is var path && File.Exists(path) ? Open(path) : null;

    /// <inheritdoc cref="KeyedFile.Open"/>
    public static LifecycleTable Open(string path) => new(KeyedFile.Open(path, EndOfLife.FeedId));

    /// <param name="products">In any order, each once.</param>
    public static void Write(string path, KeyedHeader header, IReadOnlyCollection<Lifecycle> products)
    {
        var byIdentifier = products.SelectMany(product => product.Identifiers.Select(identifier => (Key: Key(identifier), product.Id)))
            .GroupBy(one => one.Key, one => one.Id, StringComparer.Ordinal);
        var records = products.Select(product => (Key: $"product/{product.Id}", Content: Content(product)))
            .Concat(byIdentifier.Select(group => (group.Key, Content: Content([.. group.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]))))
            .Select(record => (Key: Encoding.UTF8.GetBytes(record.Key), record.Content)).ToList();
        records.Sort((left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        KeyedFileWriter.Write(path, header, records);
    }

    /// <param name="product">endoflife.date's name of it.</param>
    /// <inheritdoc cref="KeyedFile.Find"/>
    public Lifecycle? Find(string product) => file.Find(Encoding.UTF8.GetBytes($"product/{product}"), content =>
    {
        var from = new ByteReader(content);
        var (title, category) = (from.Text(), from.OptionalText());
        var identifiers = new ProductIdentifier[from.Count()];
        for (var i = 0; i < identifiers.Length; i++) identifiers[i] = new ProductIdentifier(from.Text(), from.Text());
        var cycles = new ReleaseCycle[from.Count()];
        for (var i = 0; i < cycles.Length; i++) cycles[i] = Cycle(ref from);
        return new Lifecycle { Id = product, Title = title, Category = category, Identifiers = [.. identifiers], Cycles = [.. cycles] };
    });

    /// <summary>Products of which a package is a release, whatever its version; sorted, mostly none or one.</summary>
    public ImmutableArray<string> FindByPurl(PackageUrl purl) => Products($"purl/{Bare(purl)}");

    /// <param name="part">`a` or `o`.</param>
    public ImmutableArray<string> FindByCpe(string part, string vendor, string product) => Products($"cpe/{part}:{vendor}:{product}");

    /// <summary>Other vendors under whose name the same application is known, as of RabbitMQ, which was bought more than once; sorted.</summary>
    public ImmutableArray<string> OtherVendors(string vendor, string product) =>
    [
        .. FindByCpe("a", vendor, product).SelectMany(id => Find(id)?.Identifiers ?? []).Select(Key)
            .Select(key => key.Split('/', 2) is ["cpe", var name] && name.Split(':') is ["a", var other, var same] && same == product && other != vendor ? other : null)
            .OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <param name="name">Repology's name of a project, which mostly is that of the source package.</param>
    public ImmutableArray<string> FindByRepology(string name) => Products($"repology/{name}");

    public void Dispose() => file.Dispose();

    private ImmutableArray<string> Products(string key) => file.Find(Encoding.UTF8.GetBytes(key), static content =>
    {
        var from = new ByteReader(content);
        var ids = new string[from.Count()];
        for (var i = 0; i < ids.Length; i++) ids[i] = from.Text();
        return ids;
    }) is { } found ? [.. found] : [];

    private static PackageUrl Bare(PackageUrl purl) => new(purl.Type, purl.Namespace, purl.Name, Version: null);

    /// <summary>Purls in their one form without a version, and CPEs of both bindings (`cpe:/a:…`, `cpe:2.3:a:…`) up to the product, without quotes (`erlang\/otp`).</summary>
    private static string Key(ProductIdentifier identifier) => identifier.Type switch
    {
        "purl" when PackageUrlParser.TryParse(identifier.Id, out var purl) => $"purl/{Bare(purl)}",
        "cpe" when identifier.Id.StartsWith("cpe:/", StringComparison.Ordinal) => $"cpe/{Product(identifier.Id["cpe:/".Length..])}",
        "cpe" when identifier.Id.StartsWith("cpe:2.3:", StringComparison.Ordinal) => $"cpe/{Product(identifier.Id["cpe:2.3:".Length..])}",
        _ => $"{identifier.Type}/{identifier.Id}",
    };

    private static string Product(string fields) => string.Join(':', fields.Split(':').Take(3)).Replace("\\", "", StringComparison.Ordinal);

    private static byte[] Content(ImmutableArray<string> ids)
    {
        var to = new ByteWriter();
        to.Number(ids.Length);
        foreach (var id in ids) to.Text(id);
        return to.Written.ToArray();
    }

    private static byte[] Content(Lifecycle product)
    {
        var to = new ByteWriter();
        to.Text(product.Title);
        to.OptionalText(product.Category);
        to.Number(product.Identifiers.Length);
        foreach (var identifier in product.Identifiers)
        {
            to.Text(identifier.Type);
            to.Text(identifier.Id);
        }
        to.Number(product.Cycles.Length);
        foreach (var cycle in product.Cycles)
        {
            to.Text(cycle.Name);
            to.OptionalText(cycle.Codename);
            to.Date(cycle.Released);
            Write(to, cycle.LongTermSupport);
            Write(to, cycle.EndOfActiveSupport);
            Write(to, cycle.EndOfLife);
            Write(to, cycle.EndOfExtendedSupport);
            Write(to, cycle.Discontinued);
            to.OptionalText(cycle.Latest);
            to.Date(cycle.LatestReleased);
            to.OptionalText(cycle.Link);
        }
        return to.Written.ToArray();
    }

    private static ReleaseCycle Cycle(ref ByteReader from) => new()
    {
        Name = from.Text(),
        Codename = from.OptionalText(),
        Released = from.Date(),
        LongTermSupport = Milestone(ref from),
        EndOfActiveSupport = Milestone(ref from),
        EndOfLife = Milestone(ref from),
        EndOfExtendedSupport = Milestone(ref from),
        Discontinued = Milestone(ref from),
        Latest = from.OptionalText(),
        LatestReleased = from.Date(),
        Link = from.OptionalText(),
    };

    /// <summary>0 unknown, 1 not yet, 2 past, otherwise the day since 0001-01-01, and 3.</summary>
    private static void Write(ByteWriter to, Milestone milestone) =>
        to.Number(milestone.Date is { } date ? date.DayNumber + 3 : milestone.KnownPast switch { null => 0, false => 1, true => 2 });

    private static Milestone Milestone(ref ByteReader from) => from.Number() switch
    {
        0 => Core.Lifecycles.Milestone.Unknown,
        1 => Core.Lifecycles.Milestone.WithoutDate(isPast: false),
        2 => Core.Lifecycles.Milestone.WithoutDate(isPast: true),
        var day => Core.Lifecycles.Milestone.On(RecordCoding.Day(day - 3)),
    };
}
