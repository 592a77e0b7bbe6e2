using System.Collections.Immutable;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Advisories;

/// <summary>Whether a version is affected.</summary>
public enum Verdict
{
    NotAffected,
    Affected,

    /// <summary>Versions cannot be compared, so that nothing can be said.</summary>
    Unknown,
}

/// <param name="Fixes">For an affected version the ones that have the fix, the lowest first.</param>
/// <param name="Reason">Why nothing can be said, part of a sentence; null unless the verdict is unknown.</param>
public readonly record struct VersionJudgement(Verdict Verdict, ImmutableArray<string> Fixes, string? Reason = null);

/// <summary>
/// Decides whether a version is affected, as the OSV schema evaluates (https://ossf.github.io/osv-schema/#evaluation): it is
/// when the list of versions has it or any range does. In a range the state of a version is what the last event that
/// reaches it says. `introduced` and `fixed` reach the versions from their own on, `last_affected` those behind it. Where a
/// range both begins and ends, it stays what it was before: `fixed` and `introduced` at one version join two ranges,
/// `introduced` and `fixed` make an empty one. `introduced: 0` reaches every version. A range with limits holds for
/// versions below the highest of them. Ranges of commits say nothing on versions.
/// </summary>
public static class AffectedVersions
{
    /// <param name="scheme">Order of versions of the package's ecosystem; null where it has none, so that only texts can be compared.</param>
    public static VersionJudgement Judge(AffectedPackage affected, string version, IVersionScheme? scheme)
    {
        string? reason = null;
        var isListed = IsListed(affected.Versions, version, scheme, ref reason);
        var isInRange = false;
        var only = true;
        List<string>? fixes = null;
        foreach (var range in affected.Ranges)
        {
            if (range.Kind == RangeKind.Git) continue; // Commits: the versions that they became are in the list.
            only = false;
            var order = scheme ?? (range.Kind == RangeKind.SemVer ? VersionSchemes.Named("semver") : null);
            if (!Contains(range, version, order, ref reason)) continue; // Not in this range, or the reason is kept.
            isInRange = true;
            if (LeastFix(range, version, order) is { } fix) (fixes ??= []).Add(fix);
        }
        if (!isListed && !isInRange)
        {
            if (reason is null && only && affected.Versions.IsEmpty && !affected.Ranges.IsEmpty) reason = "it is described by commits only";
            return new VersionJudgement(reason is null ? Verdict.NotAffected : Verdict.Unknown, [], reason);
        }
        if (!isInRange)
            foreach (var range in affected.Ranges)
                if (range.Kind != RangeKind.Git && LeastFix(range, version, scheme) is { } fix) (fixes ??= []).Add(fix);
        if (fixes is null) return new VersionJudgement(Verdict.Affected, []);
        fixes.Sort((left, right) => scheme is not null && scheme.TryCompare(left, right, out var order) && order != 0 ? order : string.CompareOrdinal(left, right));
        return new VersionJudgement(Verdict.Affected, [.. fixes.Distinct(StringComparer.Ordinal)]);
    }

    private static bool IsListed(ImmutableArray<string> versions, string version, IVersionScheme? scheme, ref string? reason)
    {
        if (versions.IsEmpty) return false;
        if (versions.Contains(version, StringComparer.Ordinal)) return true;
        if (scheme is null || !scheme.TryCompare(version, version, out _))
        {
            reason = $"`{version}` is no version that can be compared";
            return false;
        }
        foreach (var listed in versions)
            // A text that is no version is no other spelling of this one either.
            if (scheme.TryCompare(listed, version, out var order) && order == 0) return true;
        return false;
    }

    private static bool Contains(AffectedRange range, string version, IVersionScheme? scheme, ref string? reason)
    {
        var (hasLimit, isBelowLimit) = (false, false);
        foreach (var at in range.Events)
        {
            if (at is { Kind: RangeEventKind.Limit, Version: "*" }) isBelowLimit = true; // The schema's word for no limit at all.
            else if (!TryCompare(scheme, version, at, out var order))
            {
                reason = scheme is null ? $"nothing says how `{version}` and `{at.Version}` compare" : $"`{version}` and `{at.Version}` cannot be compared";
                return false;
            }
            else if (at.Kind == RangeEventKind.Limit)
            {
                hasLimit = true;
                isBelowLimit |= order < 0;
            }
        }
        return (!hasLimit || isBelowLimit) && IsAffectedAt(range, version, scheme);
    }

    /// <summary>Whether the last place with events that reach a version began a range. Where it also ended one, the place before decides. All are comparable.</summary>
    private static bool IsAffectedAt(AffectedRange range, string version, IVersionScheme? scheme)
    {
        RangeEvent? bound = null;
        while (true)
        {
            RangeEvent? last = null;
            var (begins, ends) = (false, false);
            foreach (var at in range.Events)
            {
                if (at.Kind == RangeEventKind.Limit || !Reaches(at, version, scheme) || (bound is { } before && Compare(at, before, scheme) >= 0)) continue; // It says nothing on this version, or was seen.
                var order = last is { } latest ? Compare(at, latest, scheme) : 1;
                if (order < 0) continue; // An earlier place.
                if (order > 0) (last, begins, ends) = (at, false, false);
                begins |= at.Kind == RangeEventKind.Introduced;
                ends |= at.Kind != RangeEventKind.Introduced;
            }
            if (last is null || begins != ends) return begins;
            bound = last;
        }
    }

    private static bool Reaches(RangeEvent at, string version, IVersionScheme? scheme)
    {
        TryCompare(scheme, version, at, out var order);
        return at.Kind == RangeEventKind.LastAffected ? order > 0 : order >= 0;
    }

    private static int Compare(RangeEvent left, RangeEvent right, IVersionScheme? scheme)
    {
        if (IsStart(left) || IsStart(right)) return IsStart(right).CompareTo(IsStart(left));
        scheme!.TryCompare(left.Version, right.Version, out var order);
        return order;
    }

    private static string? LeastFix(AffectedRange range, string version, IVersionScheme? scheme)
    {
        string? least = null;
        foreach (var at in range.Events)
            if (at.Kind == RangeEventKind.Fixed && TryCompare(scheme, version, at, out var order) && order < 0
                && (least is null || (scheme!.TryCompare(at.Version, least, out var before) && before < 0)))
                least = at.Version;
        return least;
    }

    private static bool IsStart(RangeEvent at) => at is { Kind: RangeEventKind.Introduced, Version: "0" };

    private static bool TryCompare(IVersionScheme? scheme, string version, RangeEvent at, out int order)
    {
        order = 1;
        return IsStart(at) || (scheme is not null && scheme.TryCompare(version, at.Version, out order));
    }
}
