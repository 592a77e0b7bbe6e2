using System.Collections.Immutable;
using CsCheck;
using Plimsoll.Core.Advisories;

namespace Plimsoll.Scan.Tests.Advisories;

/// <summary>Advisories of every shape that a store takes.</summary>
internal static class GeneratedAdvisories
{
    private static readonly Gen<string> Word = Gen.OneOf(
        Gen.String[Gen.Char['a', 'e'], 1, 3],
        Gen.String[Gen.OneOf(Gen.Char['!', '~'], Gen.Char['\u00A1', '\u1FFF']), 1, 20],
        Gen.Const("\U0001F6A2"));

    private static readonly Gen<string> Text = Gen.OneOf(Word, Gen.Const(""), Gen.String[Gen.Char[' ', '~'], 0, 300], Gen.Int[1, 8000].Select(length => new string('x', length)));
    private static readonly Gen<string?> Maybe = Gen.Bool.SelectMany(there => there ? Text.Select(text => (string?)text) : Gen.Const((string?)null));
    private static readonly Gen<ImmutableArray<string>> Words = Word.Array[0, 4].Select(words => words.ToImmutableArray());
    private static readonly Gen<ImmutableArray<string>> Versions = Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30]).Select((major, count) => Enumerable.Range(0, count).Select(minor => $"{major}.{minor}.0").ToImmutableArray());

    private static readonly Gen<DateTimeOffset?> Time = Gen.OneOf(
        Gen.Const((DateTimeOffset?)null),
        Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks].Select(ticks => (DateTimeOffset?)new DateTimeOffset(ticks, TimeSpan.Zero)),
        Gen.Int[0, int.MaxValue].Select(seconds => (DateTimeOffset?)DateTimeOffset.FromUnixTimeSeconds(seconds)));

    private static readonly Gen<ImmutableArray<Severity>> Severities = Gen.Select(Text, Text).Select((type, score) => new Severity(type, score)).Array[0, 2].Select(all => all.ToImmutableArray());

    private static readonly Gen<AffectedRange> Range = Gen.Select(Gen.Enum<RangeKind>(), Gen.Select(Gen.Enum<RangeEventKind>(), Text).Select((kind, version) => new RangeEvent(kind, version)).Array[0, 4], Maybe)
        .Select((kind, events, repository) => new AffectedRange(kind, [.. events]) { Repository = repository });

    private static readonly Gen<AffectedPackage> Package = Gen.Select(
        Gen.OneOf(new[] { "npm", "PyPI", "Debian:12", "Debian:11", "GIT" }.Select(Gen.Const).ToArray()), Word, Range.Array[0, 3], Versions, Gen.Enum<AffectedStatus>(), Severities)
        .Select((ecosystem, name, ranges, versions, status, severities) => new AffectedPackage { Ecosystem = ecosystem, Name = name, Ranges = [.. ranges], Versions = versions, Status = status, Severities = severities });

    private static readonly Gen<Advisory> One = Gen.Select(
        Gen.Select(Words, Words, Words), Gen.Select(Time, Time, Time), Gen.Select(Maybe, Maybe), Gen.Select(Severities, Gen.Int[1, int.MaxValue].Array[0, 3]), Package.Array[0, 4], Text.Array[0, 3])
        .Select((names, times, texts, judged, affected, references) => new Advisory
        {
            Id = "",
            Feed = "osv",
            Aliases = names.Item1,
            Upstream = names.Item2,
            Related = names.Item3,
            Published = times.Item1,
            Modified = times.Item2,
            Withdrawn = times.Item3,
            Summary = texts.Item1,
            Details = texts.Item2,
            Severities = judged.Item1,
            Weaknesses = [.. judged.Item2],
            Affected = [.. affected],
            References = [.. references],
        });

    /// <summary>Some, each with an id of its own.</summary>
    public static Gen<Advisory[]> Several(int most) => One.Array[0, most].Select(all => all.Select((advisory, number) => advisory with { Id = $"TEST-{number:D4}" }).ToArray());
}
