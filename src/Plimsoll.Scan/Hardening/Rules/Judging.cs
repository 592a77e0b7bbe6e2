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
        var (found, any) = (new List<HardeningFinding>(), false);
        foreach (var one in rule.Analysis is { } analysis ? analysis.Find(judged).Select(hit => Of(rule, hit)) : Conditions(rule, () => any = true))
            // What the version decides is unknown without it: what is there may be right.
            found.Add(applies.Truth is null ? one with { Answer = HardeningAnswer.CannotKnow, Needs = applies.Needs } : one);
        if (found.Count == 0 && (any || rule.Analysis is not null)) followed.Add(rule.Told.Id);
        // What is not known for one reason is told once.
        var distinct = found.DistinctBy(one => one.Answer == HardeningAnswer.CannotKnow ? (one.Answer, null, null, "", one.Needs) : (one.Answer, one.Place, one.Origin, one.Place is null && one.Origin is null ? one.Scope : "", one.Needs)).ToList();
        findings.AddRange(distinct.Take(MostPlaces));
        if (distinct.Count > MostPlaces)
            findings[^1] = findings[^1] with { Detail = string.Create(CultureInfo.InvariantCulture, $"{findings[^1].Detail} There are {distinct.Count - MostPlaces:N0} more places like this.").TrimStart() };
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
            foreach (var verdict in rule.Expect is Quantified quantified ? quantified.Failures(at) : [rule.Expect!.Evaluate(at)])
                if (verdict.Truth != true) yield return Of(rule, scope, verdict);
        }
    }

    private HardeningFinding Of(Rule rule, Scope scope, Verdict verdict)
    {
        var finding = Start(rule, scope) with
        {
            Answer = verdict.Truth is null ? HardeningAnswer.CannotKnow : HardeningAnswer.DoesNotFollow,
            Needs = verdict.Needs,
            Found = verdict.Cause is { IsGap: false } cause ? Line(cause) : null,
            Origin = verdict.Cause?.Origin,
            Remedy = judged.Application.Written(rule.Told.Remedy, verdict.Cause, scope),
        };
        return Placed(finding, rule, scope, verdict.Cause);
    }

    private HardeningFinding Of(Rule rule, Hit hit)
    {
        var finding = Start(rule, hit.Scope) with
        {
            Answer = hit.Needs is null ? HardeningAnswer.DoesNotFollow : HardeningAnswer.CannotKnow,
            Needs = hit.Needs,
            Found = Line(hit.Cause),
            Origin = hit.Cause.Origin,
            Detail = hit.Detail,
        };
        finding = Placed(finding, rule, hit.Scope, hit.Cause);
        return hit.Remedy is null ? finding with { ByHand = finding.ByHand ?? "what is right differs from place to place" } : finding with { Remedy = hit.Remedy };
    }

    private HardeningFinding Start(Rule rule, Scope scope) => new()
    {
        Rule = rule.Told,
        Application = judged.Configuration.Application,
        Answer = HardeningAnswer.DoesNotFollow,
        Scope = scope.ToString(),
        Remedy = rule.Told.Remedy,
        ByHand = rule.Told.Writing != RemedyWriting.ByHand ? null : rule.Told.ByHand ?? "the rule does not say that its remedy is exact",
    };

    /// <summary>In place of the line at fault; below the head of the block where nothing is written yet; at the top of the file outside of blocks.</summary>
    private HardeningFinding Placed(HardeningFinding finding, Rule rule, Scope scope, Setting? cause)
    {
        if (!judged.Application.IsWritten) return finding with { Kind = RemedyKind.Elsewhere };
        if (cause is { IsBlock: true, Origin.File: { } around } && cause.Key == rule.Told.RemedyIn) return finding with { Place = around, Column = cause.Origin.Column, Kind = RemedyKind.InsertBelow };
        if (cause is { IsGap: false, Origin.File: { } line } && !IsMember(rule, cause)) return finding with { Place = line, Column = cause.Origin.Column, Kind = RemedyKind.Replace };
        if (cause is { IsGap: false, Origin.Kind: not (OriginKind.VendorDefault or OriginKind.ImageDefault or OriginKind.File or OriginKind.Entrypoint) }) return finding with { Kind = RemedyKind.Elsewhere };
        var block = scope.Outwards.FirstOrDefault(outer => outer.Block.Key == rule.Told.RemedyIn) ?? (rule.Told.RemedyIn is { } key && judged.At(key) is [var first, ..] ? first : null) ?? scope;
        if (block.Parent is not null && block.Block.Origin.File is { } head) return finding with { Place = head, Column = block.Block.Origin.Column, Kind = RemedyKind.InsertBelow };
        var top = judged.Configuration.Settings.FirstOrDefault(setting => setting.Origin.File is not null)?.Origin.File;
        return top is { } file ? finding with { Place = file with { Line = null }, Kind = RemedyKind.InsertBelow } : finding with { Kind = RemedyKind.Elsewhere };
    }

    /// <summary>A list of which one member more is wanted: what is there stays.</summary>
    private static bool IsMember(Rule rule, Setting cause) => rule.Expect is Quantified { Quantity: Quantity.Any } any && any.Key == cause.Key;

    private static string Line(Setting setting) => setting.IsBlock ? $"{setting} {{ … }}" : setting.Arguments is [""] ? $"{setting.Key} \"\"" : setting.ToString();
}
