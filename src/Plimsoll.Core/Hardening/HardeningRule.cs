using System.Collections.Immutable;

namespace Plimsoll.Core.Hardening;

/// <summary>What a vendor recommends, as reports tell it.</summary>
public sealed record HardeningRule
{
    /// <summary>`nginx/server-tokens`: folder and name of its file.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }
    public required HardeningSeverity Severity { get; init; }

    /// <summary>What follows when the recommendation is not followed.</summary>
    public required string Why { get; init; }

    /// <summary>Versions of the application that it is for, `&gt;= 1.27.3`; null for all.</summary>
    public string? Versions { get; init; }

    /// <summary>Blocks that are judged each for itself, `http/server, location`; null for the configuration as a whole.</summary>
    public string? Scope { get; init; }

    /// <summary>Only where this holds, in the language of conditions; null for everywhere.</summary>
    public string? When { get; init; }

    /// <summary>Not where this holds: a known false alarm; null for none.</summary>
    public string? Unless { get; init; }

    /// <summary>The exact text to write.</summary>
    public required string Remedy { get; init; }

    /// <summary>The block that the text belongs to where nothing is to be replaced, `http`; null for the top of the file.</summary>
    public string? RemedyIn { get; init; }

    public RemedyWriting Writing { get; init; }

    /// <summary>What is taken out of the line at fault: words, or runs of words with one blank between them; empty unless that is how it is written.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>Why nothing but a person can apply the remedy, a clause; null when the rule does not say.</summary>
    public string? ByHand { get; init; }

    public required RuleSource Source { get; init; }

    /// <summary>What must hold, in the language of conditions, or the name of the analysis that looks.</summary>
    public required string Condition { get; init; }
}

/// <summary>The page of the vendor that says it.</summary>
/// <param name="Read">When it was last read.</param>
public sealed record RuleSource(string Title, string Url, DateOnly Read);

/// <summary>How much depends on a recommendation, the least first.</summary>
public enum HardeningSeverity
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>How a program applies a remedy.</summary>
public enum RemedyWriting
{
    /// <summary>Not at all: what is right depends on what only people know.</summary>
    ByHand,

    /// <summary>As it stands, in place of the line at fault or where it belongs.</summary>
    Line,

    /// <summary>The setting at fault is taken out.</summary>
    Removal,

    /// <summary>Words of the line at fault are taken out; what else it says stays.</summary>
    Without,

    /// <summary>As a line of a Dockerfile.</summary>
    Dockerfile,
}
