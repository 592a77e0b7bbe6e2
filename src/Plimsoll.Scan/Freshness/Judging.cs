using Plimsoll.Core.Findings;
using Plimsoll.Core.Lifecycles;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Freshness;

/// <summary>What a product's lifecycle means for one version of it on one day.</summary>
internal static class Judging
{
    /// <param name="codename">Of the release, where the version is not known by number.</param>
    public static SupportFinding Judge(Lifecycle product, SupportSubject subject, string? version, string? codename, DateOnly today)
    {
        var finding = new SupportFinding { Subject = subject, Product = product.Id, Title = product.Title, Version = version };
        if (CycleOf(product, version, codename) is not { } cycle) return finding with { MoveTo = Newest(product, until: null, today) };
        return finding with
        {
            Cycle = cycle.Name,
            Codename = cycle.Codename,
            IsLongTerm = cycle.LongTermSupport.IsPast(today) == true,
            EndOfActiveSupport = cycle.EndOfActiveSupport,
            EndOfLife = cycle.EndOfLife,
            EndOfExtendedSupport = cycle.EndOfExtendedSupport,
            Phase = Phase(cycle, today),
            DaysLeft = cycle.EndOfLife.Date is { } end ? end.DayNumber - today.DayNumber : null,
            Latest = cycle.Latest,
            LatestReleased = cycle.LatestReleased,
            IsBehind = subject != SupportSubject.System && version is not null && cycle.Latest is not null && VersionSchemes.Named("generic")!.TryCompare(version, cycle.Latest, out var order) ? order < 0 : null,
            MoveTo = Newest(product, cycle, today),
        };
    }

    /// <summary>The cycle whose name the version begins with, up to where a number ends; the longest name wins (`9.6` before `9`).</summary>
    internal static ReleaseCycle? CycleOf(Lifecycle product, string? version, string? codename)
    {
        ReleaseCycle? best = null;
        foreach (var cycle in product.Cycles)
            if (version is not null ? Begins(version, cycle.Name) && cycle.Name.Length > (best?.Name.Length ?? 0) : codename is not null && best is null && IsNamed(cycle, codename)) best = cycle;
        return best;
    }

    private static bool Begins(string version, string cycle) =>
        version.StartsWith(cycle, StringComparison.OrdinalIgnoreCase) && (version.Length == cycle.Length || !char.IsAsciiDigit(version[cycle.Length]));

    /// <summary>os-release has `bookworm` and `noble` where the data have `Bookworm` and `Noble Numbat`.</summary>
    private static bool IsNamed(ReleaseCycle cycle, string codename) => cycle.Codename?.Split(' ')[0].Equals(codename, StringComparison.OrdinalIgnoreCase) == true;

    private static SupportPhase Phase(ReleaseCycle cycle, DateOnly today) => cycle.EndOfLife.IsPast(today) switch
    {
        null => SupportPhase.Unknown,
        true => cycle.EndOfExtendedSupport.IsPast(today) == false && cycle.EndOfExtendedSupport.Date is not null ? SupportPhase.Extended : SupportPhase.Ended,
        false => cycle.EndOfActiveSupport.IsPast(today) == true ? SupportPhase.Security : SupportPhase.Active,
    };

    /// <summary>Of the cycles that are newer than a given one, out and not past their end: the newest with long-term support, else the newest.</summary>
    private static SupportedCycle? Newest(Lifecycle product, ReleaseCycle? until, DateOnly today)
    {
        var supported = product.Cycles.TakeWhile(cycle => cycle != until)
            .Where(cycle => cycle.Released is { } released && released <= today && cycle.EndOfLife.IsPast(today) == false && cycle.Discontinued.IsPast(today) != true).ToList();
        var chosen = supported.Find(cycle => cycle.LongTermSupport.IsPast(today) == true) ?? supported.FirstOrDefault();
        return chosen is null ? null : new SupportedCycle(chosen.Name, chosen.Latest, chosen.LongTermSupport.IsPast(today) == true, chosen.EndOfLife);
    }
}
