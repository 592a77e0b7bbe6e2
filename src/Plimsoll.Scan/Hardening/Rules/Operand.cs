using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>A value and the setting that it is from.</summary>
internal readonly record struct Reading(Setting? Setting, string? Text, string? Needs = null);

internal enum Measure
{
    Text,
    Number,
    Size,
    Time,
    Count,
    Version,
}

/// <summary>What a test looks at.</summary>
/// <param name="Key">A setting's key; null for the setting that a quantifier looks at, or the version.</param>
/// <param name="Index">Which argument; null for all of them as one text.</param>
internal sealed record Operand(Measure Measure, string? Key, int? Index)
{
    public string Unit => Measure switch
    {
        Measure.Size => "size",
        Measure.Time => "time",
        Measure.Version => "version",
        _ => "number",
    };

    public Reading Read(in Situation at)
    {
        if (Measure == Measure.Version)
        {
            var version = at.Judged.Configuration.Version;
            return new Reading(null, version, version is null ? $"the version of {at.Judged.Configuration.Application}" : null);
        }
        if (Key is null) return Of(at.It);
        var found = at.Judged.Application.Find(at.Scope, Key);
        if (found.Gap is { } gap) return new Reading(gap, null, gap.Needs);
        if (Measure == Measure.Count) return new Reading(found.Settings.Count > 0 ? found.Settings[^1] : null, Quantities.Text(found.Settings.Count));
        return Of(found.Settings.Count > 0 ? found.Settings[^1] : at.Judged.Default(Key));
    }

    public bool Same(string? text, string value)
    {
        if (text is null) return false;
        return Measure is Measure.Text ? text.Equals(value, StringComparison.OrdinalIgnoreCase) : Order(text, value) == 0;
    }

    /// <summary>Null when one of them is no such quantity.</summary>
    public int? Order(string left, string right) => Measure switch
    {
        Measure.Version => Version(left, right),
        Measure.Size => Quantities.Compare(Quantities.Size(left), Quantities.Size(right)),
        Measure.Time => Quantities.Compare(Quantities.Seconds(left), Quantities.Seconds(right)),
        _ => Quantities.Compare(Quantities.Number(left), Quantities.Number(right)),
    };

    private static int? Version(string left, string right) => VersionSchemes.Named("generic")!.TryCompare(left, right, out var order) ? order : null;

    private Reading Of(Setting? setting)
    {
        if (setting is null) return new Reading(null, null);
        if (setting.Needs is { } needs) return new Reading(setting, null, needs);
        if (Index is not { } index) return new Reading(setting, setting.Value);
        return new Reading(setting, index < setting.Arguments.Length ? setting.Arguments[index] : null);
    }
}
