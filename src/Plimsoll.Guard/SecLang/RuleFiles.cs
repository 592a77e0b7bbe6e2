using System.IO.Enumeration;
using System.Text;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.SecLang;

/// <summary>Reads rules from files and folders, with what they include.</summary>
internal sealed class RuleFiles
{
    /// <summary>CRS's largest has 200 KiB.</summary>
    public const int MostBytes = 4 << 20;

    /// <summary>CRS has 28, and 33 in 3.3.</summary>
    public const int MostFiles = 1_000;
    private const int deepest = 8;
    private readonly RuleFaults faults = new();
    private readonly RuleReader reader;
    private readonly List<string> read = [];

    private RuleFiles() => reader = new(faults);

    /// <summary>
    /// Of a folder `crs-setup.conf`, or `crs-setup.conf.example` when that is absent, then `*.conf` of its `rules` or of itself.
    /// </summary>
    /// <exception cref="PlimsollException">With every fault.</exception>
    public static RuleSet Read(IReadOnlyList<string> paths)
    {
        var files = new RuleFiles();
        foreach (var path in paths)
        {
            if (Directory.Exists(path)) files.Folder(path);
            else files.Include(path, new(path, 0), 0);
        }
        files.reader.Finish();
        if (files.faults.Sentences is { Count: > 0 } sentences) throw new PlimsollException("guard-rules", string.Join('\n', sentences), "Nothing of rules that are not understood is loaded.");
        if (files.reader.Rules.Count == 0) throw new PlimsollException("guard-rules", $"`{string.Join("`, `", paths)}` has no rules.", "Name a folder of *.conf files such as an unpacked release of the Core Rule Set, or a file.");
        return new(files.reader.Rules, files.read, files.reader.Signature, files.reader.Markers, files.reader.Defaults) { Removed = files.reader.Removed };
    }

    private void Folder(string folder)
    {
        var setup = new[] { "crs-setup.conf", "crs-setup.conf.example" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        var inner = Path.Combine(folder, "rules");
        if (setup is not null) Include(setup, new(setup, 0), 0);
        var rest = Directory.Exists(inner) ? inner : folder;
        foreach (var file in Listing(rest, new(rest, 0), "*.conf").Where(file => file != setup)) Include(file, new(file, 0), 0);
    }

    private void Include(string file, Place from, int depth)
    {
        if (read.Count == MostFiles || depth > deepest)
        {
            faults.Add(from, depth > deepest ? $"files include one another {depth} deep" : $"these are more than {MostFiles} files", "A file may include itself.");
            return;
        }
        if (Text(file, from) is not { } text) return;
        read.Add(file);
        foreach (var directive in RuleLines.Read(file, text, faults))
        {
            if (reader.Take(directive) is { } wanted) Expand(wanted.Pattern, wanted.IsOptional, directive.Place, depth + 1);
            else Data(directive);
        }
    }

    private void Expand(string pattern, bool isOptional, Place place, int depth)
    {
        var full = Path.Combine(Path.GetDirectoryName(place.File) ?? "", pattern);
        var (folder, name) = (Path.GetDirectoryName(full) ?? "/", Path.GetFileName(full));
        var found = Directory.Exists(folder) ? Listing(folder, place, name) : [];
        if (found.Count == 0 && !isOptional) faults.Add(place, $"`{pattern}` is not there", "It is relative to the file that includes it; IncludeOptional may name nothing.");
        foreach (var file in found) Include(file, place, depth);
    }

    private List<string> Listing(string folder, Place place, string pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(file => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file), ignoreCase: false)).Order(StringComparer.Ordinal)];
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            faults.Add(place, $"`{folder}` cannot be listed", "Name a folder that may be read.");
            return [];
        }
    }

    /// <summary>Files of phrases and addresses must be there and be read.</summary>
    private void Data(RuleLines.Directive directive)
    {
        if (directive.Words.Count < 3 || !directive.Words[0].Equals("SecRule", StringComparison.OrdinalIgnoreCase)) return;
        if (RuleText.Test(directive.Words[2], directive.Place, new()) is not { Operator: "pmFromFile" or "pmf" or "ipMatchFromFile" or "ipMatchF" } test) return;
        foreach (var name in test.Argument.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Text(Path.Combine(Path.GetDirectoryName(directive.Place.File) ?? "", name), directive.Place);
    }

    /// <summary>Bytes as Latin-1: a pattern may have any. Null, and a fault, when it cannot be read.</summary>
    private string? Text(string file, Place place)
    {
        try
        {
            using var handle = File.OpenHandle(file);
            var length = RandomAccess.GetLength(handle);
            if (length > MostBytes)
            {
                faults.Add(place, $"`{file}` has {length} bytes", $"A file may have {MostBytes}.");
                return null;
            }
            var bytes = new byte[length];
            var count = 0;
            while (count < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(count), count) is > 0 and var more) count += more;
            return Encoding.Latin1.GetString(bytes, 0, count);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException or ArgumentException)
        {
            faults.Add(place, $"`{file}` cannot be read", "Name a file or folder that exists and may be read.");
            return null;
        }
    }
}
