namespace Plimsoll.Guard.Configuration;

/// <summary>`events`.</summary>
internal static class EventSection
{
    public static EventOptions Read(Section section, Faults faults)
    {
        var options = new EventOptions
        {
            RecordsAll = section.Choice("record", false, ("decided", false), ("all", true)),
            ToOutput = section.Flag("stdout", otherwise: true),
            File = section.Inner("file") is { } file ? File(file, faults) : null,
            Collector = section.Inner("otlp") is { } otlp ? Collector(otlp, faults) : null,
        };
        section.End();
        return options;
    }

    private static EventFileOptions? File(Section section, Faults faults)
    {
        var node = section.Required("path", "path: /var/log/guard.jsonl");
        var path = section.Text(node) is { } text ? Path.Combine(faults.Folder, text) : null;
        if (path is not null && !Directory.Exists(Path.GetDirectoryName(path))) faults.Add(node!, $"the folder of {path} does not exist", "Make it, or name another file.");
        var (bytes, count) = (section.Bytes("size", 100 << 20, 64 << 10, 1L << 40), section.Number("count", 5, 1, 1_000));
        section.End();
        return path is null ? null : new(path, bytes, count);
    }

    /// <summary>An address of a collector; null when it is none, or has a password in it.</summary>
    public static Uri? Collector(string? text) => Uri.TryCreate(text, UriKind.Absolute, out var collector) && collector.Scheme is ("http" or "https") && collector.UserInfo.Length == 0 ? collector : null;

    private static Uri? Collector(Section section, Faults faults)
    {
        Uri? collector = null;
        if (section.Required("endpoint", "endpoint: http://collector:4318/v1/logs") is { } node
            && (collector = Collector(section.Text(node))) is null)
        {
            faults.Add(node, "`endpoint` is no address of a collector, or has a password in it", "Write it as `http://collector:4318/v1/logs`.");
        }
        section.End();
        return collector;
    }
}
