using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Freshness;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// endoflife.date, in either of two shapes.
/// API v1 (https://endoflife.date/docs/api/v1/, `products/full`, some 6 MB): `result`, a list of products with `name`,
/// `label`, `category`, `identifiers` (`type`, `id`) and `releases`: `name`, `releaseDate`, `latest` (`name`, `date`,
/// `link`), and for `lts`, `eoas`, `eol`, `eoes` and `discontinued` a truth value (`isEol`) and a date (`eolFrom`).
/// The site's sources (front matter of products/*.md) as JSON Lines: `_name`, `title`, `identifiers` (the type as the
/// key) and `releases`: `releaseCycle`, `latest`, `latestReleaseDate`, and a date or truth value for each of the five.
/// </summary>
internal sealed class EndOfLife : IFeed
{
    public const string FeedId = "lifecycle";

    /// <summary>Where the site answers, under the name <see cref="FileName"/>.</summary>
    public const string Publisher = "https://endoflife.date/api/v1/";

    public const string FileName = "products/full";

    private static readonly string[] identifierTypes = ["purl", "cpe", "repology"];

    public string Id => FeedId;
    public string Describes => "endoflife.date: how long products are supported, and their newest versions";
    public string Extension => ".keyed";
    public TimeSpan StaleAfter => TimeSpan.FromDays(14);

    /// <summary>The API's answer, also saved as `full.json`, or the sources as JSON Lines.</summary>
    public string? PartOf(string path) => path is $"{FeedId}/{FileName}" or $"{FeedId}/full.json" || IsLines(path) ? FeedId : null;

    public void Import(FeedImport import)
    {
        var products = new SortedDictionary<string, Lifecycle>(StringComparer.Ordinal);
        var header = KeyedImport.Read(FeedId, import, ReadFile, () => products.Count);
        LifecycleTable.Write(import.Target, header, products.Values);

        // The API comes last, and its word counts.
        void ReadFile(FeedFile file, ProblemLog problems) => FeedContent.Read(file, content =>
        {
            if (IsLines(file.Path)) ReadLines(content, file.Path, product => products[product.Id] = product, problems);
            else Read(content, file.Path, product => products[product.Id] = product, problems);
        });
    }

    public PartFacts Inspect(string path, bool thorough) => KeyedFile.Inspect(path, FeedId, thorough);

    /// <summary>Reads the answer of the API to `products/full` or `products/NAME`.</summary>
    public static void Read(Stream source, string where, Action<Lifecycle> add, ProblemLog problems)
    {
        var hasResult = false;
        JsonStream.Read(source, where, problems, json => json.Members("the document", name =>
        {
            if (name != "result") return; // The version of the schema and how many there are.
            hasResult = true;
            if (json.Token == JsonTokenType.StartObject) json.Value("`result`", value => Add(value, isApi: true, where, add, problems));
            else json.Items("`result`", () => json.Value("a product", value => Add(value, isApi: true, where, add, problems)));
        }));
        if (!hasResult) throw new UnreadableException(ProblemKind.Malformed, "expected a member `result` as in endoflife.date's API v1, but there is none");
    }

    public static void ReadLines(Stream source, string where, Action<Lifecycle> add, ProblemLog problems) =>
        JsonStream.ReadLines(source, where, problems, json => json.Value("a product", value => Add(value, isApi: false, where, add, problems)));

    private static bool IsLines(string path) => path is $"{FeedId}/endoflife.date-products.jsonl" or $"{FeedId}/endoflife.date-products.jsonl.zst";

    private static void Add(JsonElement product, bool isApi, string where, Action<Lifecycle> add, ProblemLog problems)
    {
        if (product.Text(isApi ? "name" : "_name") is not { Length: > 0 } id || product.Member("releases").ValueKind != JsonValueKind.Array)
        {
            problems.Report(ProblemKind.Malformed, where, $"expected a product with a name and `releases`, but `{product.Text("name") ?? product.Text("_name")}` is none; it was left out");
            return;
        }
        var cycles = ImmutableArray.CreateBuilder<ReleaseCycle>();
        foreach (var release in product.Member("releases").Items())
        {
            var reader = new Cycle(release, id, where, problems);
            if ((isApi ? reader.OfApi() : reader.OfSources()) is { } cycle) cycles.Add(cycle);
            else problems.Report(ProblemKind.Malformed, where, $"`{id}` has a release without a name; it was left out");
        }
        add(new Lifecycle
        {
            Id = id,
            Title = product.Text(isApi ? "label" : "title") ?? id,
            Category = product.Text("category"),
            Identifiers = [.. product.Member("identifiers").Items().SelectMany(item => Identifiers(item, isApi)).Distinct()],
            Cycles = cycles.DrainToImmutable(),
        });
    }

    private static IEnumerable<ProductIdentifier> Identifiers(JsonElement item, bool isApi)
    {
        if (!isApi) return identifierTypes.Where(type => item.Text(type) is not null).Select(type => new ProductIdentifier(type, item.Text(type)!));
        return item.Text("type") is { } type && item.Text("id") is { } id ? [new ProductIdentifier(type, id)] : [];
    }

    /// <summary>One item of `releases`.</summary>
    private readonly struct Cycle(JsonElement release, string product, string where, ProblemLog problems)
    {
        public ReleaseCycle? OfApi() => Name("name") is not { } name ? null : new ReleaseCycle
        {
            Name = name,
            Codename = release.Text("codename"),
            Released = Date(release, "releaseDate"),
            LongTermSupport = Milestone("isLts", "ltsFrom"),
            EndOfActiveSupport = Milestone("isEoas", "eoasFrom"),
            EndOfLife = Milestone("isEol", "eolFrom"),
            EndOfExtendedSupport = Milestone("isEoes", "eoesFrom"),
            Discontinued = Milestone("isDiscontinued", "discontinuedFrom"),
            Latest = release.Member("latest").Text("name"),
            LatestReleased = Date(release.Member("latest"), "date"),
            Link = release.Member("latest").Text("link"),
        };

        public ReleaseCycle? OfSources() => Name("releaseCycle") is not { } name ? null : new ReleaseCycle
        {
            Name = name,
            Codename = release.Text("codename"),
            Released = Date(release, "releaseDate"),
            LongTermSupport = Milestone("lts", "lts"),
            EndOfActiveSupport = Milestone("eoas", "eoas"),
            EndOfLife = Milestone("eol", "eol"),
            EndOfExtendedSupport = Milestone("eoes", "eoes"),
            Discontinued = Milestone("discontinued", "discontinued"),
            Latest = release.Text("latest"),
            LatestReleased = Date(release, "latestReleaseDate"),
            Link = release.Text("link"),
        };

        private string? Name(string member) => release.Text(member) is { Length: > 0 } name ? name : null;

        /// <summary>The API's truth value is that of the day on which it was asked, so a date says more.</summary>
        private Milestone Milestone(string isPast, string from)
        {
            if (release.Member(from).ValueKind == JsonValueKind.String) return Date(release, from) is { } date ? Core.Lifecycles.Milestone.On(date) : Core.Lifecycles.Milestone.Unknown;
            return release.Member(isPast).ValueKind switch
            {
                JsonValueKind.True => Core.Lifecycles.Milestone.WithoutDate(isPast: true),
                JsonValueKind.False => Core.Lifecycles.Milestone.WithoutDate(isPast: false),
                _ => Core.Lifecycles.Milestone.Unknown,
            };
        }

        private DateOnly? Date(JsonElement from, string member)
        {
            if (from.Text(member) is not { } text) return null;
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
            problems.Report(ProblemKind.Malformed, where, $"`{product}` has the {member} `{text}`, expected a date; it is listed without");
            return null;
        }
    }
}
