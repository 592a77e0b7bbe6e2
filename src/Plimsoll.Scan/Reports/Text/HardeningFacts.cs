using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>What a person reads of hardening, said the same way in every format.</summary>
internal static class HardeningFacts
{
    /// <summary>`2 high, 5 low not followed; 1 cannot be known; 38 followed`.</summary>
    public static string Counts(HardeningResult hardening)
    {
        var bad = hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).ToList();
        var unknown = Rules(hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.CannotKnow));
        var severities = Enum.GetValues<HardeningSeverity>().Reverse().Select(severity => (severity, Count: Rules(bad.Where(finding => finding.Rank == severity)))).Where(row => row.Count > 0)
            .Select(row => $"{Facts.Number(row.Count)} {Word(row.severity)}").ToList();
        List<string> parts = [];
        if (severities.Count > 0) parts.Add($"{string.Join(", ", severities)} not followed");
        if (unknown > 0) parts.Add($"{Facts.Number(unknown)} cannot be known");
        if (!hardening.Followed.IsEmpty) parts.Add($"{Facts.Number(hardening.Followed.Length)} followed");
        if (parts.Count == 0) parts.Add(hardening.Notes.IsEmpty ? "no recommendation applies" : $"not judged: {hardening.Notes[0]}");
        return string.Join("; ", parts);
    }

    public static string Word(HardeningSeverity severity) => severity.ToString().ToLowerInvariant();

    /// <summary>`The service web publishes port 80 of the host. Each finding ranks one step higher for it.`</summary>
    public static string Exposed(Exposure exposure) => exposure.Reach switch
    {
        Reach.Published => $"{exposure.Reason} Findings rank one step higher for it.",
        Reach.Nobody => $"{exposure.Reason} Findings rank one step lower for it.",
        _ => exposure.Reason,
    };

    /// <summary>`high`, or `unknown` where it cannot be known.</summary>
    public static string Severity(HardeningFinding finding) => finding.Answer == HardeningAnswer.CannotKnow ? "unknown" : Word(finding.Rank);

    /// <summary>`server_tokens on (default of nginx)`, `/etc/nginx/nginx.conf:3:5: server_tokens on`, or what would be needed.</summary>
    public static string Found(HardeningFinding finding)
    {
        if (finding.Needs is { } needs) return $"needs {needs}";
        if (finding.Found is not { } found) return finding.Scope.Length > 0 ? $"not set in {finding.Scope}" : "not set";
        return finding.Origin is { Kind: OriginKind.File } origin ? $"{origin}: {found}" : $"{found} ({finding.Origin})";
    }

    /// <summary>Where to write what; `` for nothing.</summary>
    public static string Write(HardeningFinding finding)
    {
        if (finding.Answer == HardeningAnswer.CannotKnow) return "";
        return finding.Kind switch
        {
            RemedyKind.Replace => $"replace {finding.Place} with",
            RemedyKind.InsertBelow when finding.Place is { Line: not null } => $"below {finding.Place} write",
            RemedyKind.InsertBelow => $"in {finding.Place} write",
            _ => "write",
        };
    }

    /// <summary>`2 files clear 5 recommendations; 7 are left`.</summary>
    public static string Remedied(Remedies remedies)
    {
        var left = Rules(remedies.Left.Select(one => one.Finding));
        var changes = remedies.Files.Length + remedies.Instructions.Length;
        var written = changes == 0 ? "nothing has an exact remedy" : $"{Facts.Number(changes)} {(changes == 1 ? "change clears" : "changes clear")} {Facts.Number(remedies.Cleared.Length)} {(remedies.Cleared.Length == 1 ? "recommendation" : "recommendations")}";
        return left == 0 ? written : $"{written}; {Facts.Number(left)} {(left == 1 ? "is" : "are")} left";
    }

    private static int Rules(IEnumerable<HardeningFinding> findings) => findings.DistinctBy(finding => finding.Rule.Id).Count();
}
