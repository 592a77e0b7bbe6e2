using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>A suite of a repository of Debian packages.</summary>
/// <param name="Suite">`bookworm`; a path that ends in `/` for a repository without suites.</param>
/// <param name="Components">Empty for a repository without suites.</param>
/// <param name="Architectures">That it is restricted to; empty for all.</param>
internal sealed record AptSource(string Uri, string Suite, ImmutableArray<string> Components, ImmutableArray<string> Architectures);

/// <summary>
/// Reads which repositories apt of an image asks (sources.list(5)): /etc/apt/sources.list and sources.list.d/*.list with lines
/// `deb [options] URI suite component…`, sources.list.d/*.sources with records of `Types`, `URIs`, `Suites`, `Components`,
/// `Architectures` and `Enabled`. Sources of source packages are left out; options other than `arch` do not matter here.
/// </summary>
internal sealed class AptSources(Asking asking)
{
    /// <summary>Bytes of a file; real ones have some hundred.</summary>
    private const int MostBytes = 1 << 20;

    private readonly List<AptSource> found = [];

    public static ImmutableArray<AptSource> Read(ImageFiles files, Asking asking)
    {
        var reading = new AptSources(asking);
        if (files.TryFind("/etc/apt/sources.list", out var main) && main.IsFile) reading.ReadFile(main);
        if (files.TryFind("/etc/apt/sources.list.d", out var folder) && folder.IsFolder)
            foreach (var file in folder.Children().Where(file => file.IsFile).OrderBy(file => file.Name, StringComparer.Ordinal)) reading.ReadFile(file);
        return [.. reading.found.GroupBy(source => (source.Uri, source.Suite)).Select(same => same.First() with
        {
            Components = [.. same.SelectMany(source => source.Components).Distinct(StringComparer.Ordinal)],
            Architectures = same.Any(source => source.Architectures.IsEmpty) ? [] : [.. same.SelectMany(source => source.Architectures).Distinct(StringComparer.Ordinal)],
        })];
    }

    private void ReadFile(ImageFile file)
    {
        try
        {
            if (file.Name.EndsWith(".sources", StringComparison.Ordinal)) ReadRecords(file.ReadBytes(MostBytes).Span, file.Path);
            else if (file.Name.EndsWith(".list", StringComparison.Ordinal)) ReadLines(Encoding.UTF8.GetString(file.ReadBytes(MostBytes).Span), file.Path);
            // apt reads no file of another name.
        }
        catch (UnreadableException unreadable)
        {
            asking.Report(unreadable.Kind, Deb.SourceId, file.Path, $"{unreadable.Message}; the repositories in it were not asked");
        }
    }

    private void ReadLines(string text, string path)
    {
        var number = 0;
        foreach (var whole in text.Split('\n'))
        {
            number++;
            var line = whole.Split('#')[0].Trim();
            if (line.Length == 0) continue; // A comment asks nobody.
            var architectures = ImmutableArray<string>.Empty;
            if (line.IndexOf('[', StringComparison.Ordinal) is var open and > 0 && line.IndexOf(']', open) is var close and > 0 && line[..open].Trim() is "deb" or "deb-src")
            {
                var options = Words(line[(open + 1)..close]);
                architectures = [.. options.Where(option => option.StartsWith("arch=", StringComparison.Ordinal)).SelectMany(option => option["arch=".Length..].Split(','))];
                line = line[..open] + line[(close + 1)..];
            }
            switch (Words(line))
            {
                case ["deb-src", ..]: break; // No package that is installed comes from it.
                case ["deb", var uri, var suite, .. var components] when components.Length > 0 != suite.EndsWith('/'): Add(uri, suite, [.. components], architectures); break;
                default: asking.Report(ProblemKind.Malformed, Deb.SourceId, $"{path}:{number}", "expected `deb URI suite component…`, found something else; the repository was not asked"); break;
            }
        }
    }

    private void ReadRecords(ReadOnlySpan<byte> text, string path)
    {
        var record = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        // apt takes a last line without its newline.
        var reader = new ControlReader(text.EndsWith("\n"u8) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text) + "\n"));
        var line = 1;
        while (true)
        {
            var token = reader.Read();
            if (token == ControlToken.Field) record[Encoding.UTF8.GetString(reader.Name)] = WithoutComments(Encoding.UTF8.GetString(reader.Value));
            else if (token == ControlToken.Malformed)
            {
                var start = text[OffsetOf(text, reader.Line)..];
                if (!start.StartsWith("#"u8)) asking.Report(ProblemKind.Malformed, Deb.SourceId, $"{path}:{reader.Line}", "expected `Name: value`, found something else; the line was not used");
            }
            else
            {
                if (record.Count > 0) AddRecord(record, $"{path}:{line}");
                record.Clear();
                if (token != ControlToken.Separator) return;
                line = reader.Line + 1;
            }
        }
    }

    private static int OffsetOf(ReadOnlySpan<byte> text, int line)
    {
        var at = 0;
        for (; line > 1; line--) at += text[at..].IndexOf((byte)'\n') + 1;
        return at;
    }

    private static string WithoutComments(string value) => string.Join('\n', value.Split('\n').Where(line => !line.StartsWith('#')));

    private void AddRecord(Dictionary<string, string> record, string where)
    {
        string[] Of(string field) => Words(record.GetValueOrDefault(field) ?? "");
        if (Of("Enabled") is ["no" or "false" or "0" or "off" or "without" or "disable"]) return; // apt does not ask it either.
        if (!Of("Types").Contains("deb")) return; // Source packages only.
        var (uris, suites, components) = (Of("URIs"), Of("Suites"), Of("Components"));
        if (uris.Length == 0 || suites.Length == 0) asking.Report(ProblemKind.Malformed, Deb.SourceId, where, "expected `URIs` and `Suites`, found none; the repository was not asked");
        else
            foreach (var uri in uris)
                foreach (var suite in suites) Add(uri, suite, [.. components], [.. Of("Architectures")]);
    }

    private void Add(string uri, string suite, ImmutableArray<string> components, ImmutableArray<string> architectures) => found.Add(new AptSource(uri.TrimEnd('/'), suite, components, architectures));

    private static string[] Words(string text) => text.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
