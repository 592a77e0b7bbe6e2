namespace Plimsoll.Guard.Configuration;

/// <summary>Which decisions are recorded, and where.</summary>
internal sealed record EventOptions
{
    /// <summary>Forwarded requests too, not only what a verdict was against.</summary>
    public bool RecordsAll { get; init; }

    /// <summary>Lines of JSON on standard output.</summary>
    public bool ToOutput { get; init; } = true;

    public EventFileOptions? File { get; init; }

    /// <summary>Where an OpenTelemetry collector takes logs over HTTP.</summary>
    public Uri? Collector { get; init; }
}

/// <param name="Path">Older ones have `.1`, `.2` … behind it.</param>
/// <param name="Bytes">Of one file, before the next is begun.</param>
/// <param name="Count">Files that are kept, the newest among them.</param>
internal sealed record EventFileOptions(string Path, long Bytes, int Count);
