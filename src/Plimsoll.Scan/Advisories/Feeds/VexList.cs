using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>A document of a list and when that happened to it what the list is about.</summary>
/// <param name="Path">Below the folder of the list: `2023/cve-2023-1.json`.</param>
internal readonly record struct VexListed(string Path, DateTimeOffset Time)
{
    /// <summary>`cve-2023-1.json`.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>Red Hat's lists of documents that changed (`changes.csv`) or are gone (`deletions.csv`): `"2023/cve-2023-1.json","TIME"` a line, the time as RFC 3339.</summary>
internal static class VexList
{
    /// <summary>Bytes: some 50 for each of 300,000 CVEs, and four times that.</summary>
    public const int MostBytes = 64 << 20;

    /// <param name="fault">Gets the number and the beginning of a line that is none.</param>
    /// <exception cref="UnreadableException">It is longer than any real one.</exception>
    public static List<VexListed> Read(Stream content, Action<int, string> fault)
    {
        const int Quoted = 80;
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MostBytes) throw new UnreadableException(ProblemKind.LimitReached, $"it has more than {MostBytes:N0} bytes");
        }
        bytes.Position = 0;
        using var lines = new StreamReader(bytes, Encoding.UTF8);
        var listed = new List<VexListed>();
        for (var number = 1; lines.ReadLine() is { } line; number++)
            if (line.Split("\",\"") is [['"', .. var path], [.. var time, '"']] && Array.TrueForAll(path.Split('/'), FeedPath.IsName)
                && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)) listed.Add(new VexListed(path, at));
            else if (line.Length > 0) fault(number, line.Length > Quoted ? line[..Quoted] : line);
        return listed;
    }
}
