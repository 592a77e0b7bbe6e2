using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Analyses;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>Holds one configuration against its rules.</summary>
internal sealed class Judging(Judged judged)
{
    /// <summary>Places of one rule that are told; the last says how many more there are.</summary>
    public const int MostPlaces = 20;

    private readonly List<HardeningFinding> findings = [];
    private readonly List<string> followed = [];

    public IReadOnlyList<HardeningFinding> Findings => findings;
    public IReadOnlyList<string> Followed => followed;

    public void Judge(Rule rule)
    {
        var applies = rule.Versions?.Evaluate(new Situation(judged, judged.Root)) ?? new Verdict(true);
        if (applies.Truth == false) return;
        var (count, any) = (0, false);
        var seen = new HashSet<(HardeningAnswer, Location?, Origin?, string, string?)>();
        foreach (var one in rule.Analysis is { } analysis ? analysis.Find(judged).Select(hit => Of(rule, hit)) : Conditions(rule, () => any = true))
        {
            // What the version decides is unknown without it: what is there may be right.
            var finding = applies.Truth is null ? one with { Answer = HardeningAnswer.CannotKnow, Needs = applies.Needs } : one;
            // What is not known for one reason is told once.
            if (!seen.Add(finding.Answer == HardeningAnswer.CannotKnow ? (finding.Answer, null, null, "", finding.Needs) : (finding.Answer, finding.Place, finding.Origin, finding.Place is null && finding.Origin is null ? finding.Scope : "", finding.Needs))) continue;
            if (++count <= MostPlaces) findings.Add(finding);
        }
        if (count == 0 && (any || rule.Analysis is not null)) followed.Add(rule.Told.Id);
        if (count > MostPlaces)
            findings[^1] = findings[^1] with { Detail = string.Create(CultureInfo.InvariantCulture, $"{findings[^1].Detail} There are {count - MostPlaces:N0} more places like this.").TrimStart() };
    }

    private IEnumerable<HardeningFinding> Conditions(Rule rule, Action judgedOne)
    {
        foreach (var scope in rule.Scopes.SelectMany(judged.At))
        {
            var at = new Situation(judged, scope);
            if (rule.When?.Evaluate(at) is { Truth: not true } when)
            {
                if (when.Truth is null) yield return Of(rule, scope, when);
                continue; // Not what the rule is about.
            }
            if (rule.Unless?.Evaluate(at).Truth == true) continue; // A known false alarm.
            judgedOne();
            var whole = rule.Expect!.Evaluate(at);
            if (whole.Truth == true) continue;
            foreach (var verdict in rule.Expect is Quantified quantified ? quantified.Failures(at, whole) : [whole]) yield return Of(rule, scope, verdict);
        }
    }

    private HardeningFinding Of(Rule rule, Scope scope, Verdict verdict)
    {
        var (place, column, kind) = Placed(rule, scope, verdict.Cause);
        return new()
        {
            Rule = rule.Told,
            Application = judged.Configuration.Application,
            Answer = verdict.Truth is null ? HardeningAnswer.CannotKnow : HardeningAnswer.DoesNotFollow,
            Scope = scope.ToString(),
            Needs = verdict.Needs,
            Found = verdict.Cause is { IsGap: false } cause ? Line(cause) : null,
            Origin = verdict.Cause?.Origin,
            Place = place,
            Column = column,
            Kind = kind,
            Remedy = judged.Application.Written(rule.Told.Remedy, verdict.Cause, scope),
            ByHand = ByHand(rule),
        };
    }

    private HardeningFinding Of(Rule rule, Hit hit)
    {
        var (place, column, kind) = Placed(rule, hit.Scope, hit.Cause);
        return new()
        {
            Rule = rule.Told,
            Application = judged.Configuration.Application,
            Answer = hit.Needs is null ? HardeningAnswer.DoesNotFollow : HardeningAnswer.CannotKnow,
            Scope = hit.Scope.ToString(),
            Needs = hit.Needs,
            Found = Line(hit.Cause),
            Origin = hit.Cause.Origin,
            Place = place,
            Column = column,
            Kind = kind,
            Detail = hit.Detail,
            Remedy = hit.Remedy ?? rule.Told.Remedy,
            ByHand = ByHand(rule) ?? (hit.Remedy is null ? "what is right differs from place to place" : null),
        };
    }

    private static string? ByHand(Rule rule) => rule.Told.Writing != RemedyWriting.ByHand ? null : rule.Told.ByHand ?? "the rule does not say that its remedy is exact";

    /// <summary>In place of the line at fault; below the head of the block where nothing is written yet; at the top of the file outside of blocks.</summary>
    private (Location? Place, int Column, RemedyKind Kind) Placed(Rule rule, Scope scope, Setting? cause)
    {
        if (!judged.Application.IsWritten) return (null, 0, RemedyKind.Elsewhere);
        if (cause is { IsBlock: true, Origin.File: { } around } && cause.Key == rule.Told.RemedyIn) return (around, cause.Origin.Column, RemedyKind.InsertBelow);
        if (cause is { IsGap: false, Origin.File: { } line } && !IsMember(rule, cause)) return (line, cause.Origin.Column, RemedyKind.Replace);
        if (cause is { IsGap: false, Origin.Kind: not (OriginKind.VendorDefault or OriginKind.ImageDefault or OriginKind.File or OriginKind.Entrypoint) }) return (null, 0, RemedyKind.Elsewhere);
        var block = scope.Outwards.FirstOrDefault(outer => outer.Block.Key == rule.Told.RemedyIn) ?? (rule.Told.RemedyIn is { } key && judged.At(key) is [var first, ..] ? first : null) ?? scope;
        if (block.Parent is not null && block.Block.Origin.File is { } head) return (head, block.Block.Origin.Column, RemedyKind.InsertBelow);
        return judged.Configuration.Settings.FirstOrDefault(setting => setting.Origin.File is not null)?.Origin.File is { } file ? (file with { Line = null }, 0, RemedyKind.InsertBelow) : (null, 0, RemedyKind.Elsewhere);
    }

    /// <summary>A list of which one member more is wanted: what is there stays.</summary>
    private static bool IsMember(Rule rule, Setting cause) => rule.Expect is Quantified { Quantity: Quantity.Any } any && any.Key == cause.Key;

    private static string Line(Setting setting) => setting.IsBlock ? $"{setting} {{ … }}" : setting.Arguments is [""] ? $"{setting.Key} \"\"" : setting.ToString();
}
