namespace Plimsoll.Core.Policies;

/// <summary>What the VEX statement that holds says of a finding that counts: that it is affected, or that nobody knows yet.</summary>
public sealed record VexRemark
{
    /// <summary><see cref="VexStatus.Affected"/> or <see cref="VexStatus.UnderInvestigation"/>.</summary>
    public required VexStatus Status { get; init; }

    /// <summary>The file that says it, as it was named.</summary>
    public required string File { get; init; }

    /// <summary>Which statement of the file: its identifier, or where it stands.</summary>
    public required string Statement { get; init; }

    /// <summary>What to do about it and what is known, in the words of whoever said it; null when nothing is given.</summary>
    public string? Text { get; init; }
}
