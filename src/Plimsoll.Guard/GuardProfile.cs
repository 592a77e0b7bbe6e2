using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard;

/// <summary>What a person does with profiles. Results are texts for a terminal.</summary>
public static class GuardProfile
{
    /// <summary>Characters of a shape in a list.</summary>
    private const int mostText = 200;

    /// <summary>What is permitted, and what waits.</summary>
    /// <exception cref="PlimsollException">A file has faults.</exception>
    public static string Show(string file)
    {
        var text = new StringBuilder();
        Write(text, Existing(file), "");
        var waiting = ProfileFile.Read(ProfileFile.Candidates(file));
        if (waiting.Statements > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Waiting in {ProfileFile.Candidates(file)}:\n");
            Write(text, waiting, "? ");
        }
        return text.ToString();
    }

    /// <summary>What one has and the other has not: `-` only the first, `+` only the second, `~` other limits.</summary>
    /// <returns>Empty when they permit the same.</returns>
    /// <exception cref="PlimsollException">A file has faults.</exception>
    public static string Diff(string before, string after)
    {
        var first = Existing(before).All.ToDictionary(one => (one.Identity, one.Entry.Text), one => one.Entry);
        var second = Existing(after).All.ToDictionary(one => (one.Identity, one.Entry.Text), one => one.Entry);
        var text = new StringBuilder();
        foreach (var key in first.Keys.Union(second.Keys).OrderBy(key => key.Identity).ThenBy(key => key.Text, StringComparer.Ordinal))
        {
            var (old, now) = (first.GetValueOrDefault(key), second.GetValueOrDefault(key));
            var sign = old is null ? "+" : now is null ? "-" : Limits(old) != Limits(now) ? "~" : "";
            if (sign.Length == 0) continue;
            var entry = now ?? old!;
            text.Append(CultureInfo.InvariantCulture, $"{sign} {entry.Id}  {key.Identity}\n    {Short(entry.Text)}\n");
            if (sign == "~") text.Append(CultureInfo.InvariantCulture, $"    {Limits(old!)}, then {Limits(now!)}\n");
        }
        return text.ToString();
    }

    /// <summary>Writes what any of the files permits, with the widest limits, into another.</summary>
    /// <exception cref="PlimsollException">A file has faults, or cannot be written.</exception>
    public static string Merge(IReadOnlyList<string> files, string into)
    {
        var all = files.SelectMany(file => Existing(file).All).GroupBy(one => (one.Identity, one.Entry.Text))
            .Select(group => (group.Key.Identity, group.Select(one => one.Entry).Aggregate(Widest))).ToList();
        ProfileFile.Write(into, Profile.Of(all));
        return $"{into} has {all.Count} statements of {files.Count} profiles.\n";
    }

    /// <summary>Makes candidates part of the profile, with the rules that are against them accepted.</summary>
    /// <param name="ids">Of shapes; `all` for every one that no rule is against.</param>
    /// <exception cref="PlimsollException">A file has faults, or an id is not there.</exception>
    public static string Accept(string file, IReadOnlyList<string> ids)
    {
        var profile = ProfileFile.Read(file);
        var candidates = ProfileFile.Candidates(file);
        var waiting = ProfileFile.Read(candidates).All.ToList();
        var chosen = waiting.Where(one => ids.Contains(one.Entry.Id) || (ids.Contains("all") && one.Entry.Reason == "unknown")).ToList();
        var missing = ids.Where(id => id != "all" && !chosen.Exists(one => one.Entry.Id == id)).ToList();
        if (missing.Count > 0) throw new PlimsollException("guard-profile", $"{candidates} has no shape {string.Join(", ", missing)}.", "`plimsoll guard profile show FILE` lists those that wait; an event has the id as `shape`.");
        var accepted = chosen.Select(one => (one.Identity, one.Entry with { Accepts = one.Entry.Reason == "unknown" ? [] : [.. one.Entry.Reason.Split(' ')], Reason = "" })).ToList();
        ProfileFile.Write(file, Profile.Of([.. accepted, .. profile.All]));
        ProfileFile.Write(candidates, Profile.Of(waiting.Except(chosen)));
        return $"{file} has {accepted.Count} statements more.\n";
    }

    private static Profile Existing(string file) => File.Exists(file) ? ProfileFile.Read(file) : throw new PlimsollException("guard-profile", $"{file} does not exist.", "Name a profile; `plimsoll guard postgres --mode learn` writes one.");

    private static StatementEntry Widest(StatementEntry first, StatementEntry second) => first with
    {
        Accepts = [.. first.Accepts.Union(second.Accepts).Order(StringComparer.Ordinal)],
        Rows = Wider(first.Rows, second.Rows),
        Bytes = Wider(first.Bytes, second.Bytes),
        PerMinute = (int)Wider(first.PerMinute, second.PerMinute),
    };

    /// <summary>0 is any number.</summary>
    private static long Wider(long first, long second) => first == 0 || second == 0 ? 0 : Math.Max(first, second);

    private static void Write(StringBuilder text, Profile profile, string sign)
    {
        foreach (var (identity, statements) in profile.Postgres)
        {
            text.Append(CultureInfo.InvariantCulture, $"{identity}: {statements.Count} statements\n");
            foreach (var entry in statements)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {sign}{entry.Id}  {Short(entry.Text)}\n");
                string[] parts =
                [
                    entry.Reads.Length > 0 ? $"reads {string.Join(", ", entry.Reads)}" : "", entry.Writes.Length > 0 ? $"writes {string.Join(", ", entry.Writes)}" : "",
                    entry.Functions.Length > 0 ? $"calls {string.Join(", ", entry.Functions)}" : "", Limits(entry), entry.Reason.Length > 0 ? $"refused: {entry.Reason}" : "",
                ];
                if (parts.Any(part => part.Length > 0)) text.Append(CultureInfo.InvariantCulture, $"      {string.Join("; ", parts.Where(part => part.Length > 0))}\n");
            }
        }
    }

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
