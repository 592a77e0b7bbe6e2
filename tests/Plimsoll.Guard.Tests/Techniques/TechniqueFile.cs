using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>
/// Reads a family of techniques. A line `## id` begins one; then come its settings (`source:`, `must:`, `requests:`, `before:`,
/// `never:`, `keeps:`, `behind:`, `client:`, `defect:`, `alone`, `waits`) and its bytes: `&gt; text` is a line that the client sends, `&lt; text` one that the upstream
/// answers, `~ n` a pause of n milliseconds, `!` the upstream's close. A line ends with CR LF unless it ends with `\`. Escapes are
/// `\r \n \t \v \f \0 \\ \xHH` and `\(n text)`, the text n times. Any other line is said to the reader.
/// </summary>
internal static class TechniqueFile
{
    public static IReadOnlyList<Technique> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Techniques"), "*.txt").Order(StringComparer.Ordinal).SelectMany(Read)];

    /// <summary>Requests of clients.</summary>
    public static IReadOnlyList<Technique> Requests { get; } = [.. All.Where(technique => technique.Answer.Count == 0 && technique.Behind == Behind.Clients)];

    public static IReadOnlyList<Technique> OfProxies(Behind behind) => [.. All.Where(technique => technique.Behind == behind)];

    public static IReadOnlyList<Technique> Answers { get; } = [.. All.Where(technique => technique.Answer.Count > 0)];

    public static IEnumerable<Technique> Read(string path)
    {
        var family = Path.GetFileNameWithoutExtension(path);
        return File.ReadAllText(path).Split("\n## ").Skip(1).Select(block => Parse(family, block.Split('\n')));
    }

    private static Technique Parse(string family, string[] lines)
    {
        var settings = new Dictionary<string, string>();
        List<Step> request = [], answer = [];
        var last = request;
        var closes = false;
        var bytes = new List<byte>();
        foreach (var line in lines.Skip(1))
        {
            switch (line)
            {
                case ['>' or '<', ..]:
                    var side = line[0] == '>' ? request : answer;
                    if (side != last) Flush();
                    last = side;
                    bytes.AddRange(Decode(line.Length > 1 ? line[2..] : ""));
                    break;
                case ['~', ' ', .. var pause]:
                    Flush();
                    last.Add(new([], int.Parse(pause, CultureInfo.InvariantCulture)));
                    break;
                case "!":
                    closes = true;
                    break;
                case "alone" or "waits":
                    settings[line] = "";
                    break;
                default:
                    Set(settings, line);
                    break;
            }
        }
        Flush();
        if (request.Count == 0) throw new InvalidDataException($"{family}: {lines[0]} sends nothing");
        return Make(family, lines[0], settings, request, answer, closes);

        void Flush()
        {
            if (bytes.Count == 0) return;
            last.Add(new([.. bytes], 0));
            bytes.Clear();
        }
    }

    /// <summary>A technique whose settings are in lines as here, and whose bytes are not.</summary>
    public static Technique WithBytes(string family, string[] lines, byte[] bytes)
    {
        var settings = new Dictionary<string, string>();
        foreach (var line in lines.Skip(1)) Set(settings, line);
        return Make(family, lines[0], settings, [new(bytes, 0)], [], false);
    }

    private static void Set(Dictionary<string, string> settings, string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0 && line[..colon] is "source" or "must" or "requests" or "before" or "never" or "keeps" or "behind" or "client" or "defect") settings.TryAdd(line[..colon], line[(colon + 2)..]);
    }

    private static Technique Make(string family, string id, Dictionary<string, string> settings, List<Step> request, List<Step> answer, bool closes) =>
        new()
        {
            Id = id,
            Family = family,
            Source = settings["source"],
            Must = Enum.Parse<Must>(settings["must"], ignoreCase: true),
            Defect = settings.GetValueOrDefault("defect"),
            Requests = settings.TryGetValue("requests", out var requests) ? int.Parse(requests) : 1,
            Before = settings.TryGetValue("before", out var before) ? int.Parse(before) : 0,
            Never = settings.TryGetValue("never", out var never) ? [never] : [],
            Keeps = settings.TryGetValue("keeps", out var keeps) ? [Encoding.Latin1.GetString([.. Unescape(keeps)])] : [],
            Behind = settings.TryGetValue("behind", out var behind) ? Enum.Parse<Behind>(behind, ignoreCase: true) : Behind.Clients,
            Client = settings.GetValueOrDefault("client"),
            IsAlone = settings.ContainsKey("alone"),
            Waits = settings.ContainsKey("waits"),
            Request = request,
            Answer = answer,
            AnswerCloses = closes,
        };

    private static IEnumerable<byte> Decode(string line)
    {
        var isOpen = line.EndsWith('\\') && !line.EndsWith("\\\\", StringComparison.Ordinal);
        return Unescape(isOpen ? line[..^1] : line + "\\r\\n");
    }

    public static IEnumerable<byte> Unescape(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                foreach (var one in Encoding.UTF8.GetBytes(text[i].ToString())) yield return one;
                continue;
            }
            switch (text[++i])
            {
                case 'r': yield return (byte)'\r'; break;
                case 'n': yield return (byte)'\n'; break;
                case 't': yield return (byte)'\t'; break;
                case 'v': yield return 11; break;
                case 'f': yield return 12; break;
                case '0': yield return 0; break;
                case '\\': yield return (byte)'\\'; break;
                case 'x':
                    yield return byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    i += 2;
                    break;
                case '(':
                    var end = Close(text, i);
                    var space = text.IndexOf(' ', i);
                    var repeated = Unescape(text[(space + 1)..end]).ToArray();
                    for (var n = int.Parse(text.AsSpan(i + 1, space - i - 1), CultureInfo.InvariantCulture); n > 0; n--)
                        foreach (var one in repeated) yield return one;
                    i = end;
                    break;
                default: throw new InvalidDataException($"unknown escape in {text}");
            }
        }
    }

    /// <summary>The parenthesis that closes the one at a place: repeated text may repeat.</summary>
    private static int Close(string text, int open)
    {
        var end = text.IndexOf(')', open);
        for (var inner = text.IndexOf("\\(", open, StringComparison.Ordinal); inner >= 0 && inner < end; inner = text.IndexOf("\\(", inner + 2, StringComparison.Ordinal)) end = text.IndexOf(')', end + 1);
        return end;
    }
}
