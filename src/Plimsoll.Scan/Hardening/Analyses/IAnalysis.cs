using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>What no condition over single settings can say: a function over the whole tree, which a rule names.</summary>
internal interface IAnalysis
{
    /// <summary>`nginx-alias-traversal`: the file's name.</summary>
    string Id { get; }

    /// <summary>Places where what the rule asks for is not so.</summary>
    IEnumerable<Hit> Find(Judged judged);
}

/// <param name="Cause">The setting at fault.</param>
/// <param name="Scope">The block it stands in.</param>
/// <param name="Detail">What is wrong at this place, a sentence.</param>
/// <param name="Remedy">The exact line to write in its place; null for that of the rule.</param>
/// <param name="Needs">What would be needed to know; null when it is known.</param>
internal sealed record Hit(Setting Cause, Scope Scope, string Detail, string? Remedy = null, string? Needs = null);
