using System.Collections.Immutable;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Advisories;

namespace Plimsoll.Scan.Freshness;

/// <summary>
/// Lifecycles by product, and products by the identifiers that they have elsewhere, as a <see cref="KeyedFile"/>: keys
/// `product/nodejs`, `purl/pkg:npm/express`, `cpe/a:nodejs:node.js`, `repology/nodejs`.
/// </summary>
internal sealed class LifecycleTable : IDisposable
{
    private readonly KeyedFile file;

    private LifecycleTable(KeyedFile file) => this.file = file;

    private static ReadOnlySpan<byte> Magic => "plimsoll-eol-1\n\n"u8;

    /// <inheritdoc cref="KeyedFile.Open"/>
    public static LifecycleTable Open(string path) => new(KeyedFile.Open(path, Magic));

    /// <param name="products">In any order; of several with one id the last counts.</param>
    public static void Write(Stream to, IEnumerable<Lifecycle> products)
    {
        var records = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var byIdentifier = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var product in products)
        {
            records[$"product/{product.Id}"] = RecordCoding.Write(writer => Write(writer, product));
            foreach (var identifier in product.Identifiers)
            {
                var key = Key(identifier);
                if (!byIdentifier.TryGetValue(key, out var ids)) byIdentifier.Add(key, ids = new SortedSet<string>(StringComparer.Ordinal));
                ids.Add(product.Id);
            }
        }
        foreach (var (key, ids) in byIdentifier)
            records.Add(key, RecordCoding.Write(writer => writer.WriteList([.. ids], writer.Write)));
        KeyedFile.Write(to, Magic, records);
    }

    /// <param name="product">endoflife.date's name of it.</param>
    public Lifecycle? Find(string product) =>
        file.Find($"product/{product}") is { } record ? RecordCoding.Read(record, reader => Read(product, reader)) : null;

    /// <summary>Products of which a package is a release, whatever its version; sorted, mostly none or one.</summary>
    public ImmutableArray<string> FindByPurl(PackageUrl purl) => Products($"purl/{Bare(purl)}");

    /// <param name="part">`a` or `o`.</param>
    public ImmutableArray<string> FindByCpe(string part, string vendor, string product) => Products($"cpe/{part}:{vendor}:{product}");

    /// <param name="name">Repology's name of a project, which mostly is that of the source package.</param>
    public ImmutableArray<string> FindByRepology(string name) => Products($"repology/{name}");

    public void Dispose() => file.Dispose();

    private ImmutableArray<string> Products(string key) =>
        file.Find(key) is { } record ? RecordCoding.Read(record, reader => reader.ReadList(reader.ReadString)) : [];

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

    private static void Write(BinaryWriter writer, Lifecycle product)
    {
        writer.WriteText(product.Title);
        writer.WriteText(product.Category);
        writer.WriteList(product.Identifiers, identifier =>
        {
            writer.WriteText(identifier.Type);
            writer.WriteText(identifier.Id);
        });
        writer.WriteList(product.Cycles, cycle =>
        {
            writer.WriteText(cycle.Name);
            writer.WriteText(cycle.Codename);
            writer.WriteDate(cycle.Released);
            Write(writer, cycle.LongTermSupport);
            Write(writer, cycle.EndOfActiveSupport);
            Write(writer, cycle.EndOfLife);
            Write(writer, cycle.EndOfExtendedSupport);
            Write(writer, cycle.Discontinued);
            writer.WriteText(cycle.Latest);
            writer.WriteDate(cycle.LatestReleased);
            writer.WriteText(cycle.Link);
        });
    }

    private static Lifecycle Read(string id, BinaryReader reader) => new()
    {
        Id = id,
        Title = reader.ReadString(),
        Category = reader.ReadText(),
        Identifiers = reader.ReadList(() => new ProductIdentifier(reader.ReadString(), reader.ReadString())),
        Cycles = reader.ReadList(() => new ReleaseCycle
        {
            Name = reader.ReadString(),
            Codename = reader.ReadText(),
            Released = reader.ReadDate(),
            LongTermSupport = ReadMilestone(reader),
            EndOfActiveSupport = ReadMilestone(reader),
            EndOfLife = ReadMilestone(reader),
            EndOfExtendedSupport = ReadMilestone(reader),
            Discontinued = ReadMilestone(reader),
            Latest = reader.ReadText(),
            LatestReleased = reader.ReadDate(),
            Link = reader.ReadText(),
        }),
    };

    /// <summary>0 unknown, 1 not yet, 2 past, otherwise the day since 0001-01-01, and 3.</summary>
    private static void Write(BinaryWriter writer, Milestone milestone) =>
        writer.Write7BitEncodedInt(milestone.Date is { } date ? date.DayNumber + 3 : milestone.KnownPast switch { null => 0, false => 1, true => 2 });

    private static Milestone ReadMilestone(BinaryReader reader) => reader.Read7BitEncodedInt() switch
    {
        0 => Milestone.Unknown,
        1 => Milestone.WithoutDate(isPast: false),
        2 => Milestone.WithoutDate(isPast: true),
        var day => Milestone.On(DateOnly.FromDayNumber(day - 3)),
    };
}
