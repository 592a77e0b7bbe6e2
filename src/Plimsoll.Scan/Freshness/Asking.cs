using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>What sources have to ask with, and where they put what they learn. Any thread may answer.</summary>
/// <param name="variable">The environment.</param>
/// <param name="files">Null for a bill of materials, which has none.</param>
internal sealed class Asking(Getter getter, Func<string, string?> variable, OsRelease? os, ImageFiles? files)
{
    private readonly Lock gate = new();
    private readonly List<NewestVersion> answers = [];
    private readonly List<(string Source, string From, string Reason, bool IsProblem, Package Package)> left = [];
    private readonly SortedSet<string> notes = new(StringComparer.Ordinal);
    private readonly List<Problem> problems = [];

    public Getter Getter => getter;
    /// <summary>Ranges that other packages ask for, by the path of the file that shows the package which answers.</summary>
    public ILookup<string, string?> Ranges { get; init; } = Array.Empty<string>().ToLookup(path => path, _ => (string?)null, StringComparer.Ordinal);

    public OsRelease? Os => os;
    public ImageFiles? Files => files;

    public string? Variable(string name) => variable(name) is { Length: > 0 } value ? value : null;

    public void Answer(NewestVersion answer)
    {
        lock (gate) answers.Add(answer);
    }

    /// <summary>Nothing was learned of a package.</summary>
    /// <param name="from">Who was asked, or would have been.</param>
    /// <param name="reason">One clause.</param>
    /// <param name="isProblem">Whether it is a failure, and no answer in itself.</param>
    public void Leave(string source, string from, string reason, bool isProblem, Package package)
    {
        lock (gate) left.Add((source, from, reason, isProblem, package));
    }

    public void Note(string sentence)
    {
        lock (gate) notes.Add(sentence);
    }

    /// <summary>Something of a repository, and not of single packages, could not be had or read.</summary>
    public void Report(ProblemKind kind, string source, string where, string message)
    {
        lock (gate) problems.Add(new Problem(kind, Unit(source), where, message));
    }

    public NewestVersions Result() => new()
    {
        Packages = [.. answers.OrderBy(answer => answer.Package, StringComparer.Ordinal)],
        Unanswered = [.. left.GroupBy(one => (one.Source, one.From, one.Reason)).OrderBy(group => group.Key)
            .Select(group => new Unanswered(group.Key.Source, group.Key.From, group.Key.Reason, [.. group.Select(one => one.Package.Key).Order(StringComparer.Ordinal)]))],
        Notes = [.. notes],
    };

    /// <summary>One for each host and reason, however many packages it concerns.</summary>
    public IEnumerable<Problem> Problems() => problems.Distinct().Concat(left.Where(one => one.IsProblem).GroupBy(one => (one.Source, one.From, one.Reason)).Select(group =>
    {
        var names = group.Select(one => one.Package.Name).Order(StringComparer.Ordinal).ToList();
        return new Problem(ProblemKind.Unreadable, Unit(group.Key.Source), group.Key.From, $"whether {(names.Count == 1 ? $"{names[0]} is" : $"{names.Count:N0} packages, {names[0]} for one, are")} up to date is not known: {group.Key.Reason}");
    }));

    private static string Unit(string source) => $"{Refreshing.Unit}/{source}";
}
