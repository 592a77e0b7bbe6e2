using System.Collections.Immutable;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// An advisory as bytes, in two pieces: the record, with all that matching and a list of findings need, and the long
/// text (details and references), which stands elsewhere in the file. The feed is the file's and in neither.
/// </summary>
internal static class AdvisoryCodec
{
    [Flags]
    private enum Has
    {
        Published = 1,
        Modified = 2,
        Withdrawn = 4,
        Summary = 8,
        LongText = 16,
        Weaknesses = 32,
    }

    /// <param name="text">Where the long text stands; null when there is none.</param>
    public static void WriteRecord(ByteWriter to, Advisory advisory, TextPlace? text)
    {
        var has = (advisory.Published is null ? 0 : Has.Published) | (advisory.Modified is null ? 0 : Has.Modified)
            | (advisory.Withdrawn is null ? 0 : Has.Withdrawn) | (advisory.Summary is null ? 0 : Has.Summary) | (text is null ? 0 : Has.LongText)
            | (advisory.Weaknesses.IsEmpty ? 0 : Has.Weaknesses);
        to.Number((ulong)has);
        to.Similar(advisory.Id);
        Texts(to, advisory.Aliases);
        Texts(to, advisory.Upstream);
        Texts(to, advisory.Related);
        if (advisory.Published is { } published) to.Time(published);
        if (advisory.Modified is { } modified) to.Time(modified);
        if (advisory.Withdrawn is { } withdrawn) to.Time(withdrawn);
        if (advisory.Summary is { } summary) to.Text(summary);
        Severities(to, advisory.Severities);
        if (!advisory.Weaknesses.IsEmpty) Weaknesses(to, advisory.Weaknesses);
        to.Number(advisory.Affected.Length);
        foreach (var package in advisory.Affected) Package(to, package);
        if (text is not { } place) return;
        to.Number(place.Block);
        to.Number(place.Offset);
    }

    /// <summary>The advisory without its long text, and where that stands.</summary>
    public static (Advisory, TextPlace?) ReadRecord(ReadOnlySpan<byte> bytes, string feed)
    {
        var from = new ByteReader(bytes);
        var has = (Has)from.Number();
        var advisory = new Advisory
        {
            Feed = feed,
            Id = from.Similar(),
            Aliases = Texts(ref from),
            Upstream = Texts(ref from),
            Related = Texts(ref from),
            Published = has.HasFlag(Has.Published) ? from.Time() : null,
            Modified = has.HasFlag(Has.Modified) ? from.Time() : null,
            Withdrawn = has.HasFlag(Has.Withdrawn) ? from.Time() : null,
            Summary = has.HasFlag(Has.Summary) ? from.Text() : null,
            Severities = Severities(ref from),
            Weaknesses = has.HasFlag(Has.Weaknesses) ? Weaknesses(ref from) : [],
            Affected = Packages(ref from),
        };
        TextPlace? place = has.HasFlag(Has.LongText) ? new TextPlace(from.Offset(), from.Offset()) : null;
        return from.AtEnd ? (advisory, place) : throw new DamagedException("a record has bytes after its end");
    }

    public static bool HasText(Advisory advisory) => advisory.Details is not null || !advisory.References.IsEmpty;

    public static void WriteText(ByteWriter to, Advisory advisory)
    {
        to.Number(advisory.Details is null ? 0 : 1);
        if (advisory.Details is { } details) to.Text(details);
        to.Number(advisory.References.Length);
        foreach (var reference in advisory.References) to.Text(reference);
    }

    public static Advisory ReadText(ReadOnlySpan<byte> bytes, Advisory advisory)
    {
        var from = new ByteReader(bytes);
        var details = from.Number() == 0 ? null : from.Text();
        var references = ImmutableArray.CreateBuilder<string>(from.Count());
        for (var left = references.Capacity; left > 0; left--) references.Add(from.Text());
        return advisory with { Details = details, References = references.MoveToImmutable() };
    }

    private static void Package(ByteWriter to, AffectedPackage package)
    {
        to.Similar(package.Ecosystem, Alike.Ecosystem);
        to.Similar(package.Name, Alike.Name);
        to.Number((ulong)package.Status);
        to.Number(package.Ranges.Length);
        foreach (var range in package.Ranges)
        {
            to.Number(((ulong)range.Kind << 1) | (range.Repository is null ? 0u : 1u));
            if (range.Repository is { } repository) to.Text(repository);
            to.Number(range.Events.Length);
            foreach (var (kind, version) in range.Events)
            {
                to.Number((ulong)kind);
                to.Similar(version);
            }
        }
        Texts(to, package.Versions);
        Severities(to, package.Severities);
    }

    private static ImmutableArray<AffectedPackage> Packages(ref ByteReader from)
    {
        var packages = ImmutableArray.CreateBuilder<AffectedPackage>(from.Count());
        for (var left = packages.Capacity; left > 0; left--)
            packages.Add(new AffectedPackage
            {
                Ecosystem = from.Similar(Alike.Ecosystem),
                Name = from.Similar(Alike.Name),
                Status = (AffectedStatus)Known(from.Number(), (int)AffectedStatus.UnderInvestigation),
                Ranges = Ranges(ref from),
                Versions = Texts(ref from),
                Severities = Severities(ref from),
            });
        return packages.MoveToImmutable();
    }

    private static ImmutableArray<AffectedRange> Ranges(ref ByteReader from)
    {
        var ranges = ImmutableArray.CreateBuilder<AffectedRange>(from.Count());
        for (var left = ranges.Capacity; left > 0; left--)
        {
            var word = from.Number();
            var repository = (word & 1) == 0 ? null : from.Text();
            var events = ImmutableArray.CreateBuilder<RangeEvent>(from.Count());
            for (var more = events.Capacity; more > 0; more--)
                events.Add(new RangeEvent((RangeEventKind)Known(from.Number(), (int)RangeEventKind.Limit), from.Similar()));
            ranges.Add(new AffectedRange((RangeKind)Known(word >> 1, (int)RangeKind.Git), events.MoveToImmutable()) { Repository = repository });
        }
        return ranges.MoveToImmutable();
    }

    private static void Texts(ByteWriter to, ImmutableArray<string> texts)
    {
        to.Number(texts.Length);
        foreach (var text in texts) to.Similar(text);
    }

    private static ImmutableArray<string> Texts(ref ByteReader from)
    {
        var count = from.Count();
        if (count == 0) return [];
        var texts = ImmutableArray.CreateBuilder<string>(count);
        for (; count > 0; count--) texts.Add(from.Similar());
        return texts.MoveToImmutable();
    }

    private static void Severities(ByteWriter to, ImmutableArray<Severity> severities)
    {
        to.Number(severities.Length);
        foreach (var (type, score) in severities)
        {
            to.Text(type);
            to.Text(score);
        }
    }

    private static ImmutableArray<Severity> Severities(ref ByteReader from)
    {
        var severities = ImmutableArray.CreateBuilder<Severity>(from.Count());
        for (var left = severities.Capacity; left > 0; left--) severities.Add(new Severity(from.Text(), from.Text()));
        return severities.MoveToImmutable();
    }

    private static void Weaknesses(ByteWriter to, ImmutableArray<int> numbers)
    {
        to.Number(numbers.Length);
        foreach (var number in numbers) to.Number(number);
    }

    private static ImmutableArray<int> Weaknesses(ref ByteReader from)
    {
        var numbers = ImmutableArray.CreateBuilder<int>(from.Count());
        for (var left = numbers.Capacity; left > 0; left--) numbers.Add(Known(from.Number(), int.MaxValue));
        return numbers.MoveToImmutable();
    }

    /// <summary>The enumerations have no gaps: what is past the last is of no version that this program knows.</summary>
    private static int Known(ulong value, int last) => value <= (ulong)last ? (int)value : throw new DamagedException("a kind is unknown");
}

/// <summary>Where a long text stands.</summary>
/// <param name="Block">Its block, from 0.</param>
/// <param name="Offset">Its first byte in the inflated block.</param>
internal readonly record struct TextPlace(long Block, long Offset);
