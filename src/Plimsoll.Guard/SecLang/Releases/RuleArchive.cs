using System.Formats.Tar;
using System.IO.Compression;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.SecLang.Releases;

/// <summary>Writes the files of a release beneath a folder, and nothing anywhere else: a tar, gzip or plain, or a folder. The one folder that all of an archive is in is left out.</summary>
internal static class RuleArchive
{
    /// <summary>CRS with its tests has 800.</summary>
    public const int MostFiles = 20_000;

    /// <summary>CRS with its tests has 12 MiB.</summary>
    public const long MostBytes = 128 << 20;

    /// <exception cref="PlimsollException">It is no such archive, or has what no release has.</exception>
    public static void Unpack(Stream archive, string folder)
    {
        try
        {
            var isGzip = archive.ReadByte() == 0x1F && archive.ReadByte() == 0x8B;
            archive.Position = 0;
            using var plain = isGzip ? new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true) : archive;
            using var tar = new TarReader(plain, leaveOpen: true);
            var budget = new Budget();
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes) continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) throw Odd($"`{Shown(entry.Name)}` is neither a file nor a folder");
                Write(Beneath(folder, entry.Name, withoutFirst: true), entry.DataStream ?? Stream.Null, budget);
            }
            if (budget.Files == 0) throw Odd("it has no files");
        }
        catch (Exception thrown) when (thrown is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Odd("it is no tar, or is cut off");
        }
    }

    /// <exception cref="PlimsollException">It has what no release has.</exception>
    public static void Copy(string from, string folder)
    {
        var budget = new Budget();
        foreach (var file in Directory.EnumerateFiles(from, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 20 }))
        {
            using var content = File.OpenRead(file);
            Write(Beneath(folder, Path.GetRelativePath(from, file), withoutFirst: false), content, budget);
        }
    }

    /// <summary>Names with `..`, an absolute path or a control character are refused.</summary>
    private static string Beneath(string folder, string name, bool withoutFirst)
    {
        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToList();
        if (name.StartsWith('/') || parts.Contains("..") || parts.Count == 0 || name.Any(char.IsControl)) throw Odd($"`{Shown(name)}` leads out of it");
        if (withoutFirst && parts.Count > 1) parts.RemoveAt(0);
        return Path.Combine([folder, .. parts]);
    }

    private static void Write(string path, Stream content, Budget budget)
    {
        if (++budget.Files > MostFiles) throw Odd($"it has more than {MostFiles} files");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.CreateNew);
        var buffer = new byte[64 << 10];
        while (content.Read(buffer) is > 0 and var count)
        {
            if ((budget.Bytes += count) > MostBytes) throw Odd($"its files have more than {MostBytes} bytes");
            file.Write(buffer, 0, count);
        }
    }

    private static string Shown(string name) => new([.. name.Take(200).Select(letter => char.IsControl(letter) ? '?' : letter)]);

    private static PlimsollException Odd(string what) => new("guard-rules-archive", $"The archive is not taken: {what}.", "Name a release of the Core Rule Set as a tar or tar.gz. Nothing was changed.");

    private sealed class Budget
    {
        public int Files;
        public long Bytes;
    }
}
