using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>A condition over settings in force; the language is in docs/hardening.md.</summary>
internal abstract record Condition
{
    public abstract Verdict Evaluate(in Situation at);
}

/// <param name="It">The setting that a quantifier looks at; null outside of one.</param>
internal readonly record struct Situation(Judged Judged, Scope Scope, Setting? It = null);

/// <summary>Of unknown and false, false decides: `and` as in Kleene's logic.</summary>
internal sealed record AllOf(ImmutableArray<Condition> Parts) : Condition
{
    public override Verdict Evaluate(in Situation at)
    {
        Verdict? unknown = null;
        var last = new Verdict(true);
        foreach (var part in Parts)
        {
            last = part.Evaluate(at);
            if (last.Truth == false) return last;
            if (last.Truth is null) unknown ??= last;
        }
        return unknown ?? last;
    }
}

internal sealed record AnyOf(ImmutableArray<Condition> Parts) : Condition
{
    public override Verdict Evaluate(in Situation at)
    {
        Verdict? unknown = null, failed = null;
        foreach (var part in Parts)
        {
            var one = part.Evaluate(at);
            if (one.Truth == true) return one;
            if (one.Truth is null) unknown ??= one;
            // The cause of a failure is a setting that is there rather than one that is not.
            else if (failed?.Cause is null) failed = one;
        }
        return unknown ?? failed ?? new Verdict(false);
    }
}

internal sealed record Not(Condition Part) : Condition
{
    public override Verdict Evaluate(in Situation at) => Part.Evaluate(at).Negated;
}

internal enum Quantity
{
    Any,
    All,
    None,
}

/// <summary>Looks at every setting in force of a key; a block is the scope of what is asked about it.</summary>
internal sealed record Quantified(Quantity Quantity, string Key, Condition Part) : Condition
{
    public override Verdict Evaluate(in Situation at)
    {
        var found = at.Judged.Application.Find(at.Scope, Key);
        Verdict? unknown = null;
        for (var i = 0; i < found.Settings.Count; i++)
        {
            var setting = found.Settings[i];
            var one = Of(setting, at);
            if (one.Truth is null) unknown ??= one with { Cause = setting };
            else if (one.Truth == (Quantity != Quantity.All)) return new Verdict(Quantity == Quantity.Any, setting);
        }
        if (unknown is { } not) return not;
        if (found.Gap is { } gap) return Verdict.Unknown(gap.Needs!, gap);
        return new Verdict(Quantity != Quantity.Any, found.Settings.Count > 0 ? found.Settings[^1] : null);
    }

    /// <summary>Every setting for which it fails, where one is enough to fail; else what it comes to as a whole.</summary>
    public IEnumerable<Verdict> Failures(Situation at, Verdict whole)
    {
        var failed = Quantity == Quantity.Any ? [] : at.Judged.Application.Find(at.Scope, Key).Settings.Where(setting => Of(setting, at).Truth == (Quantity != Quantity.All)).ToList();
        return failed.Count > 0 ? failed.Select(setting => new Verdict(false, setting)) : [whole];
    }

    private Verdict Of(Setting setting, in Situation at) => Part.Evaluate(at with { It = setting, Scope = setting.IsBlock ? new Scope(setting, at.Scope) : at.Scope });
}

/// <summary>Compares one value.</summary>
internal sealed record Test(Operand Operand, Operator Operator, ImmutableArray<string> Values, Lazy<Regex>? Pattern) : Condition
{
    public override Verdict Evaluate(in Situation at)
    {
        var reading = Operand.Read(at);
        if (reading.Needs is { } needs) return Verdict.Unknown(needs, reading.Setting);
        var setting = reading.Setting;
        switch (Operator)
        {
            case Operator.IsSet: return new Verdict(setting is not null && setting.Origin.Kind != OriginKind.VendorDefault, setting);
            case Operator.Less or Operator.AtMost or Operator.More or Operator.AtLeast: return Compare(reading);
        }
        if (Operator == Operator.Differs)
        {
            foreach (var value in Values)
                if (Operand.Same(reading.Text, value)) return new Verdict(false, setting);
            return new Verdict(true, setting);
        }
        if (reading.Text is not { } text) return new Verdict(false, setting);
        foreach (var value in Values)
            if (Operator switch
            {
                Operator.Equals => Operand.Same(text, value),
                Operator.Has => setting?.Arguments.Contains(value, StringComparer.OrdinalIgnoreCase) == true,
                Operator.Contains => text.Contains(value, StringComparison.OrdinalIgnoreCase),
                Operator.Starts => text.StartsWith(value, StringComparison.OrdinalIgnoreCase),
                Operator.Ends => text.EndsWith(value, StringComparison.OrdinalIgnoreCase),
                _ => Pattern!.Value.IsMatch(text),
            }) return new Verdict(true, setting);
        return new Verdict(false, setting);
    }

    private Verdict Compare(Reading reading)
    {
        if (reading.Text is not { } text) return new Verdict(false, reading.Setting);
        if (Operand.Order(text, Values[0]) is not { } order) return Verdict.Unknown($"a value that is a {Operand.Unit}, where there is `{text}`", reading.Setting);
        return new Verdict(Operator switch
        {
            Operator.Less => order < 0,
            Operator.AtMost => order <= 0,
            Operator.More => order > 0,
            _ => order >= 0,
        }, reading.Setting);
    }
}

internal enum Operator
{
    IsSet,
    Equals,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
    Has,
    Contains,
    Starts,
    Ends,
    Matches,
}
