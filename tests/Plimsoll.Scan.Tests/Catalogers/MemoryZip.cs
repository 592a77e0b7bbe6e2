using System.IO.Compression;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Makes ZIP archives of the files whose path has `!/`, the innermost first.</summary>
internal static class MemoryZip
{
    public static IReadOnlyList<MemoryFile> Pack(IReadOnlyCollection<MemoryFile> files)
    {
        var packed = files.ToList();
        while (packed.Select(file => file.Path.LastIndexOf("!/", StringComparison.Ordinal) is var at && at < 0 ? "" : file.Path[..at])
            .MaxBy(archive => archive.Split("!/").Length + (archive.Length > 0 ? 1 : 0)) is { Length: > 0 } deepest)
        {
            var members = packed.Where(file => file.Path.StartsWith(deepest + "!/", StringComparison.Ordinal)).ToList();
            packed = [.. packed.Except(members), new MemoryFile(deepest, Zip(members.Select(file => (file.Path[(deepest.Length + 2)..], file.Content))), Layer: members[0].Layer)];
        }
        return packed;
    }

    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> members, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var to = new MemoryStream();
        using (var archive = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in members)
            {
                var entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
                using var stream = entry.Open();
                stream.Write(content);
            }
        return to.ToArray();
    }
}
