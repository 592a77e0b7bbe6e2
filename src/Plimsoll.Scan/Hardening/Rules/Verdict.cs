using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>What a condition comes to, in three-valued logic.</summary>
/// <param name="Truth">Null when it cannot be known.</param>
/// <param name="Cause">The setting that decided it; null when the absence of one did.</param>
/// <param name="Needs">What would be needed to know, a clause.</param>
internal readonly record struct Verdict(bool? Truth, Setting? Cause = null, string? Needs = null)
{
    public static Verdict Unknown(string needs, Setting? cause = null) => new(null, cause, needs);

    public Verdict Negated => this with { Truth = !Truth };
}
