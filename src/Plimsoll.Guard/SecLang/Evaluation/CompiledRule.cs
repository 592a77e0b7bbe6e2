using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;
using Plimsoll.Guard.SecLang.Transformations;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>A rule ready to be asked, with what it is chained to. Immutable.</summary>
internal sealed class CompiledRule
{
    public required Rule Source { get; init; }

    /// <summary>Place among all rules, from 0: what removals at run time name. The same within a chain.</summary>
    public required int Number { get; init; }

    /// <summary>Of the whole set, with rules and markers counted.</summary>
    public required int Order { get; init; }

    public required CompiledTarget[] Targets { get; init; }

    /// <summary>Taken out of what the targets name.</summary>
    public required CompiledTarget[] Excluded { get; init; }

    /// <summary>Null for a SecAction.</summary>
    public Probe? Probe { get; init; }

    public bool IsNegated { get; init; }

    /// <summary>Whether a match counts only where it is more than words; null when it always does.</summary>
    public Overruling? Overruling { get; init; }

    /// <summary>The argument of the probe, when it has macros.</summary>
    public Macro? Argument { get; init; }

    /// <summary>Node of the chain of transformations; 0 for the value as it is.</summary>
    public int Form { get; init; }

    /// <summary>With multiMatch every node on the way, the value as it is first.</summary>
    public int[]? Forms { get; init; }

    public bool Captures { get; init; }

    /// <summary>What is done for each value that matches, in order.</summary>
    public required Effect[] Effects { get; init; }

    public CompiledRule? Next { get; init; }

    // What follows once the whole chain matched; of its first rule alone.
    public Disruption Disruption { get; init; }
    public int Status { get; init; }

    /// <summary>Where a refused client is sent; null for nowhere.</summary>
    public Redirection? Redirection { get; init; }

    /// <summary>Order from which the phase goes on; 0 for the next rule.</summary>
    public int GoesOnAt { get; init; }

    /// <summary>Rules of the phase that are left out after it.</summary>
    public int Skips { get; init; }

    /// <summary>Whether a match is told in the event.</summary>
    public bool IsLogged { get; init; }

    /// <summary>What it says of itself, and what it shows of the message; null for nothing.</summary>
    public Macro? Message { get; init; }
    public Macro? Evidence { get; init; }

    /// <summary>What a value must have for the first test of a chain.</summary>
    public ValueNeeds Needs { get; init; } = ValueNeeds.Nothing;

    /// <summary>Its place in sets of rules that are chosen beforehand; -1 when it is always asked.</summary>
    public int Bit { get; set; } = -1;

    public int Id => Source.Id;
}

/// <summary>What a match does with the message.</summary>
internal enum Disruption : byte
{
    None,
    Deny,
    /// <summary>No rule is asked any more, but for those of phase 5.</summary>
    Allow,
    /// <summary>No further rule of this phase.</summary>
    AllowPhase,
    /// <summary>No further rule of the phases of the request.</summary>
    AllowRequest,
}

/// <summary>One variable, or members of it.</summary>
internal sealed class CompiledTarget
{
    public required Variable Variable { get; init; }
    public required Selection Selection { get; init; }
    public required byte[] Name { get; init; }
    public Probe? Pattern { get; init; }
    public bool IsCount { get; init; }

    /// <summary>Place of a note of TX that is named; -1 otherwise.</summary>
    public int Slot { get; init; } = -1;

    public bool Takes(ReadOnlySpan<byte> member, Effort effort) => Selection switch
    {
        Selection.All => true,
        Selection.Name => System.Text.Ascii.EqualsIgnoreCase(Name, member),
        _ => Pattern!.Ask(member, Bytes.Empty, null, effort) != Answer.No, // What cannot be known is looked at.
    };

    /// <summary>Whether it takes out a member of a variable: `!ARGS:x` and `!ARGS_NAMES:x`, each of its own variable.</summary>
    public bool Excludes(Variable variable, ReadOnlySpan<byte> member, Effort effort) => Variable == variable && (Selection == Selection.Pattern ? Pattern!.Ask(member, Bytes.Empty, null, effort) == Answer.Yes : Takes(member, effort));
}

/// <summary>One step of a chain of transformations; chains that begin alike share their steps.</summary>
internal readonly record struct Form(int Before, Transformation Transformation);
