using Plimsoll.Core.Results;

namespace Plimsoll.Core.Hardening;

/// <summary>One place where a recommendation is not followed, or where that cannot be known.</summary>
public sealed record HardeningFinding
{
    private readonly HardeningSeverity? rank;

    public required HardeningRule Rule { get; init; }

    /// <summary>How grave it is here: the rule's severity, changed by who can reach the application.</summary>
    public HardeningSeverity Rank
    {
        get => rank ?? Rule.Severity;
        init => rank = value;
    }

    /// <summary>Common name of the application; `image` for the image itself.</summary>
    public required string Application { get; init; }

    public required HardeningAnswer Answer { get; init; }

    /// <summary>What is in force there: `server_tokens on`; null when nothing says it.</summary>
    public string? Found { get; init; }

    /// <summary>Where that comes from.</summary>
    public Origin? Origin { get; init; }

    /// <summary>The block it is about, `server example.org`; empty for the application as a whole.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The line to write the remedy at; null where no file of the image is to be changed.</summary>
    public Location? Place { get; init; }

    public RemedyKind Kind { get; init; }

    /// <summary>The exact line to write.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>From 1, in characters: where in that line the setting begins; 0 for the line as a whole.</summary>
    public int Column { get; init; }

    /// <summary>Why the remedy is not written by a program, a clause; null where it is exact.</summary>
    public string? ByHand { get; init; }

    /// <summary>What would be needed to know, a clause; null when it is known.</summary>
    public string? Needs { get; init; }

    /// <summary>What an analysis has to say on this place, a sentence; empty for none.</summary>
    public string Detail { get; init; } = "";
}

public enum HardeningAnswer
{
    DoesNotFollow,

    /// <summary>Not everything that decides it is in the image.</summary>
    CannotKnow,
    Follows,
}

/// <summary>What to do with the line.</summary>
public enum RemedyKind
{
    /// <summary>Write it in place of the line at the place.</summary>
    Replace,

    /// <summary>Write it below the line at the place.</summary>
    InsertBelow,

    /// <summary>Not a line of one file: an argument, a variable, or something to decide.</summary>
    Elsewhere,
}
