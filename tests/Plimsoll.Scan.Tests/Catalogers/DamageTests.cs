using System.Text;
using CsCheck;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Damages every golden input: what cannot be read is said, never left out in silence.</summary>
public sealed class DamageTests
{
    /// <summary>No line of control data, file list, md5sums, diversions, apk's database or os-release, and nothing that JSON may hold.</summary>
    private static readonly byte[] Illegal = [0x01, 0xFF, 0x00, (byte)' ', 0xFE];

    public static TheoryData<string> Cases() => GoldenTests.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_line_of_illegal_bytes_costs_nothing_or_is_a_problem(string name) => ForEachFile(name, (file, check) =>
    {
        var lines = Lines(file.Content);
        for (var i = 0; i < lines.Count; i++)
            check([.. lines.Take(i).SelectMany(line => line), .. Illegal, (byte)'\n', .. lines.Skip(i + 1).SelectMany(line => line)], $"line {i + 1} replaced");
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_cut_inside_a_record_costs_nothing_or_is_a_problem(string name) => ForEachFile(name, (file, check) =>
    {
        foreach (var at in CutsInsideRecords(file)) check(file.Content[..at], $"cut after {at} bytes");
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_damage_neither_crashes_nor_hangs(string name)
    {
        var (files, hasLayers, _) = GoldenCase.Named(name).Read();
        var change = Gen.Select(Gen.Int[0, files.Count - 1], Gen.Int[0, 3], Gen.Double[0, 1], Gen.Byte, Gen.Int[1, 40]);
        change.Array[1, 4].Sample(changes =>
        {
            var damaged = files.ToArray();
            foreach (var (file, kind, where, value, length) in changes)
                damaged[file] = damaged[file] with { Content = Damage(damaged[file].Content, kind, where, value, length) };
            using var image = MemoryImage.Of(damaged, hasLayers);
            var (_, problems) = MemoryImage.Catalog(image);
            Assert.DoesNotContain(problems, problem => problem.Kind == ProblemKind.Crashed);
        }, iter: 400);
    }

    private static byte[] Damage(byte[] content, int kind, double where, byte value, int length)
    {
        var at = (int)(where * content.Length);
        var end = Math.Min(content.Length, at + length);
        return kind switch
        {
            0 when at < content.Length => [.. content[..at], (byte)(content[at] ^ Math.Max((byte)1, value)), .. content[(at + 1)..]],
            1 => [.. content[..at], .. content[end..]],
            2 => [.. content[..at], value, .. content[at..]],
            _ => [.. content[..end], .. content[at..]],
        };
    }

    private static void ForEachFile(string name, Action<MemoryFile, Action<byte[], string>> damage)
    {
        var (files, hasLayers, _) = GoldenCase.Named(name).Read();
        var (packages, problems) = Run(files, hasLayers);
        for (var i = 0; i < files.Count; i++)
        {
            if (!IsGrammar(files[i])) continue;
            var file = files[i];
            damage(file, (content, what) =>
            {
                var damaged = files.ToArray();
                damaged[i] = file with { Content = content };
                var (after, problemsAfter) = Run(damaged, hasLayers);
                Assert.DoesNotContain(problemsAfter, problem => problem.Kind == ProblemKind.Crashed);
                if (problems.Count > 0) return; // Broken from the start: damage may mend it.
                Assert.True(after.Except(packages).ToList() is [], $"{name}, {file.Path}, {what}: new packages {string.Join(", ", after.Except(packages))}");
                Assert.True(after.Count == packages.Count || problemsAfter.Count > 0, $"{name}, {file.Path}, {what}: {string.Join(", ", packages.Except(after))} lost without a problem");
            });
        }
    }

    private static (List<string> Packages, IReadOnlyList<Problem> Problems) Run(IReadOnlyCollection<MemoryFile> files, bool hasLayers)
    {
        using var image = MemoryImage.Of(files, hasLayers);
        var (packages, problems) = MemoryImage.Catalog(image);
        return ([.. packages.SelectMany(package => package.Contains.Append(package.Purl)).Select(Identity).Distinct().Select(purl => purl.Text)], problems);
    }

    /// <summary>
    /// A package whichever system it was built for and whoever owns it: damage to os-release or to a file list
    /// changes those. A multi-architecture package is one for each key, with equal text.
    /// </summary>
    private static (string Text, string Key) Identity(PackageUrl purl) =>
        ($"{purl.Type} {(purl.Type is "deb" or "apk" or "rpm" ? "" : purl.Namespace?.TrimStart('@'))} {purl.Name} {purl.Version}", purl.Qualifiers.GetValueOrDefault("arch", ""));

    private static readonly string[] Grammars =
        ["/os-release", "/package.json", "/installed.json", "/METADATA", "/PKG-INFO", ".egg-info", ".gemspec", "/pom.properties", "/MANIFEST.MF", ".deps.json", ".runtimeconfig.json", "/jvm/release"];

    /// <summary>Copyright files are prose, of which no line is illegal; other files are only there to be owned.</summary>
    private static bool IsGrammar(MemoryFile file) => file.Link is null && !file.Removed
        && (file.Path.StartsWith("/var/lib/dpkg/", StringComparison.Ordinal) || IsApk(file) || Grammars.Any(end => file.Path.EndsWith(end, StringComparison.Ordinal)));

    private static bool IsApk(MemoryFile file) => file.Path.EndsWith("lib/apk/db/installed", StringComparison.Ordinal);

    private static List<byte[]> Lines(byte[] content)
    {
        var lines = new List<byte[]>();
        for (var at = 0; at < content.Length;)
        {
            var end = Array.IndexOf(content, (byte)'\n', at) is var found && found < 0 ? content.Length : found + 1;
            lines.Add(content[at..end]);
            at = end;
        }
        return lines;
    }

    /// <summary>
    /// Each byte position inside a record. In the status file and apk's database a record ends before an empty line, in JSON with the
    /// object; in lists and os-release each line is one, so that between lines nothing is cut. An entry of an archive
    /// cannot be cut unseen: the archive has its checksum.
    /// </summary>
    private static IEnumerable<int> CutsInsideRecords(MemoryFile file)
    {
        var text = Encoding.Latin1.GetString(file.Content).TrimEnd('\n');
        var json = file.Path.EndsWith(".json", StringComparison.Ordinal);
        var control = IsApk(file) || file.Path.Contains("/dpkg/status", StringComparison.Ordinal) && !file.Path.EndsWith(".md5sums", StringComparison.Ordinal);
        for (var at = 1; at < text.Length && !file.Path.Contains("!/", StringComparison.Ordinal); at++)
        {
            if (text[at - 1] == '\n' && !json && (!control || text[at] == '\n' || (at > 1 && text[at - 2] == '\n'))) continue;
            if (text[at] == '\n' && control && at + 1 < text.Length && text[at + 1] == '\n') continue;
            yield return at;
        }
    }
}
