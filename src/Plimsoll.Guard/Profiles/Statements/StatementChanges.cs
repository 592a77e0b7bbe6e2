using System.Globalization;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>Statements of profiles listed, compared, put together and accepted.</summary>
internal static class StatementChanges
{
    /// <summary>Characters of a shape in a list.</summary>
    private const int mostText = 200;

    /// <summary>One has it and the other has not: `-` only the first, `+` only the second, `~` other limits.</summary>
    public static IEnumerable<string> Compare(StatementProfile before, StatementProfile after)
    {
        var first = before.All.ToDictionary(one => (one.Identity, one.Entry.Text), one => one.Entry);
        var second = after.All.ToDictionary(one => (one.Identity, one.Entry.Text), one => one.Entry);
        foreach (var key in first.Keys.Union(second.Keys).OrderBy(key => key.Identity).ThenBy(key => key.Text, StringComparer.Ordinal))
        {
            var (old, now) = (first.GetValueOrDefault(key), second.GetValueOrDefault(key));
            var sign = old is null ? "+" : now is null ? "-" : Limits(old) != Limits(now) ? "~" : "";
            if (sign.Length == 0) continue;
            var entry = now ?? old!;
            yield return $"{sign} {entry.Id}  {key.Identity}";
            yield return $"    {Short(entry.Text)}";
            if (sign == "~") yield return $"    {Limits(old!)}, then {Limits(now!)}";
        }
    }

    /// <summary>What either permits, with the wider limits.</summary>
    public static StatementProfile Merge(StatementProfile first, StatementProfile second) =>
        StatementProfile.Of(first.All.Concat(second.All).GroupBy(one => (one.Identity, one.Entry.Text)).Select(group => (group.Key.Identity, group.Select(one => one.Entry).Aggregate(Widest))));

    /// <summary>Makes candidates part of the profile, with the rules that are against them accepted.</summary>
    /// <param name="ids">Of shapes; empty for all that no rule is against.</param>
    /// <returns>A line for each that was accepted.</returns>
    /// <exception cref="PlimsollException">A file has faults, or an id is not there.</exception>
    public static IReadOnlyList<string> Accept(string file, IReadOnlyList<string> ids)
    {
        var candidates = ProfileStore.CandidatesOf(file);
        var waiting = StatementProfileFile.Read(candidates).All.ToList();
        var chosen = waiting.Where(one => ids.Count == 0 ? one.Entry.Reason == Unknown : ids.Contains(one.Entry.Id)).ToList();
        if (ids.FirstOrDefault(id => !chosen.Exists(one => one.Entry.Id == id)) is { } missing) throw new PlimsollException("guard-candidate-unknown", $"{candidates} has no shape {missing}.", "`plimsoll guard profile accept FILE` lists those that wait; an event has the id as `shape`.");
        if (chosen.Count == 0) return [];
        var accepted = chosen.Select(one => (one.Identity, one.Entry with { Accepts = one.Entry.Reason == Unknown ? [] : [.. one.Entry.Reason.Split(' ')], Reason = "" })).ToList();
        StatementProfileFile.Write(file, StatementProfile.Of([.. accepted, .. StatementProfileFile.Read(file).All]));
        StatementProfileFile.Write(candidates, StatementProfile.Of(waiting.Except(chosen)));
        return [.. accepted.Select(one => $"{one.Item2.Id}  {Short(one.Item2.Text)}")];
    }

    /// <summary>A line for each identity, and lines for each of its statements.</summary>
    public static IEnumerable<string> List(StatementProfile profile)
    {
        foreach (var (identity, statements) in profile.Postgres)
        {
            yield return $"{identity}: {statements.Count} statements";
            foreach (var entry in statements)
            {
                yield return $"  {entry.Id}  {Short(entry.Text)}";
                string[] parts =
                [
                    entry.Reads.Length > 0 ? $"reads {string.Join(", ", entry.Reads)}" : "", entry.Writes.Length > 0 ? $"writes {string.Join(", ", entry.Writes)}" : "",
                    entry.Functions.Length > 0 ? $"calls {string.Join(", ", entry.Functions)}" : "", Limits(entry), entry.Reason.Length > 0 ? $"refused: {entry.Reason}" : "",
                ];
                if (Array.Exists(parts, part => part.Length > 0)) yield return $"      {string.Join("; ", parts.Where(part => part.Length > 0))}";
            }
        }
    }

    /// <summary>The reason of a candidate that no rule is against.</summary>
    private const string Unknown = "unknown";

    private static StatementEntry Widest(StatementEntry first, StatementEntry second) => first with
    {
        Accepts = [.. first.Accepts.Union(second.Accepts).Order(StringComparer.Ordinal)],
        Rows = Wider(first.Rows, second.Rows),
        Bytes = Wider(first.Bytes, second.Bytes),
        PerMinute = (int)Wider(first.PerMinute, second.PerMinute),
    };

    /// <summary>0 is any number.</summary>
    private static long Wider(long first, long second) => first == 0 || second == 0 ? 0 : Math.Max(first, second);

    private static string Limits(StatementEntry entry)
    {
        List<string> all = [];
        if (entry.Rows > 0) all.Add(string.Create(CultureInfo.InvariantCulture, $"{entry.Rows} rows"));
        if (entry.Bytes > 0) all.Add(string.Create(CultureInfo.InvariantCulture, $"{entry.Bytes} bytes"));
        if (entry.PerMinute > 0) all.Add(string.Create(CultureInfo.InvariantCulture, $"{entry.PerMinute} a minute"));
        if (entry.Accepts.Length > 0) all.Add($"accepts {string.Join(", ", entry.Accepts)}");
        return all.Count == 0 ? "" : $"at most {string.Join(", ", all)}";
    }

    private static string Short(string text) => text.Length > mostText ? text[..mostText] + " …" : text;
}
