using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds.Places;

/// <summary>A place that would be reached by the network, while the network is forbidden.</summary>
internal sealed class OfflinePlace(HttpPlace forbidden) : IPlace
{
    /// <summary>Code of its refusals.</summary>
    public const string Forbidden = "offline";

    public bool IsOwn => forbidden.IsOwn;

    public string Describe(string path) => forbidden.Describe(path);

    public IReadOnlyList<string>? Folders(string file) => null;

    public FetchedFile Fetch(string path, Validators known, long limit, Action<long, long?>? advance = null) =>
        throw new PlimsollException(Forbidden, $"`{Describe(path)}` is not fetched, since `--offline` forbids the network.", "Run `plimsoll db update` with a network, or take the data over with `plimsoll db export` there and `plimsoll db import` here.");
}
