using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Hardening.Remedying;

/// <summary>
/// Applies the exact remedies of one application, a rule at a time, and judges again what comes of it: a remedy stays only where it clears its rule and
/// costs no other.
/// </summary>
/// <param name="layer">Above those of the image, for the texts that are tried.</param>
internal sealed class Remedier(IHardenedApplication application, Subject subject, RuleBook book, short layer)
{
    /// <summary>Bounds how often a line is changed; each round changes one that waits at least.</summary>
    private const int MostRounds = 8;

    private readonly Dictionary<string, string> current = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> before = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> accepted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Edit>> edits = new(StringComparer.Ordinal);
    private readonly List<LeftFinding> left = [];
    private readonly List<string> instructions = [];
    private readonly SortedSet<string> cleared = new(StringComparer.Ordinal);
    private Dictionary<string, int>? blocks;

    public Remedies Remedy(IReadOnlyList<HardeningFinding> findings)
    {
        var now = Counts(findings);
        var first = findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).GroupBy(finding => finding.Rule.Id, StringComparer.Ordinal).ToDictionary(rule => rule.Key, rule => rule.ToList(), StringComparer.Ordinal);
        var open = first;
        for (var round = 1; open.Count > 0; round++)
        {
            // A line that an earlier remedy has changed is changed again in the next round, as it is then.
            var waiting = new List<string>();
            foreach (var (id, rule) in open)
                if (!Take(rule, first[id], round == MostRounds, ref now)) waiting.Add(id);
            foreach (var (path, text) in accepted) current[path] = text;
            edits.Clear();
            if (waiting.Count == 0) break; // Nothing is left to try.
            var judged = Judged([], new ProblemLog("remedies")).Findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).ToLookup(finding => finding.Rule.Id, StringComparer.Ordinal);
            foreach (var id in waiting)
                if (!judged.Contains(id)) cleared.Add(id); // By the other remedy.
            open = waiting.Where(judged.Contains).ToDictionary(id => id, id => judged[id].ToList(), StringComparer.Ordinal);
        }
        return new Remedies
        {
            Files = [.. accepted.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => new RemediedFile(file.Key, before[file.Key], file.Value, Mode(file.Key), Reader(file.Key)))],
            Instructions = [.. instructions],
            Cleared = [.. cleared],
            Left = [.. left],
        };
    }

    /// <param name="told">The same rule's findings in the files as they were.</param>
    /// <returns>False when another remedy has changed a line of this one, which the next round can try.</returns>
    private bool Take(List<HardeningFinding> rule, List<HardeningFinding> told, bool isLast, ref Dictionary<string, int> now)
    {
        var writable = rule.Where(finding => Hindrance(finding) is null).ToList();
        string? reason = null;
        if (writable.Count > 0 && writable[0].Rule.Writing == RemedyWriting.Dockerfile) instructions.Add(writable[0].Remedy);
        else if (writable.Count > 0)
        {
            reason = Try(writable, rule.Count - writable.Count, ref now, out var isTaken);
            if (isTaken && !isLast) return false;
        }
        left.AddRange(told.Select(finding => (Finding: finding, Reason: Hindrance(finding) ?? reason)).Where(one => one.Reason is not null).Select(one => new LeftFinding(one.Finding, one.Reason!)));
        if (reason is null && writable.Count == rule.Count) cleared.Add(rule[0].Rule.Id);
        return true;
    }

    /// <summary>Why a finding is not for a program; null when its remedy can be tried.</summary>
    private string? Hindrance(HardeningFinding finding)
    {
        if (finding.ByHand is { } reason) return reason;
        if (finding.Remedy.StartsWith("ENV ", StringComparison.Ordinal) && finding.Rule.Writing == RemedyWriting.Dockerfile && finding.Origin is { Kind: not (OriginKind.Environment or OriginKind.VendorDefault) } given) return $"it comes from {given}, which goes before what an image sets";
        if (finding.Rule.Writing == RemedyWriting.Dockerfile) return IsPlain(subject.Deployment?.ImageUser ?? subject.Image.Config.User) ? Missing(finding.Remedy) : "the image's user cannot stand in a Dockerfile";
        if (finding.Rule.Writing is RemedyWriting.Removal or RemedyWriting.Without && finding.Kind != RemedyKind.Replace) return "what is to be removed stands in no file";
        if (finding.Kind == RemedyKind.Elsewhere || finding.Place is not { } place)
            return finding.Origin is { Kind: OriginKind.Argument or OriginKind.Environment } origin ? $"it comes from {origin}, which is for whoever starts the container" : "no file of the image holds this configuration";
        if (subject.IsVolume(place.Path)) return $"{place.Path} lies in a volume, which hides what an image has there";
        if (!IsPlain(place.Path)) return "the path of its file cannot stand in a Dockerfile";
        return Text(place.Path) is null ? $"{place.Path} is mounted, or no text in UTF-8, or cannot be read" : null;
    }

    /// <param name="isTaken">That a line of it was changed by another remedy is why.</param>
    /// <returns>Why it did not work out; null when it did.</returns>
    private string? Try(List<HardeningFinding> writable, int others, ref Dictionary<string, int> now, out bool isTaken)
    {
        isTaken = false;
        var id = writable[0].Rule.Id;
        var tried = new Dictionary<string, string>(StringComparer.Ordinal);
        var added = writable.Select(finding => (finding.Place!.Value.Path, Edit: application.Written(finding, Text(finding.Place!.Value.Path)!))).GroupBy(pair => pair.Path, StringComparer.Ordinal).ToList();
        foreach (var file in added)
        {
            IEnumerable<Edit> all = [.. edits.GetValueOrDefault(file.Key, []), .. file.Select(pair => pair.Edit)];
            if (Edit.Apply(Text(file.Key)!, all, out var conflict) is not { } text)
            {
                isTaken = true;
                return $"{conflict!.Cause.Rule.Id} changes the same line; write again when that is applied";
            }
            tried[file.Key] = text;
        }
        var problems = new ProblemLog("remedies");
        blocks ??= Judged([], new ProblemLog("remedies")).Blocks;
        var (findings, remaining) = Judged(tried, problems);
        var counts = Counts(findings);
        if (problems.All().Any()) return "the application would refuse the file with it";
        // A block that is gone has no findings, which clears nothing.
        if (blocks.FirstOrDefault(block => block.Value > remaining.GetValueOrDefault(block.Key)) is { Key: { } gone }) return $"it would take away a block `{gone}` with what stands in it";
        if (counts.GetValueOrDefault(id) > others) return "the line alone does not clear it";
        var earlier = now;
        if (counts.FirstOrDefault(pair => pair.Value > earlier.GetValueOrDefault(pair.Key)) is { Key: { } broken }) return $"{broken} would no longer be followed with it";
        now = counts;
        foreach (var (path, text) in tried) accepted[path] = text;
        foreach (var file in added) edits[file.Key] = [.. edits.GetValueOrDefault(file.Key, []), .. file.Select(pair => pair.Edit)];
        return null;
    }

    /// <returns>Findings with texts in place of the files, and how many blocks of each path there are.</returns>
    private (IReadOnlyList<HardeningFinding> Findings, Dictionary<string, int> Blocks) Judged(Dictionary<string, string> tried, ProblemLog problems)
    {
        subject.Files.Lay(layer, [], accepted.Where(file => !tried.ContainsKey(file.Key)).Concat(tried).Select(file => (file.Key, Encoding.UTF8.GetBytes(file.Value), Mode(file.Key))).ToList());
        var known = subject with { Problems = problems };
        var judged = new Judged(application, new Configuration { Application = application.Name, Version = subject.Version, Settings = application.Configure(known) });
        var judging = new Judging(judged);
        foreach (var rule in book.Of(application.Name)) judging.Judge(rule);
        return (judging.Findings, judged.Scopes.CountBy(scope => scope.Path, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal));
    }

    private static Dictionary<string, int> Counts(IEnumerable<HardeningFinding> findings) => findings.GroupBy(finding => finding.Rule.Id, StringComparer.Ordinal).ToDictionary(rule => rule.Key, rule => rule.Count(), StringComparer.Ordinal);

    /// <summary>The file as the image has it; null when bytes would be lost.</summary>
    private string? Text(string path)
    {
        if (current.TryGetValue(path, out var known) || before.TryGetValue(path, out known)) return known;
        if (!subject.TryFind("/", path, out var file) || file.Layer is null) return null;
        try
        {
            var bytes = file.ReadBytes(Subject.MostBytes).Span;
            var text = Encoding.UTF8.GetString(bytes);
            return Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes) ? before[path] = text : null;
        }
        catch (Layers.UnreadableException)
        {
            return null; // Working the configuration out has reported it.
        }
    }

    /// <summary>Whether a text of the image means nothing but itself in a Dockerfile.</summary>
    private static bool IsPlain(string text) => text.All(c => char.IsLetterOrDigit(c) || "/._-+@:, ".Contains(c, StringComparison.Ordinal));

    private int Mode(string path) => subject.TryFind("/", path, out var file) ? file.Permissions & 0x1FF : 0x1A4;

    /// <summary>A copied file belongs to root; a process that is not root and may not read those of root gets its own.</summary>
    private string? Reader(string path) => (Mode(path) & 4) == 0 && subject.Process.User.Split(':')[0] is not ("" or "0" or "root") and var user && IsPlain(user) ? user : null;

    /// <summary>`RUN find …` needs a shell and find in the image.</summary>
    private string? Missing(string instruction)
    {
        if (!instruction.StartsWith("RUN ", StringComparison.Ordinal)) return null;
        var programs = new Plimsoll.Scan.Applications.Programs(subject.Files, subject.Problems);
        foreach (var name in (string[])["/bin/sh", instruction.Split(' ')[1]])
            if (!programs.TryFind(subject.Process with { Argv = [name], Env = subject.Process.Env.Clear() }, out _)) return $"the image has no {name} to run it with";
        return null;
    }
}
