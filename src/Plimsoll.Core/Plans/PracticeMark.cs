namespace Plimsoll.Core.Plans;

/// <summary>How an image does in one practice.</summary>
/// <param name="Sentence">What the mark rests on, or why there is none.</param>
public sealed record PracticeMark(Practice Practice, Mark Mark, string Sentence)
{
    /// <summary>`know`: the practice's name in reports and documents.</summary>
    public string Id => Practice.ToString().ToLowerInvariant();
}

/// <summary>The practices that a scan judges, in the order of reports.</summary>
public enum Practice
{
    /// <summary>What is in it, and which application is it?</summary>
    Know,

    /// <summary>Is it up to date and supported, and free of known vulnerabilities?</summary>
    Current,

    /// <summary>Does its configuration follow the vendor's advice?</summary>
    Hardened,

    /// <summary>What is in it that the application does not need?</summary>
    Minimal,
}

public enum Mark
{
    /// <summary>Nothing is said: it was not looked at, or cannot be known.</summary>
    NotJudged,

    Good,

    /// <summary>Something is to be done, nothing of it at once.</summary>
    Fair,

    /// <summary>Something is to be done at once.</summary>
    Poor,
}
