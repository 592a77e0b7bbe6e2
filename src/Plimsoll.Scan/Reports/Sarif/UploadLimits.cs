namespace Plimsoll.Scan.Reports.Sarif;

/// <summary>What GitHub's code scanning takes of an uploaded log (its documentation, "SARIF results exceed one or more limits").</summary>
internal static class UploadLimits
{
    /// <summary>Results of a run; with more the whole log is refused. It shows the 5,000 most severe of them.</summary>
    public const int Results = 25_000;

    /// <summary>Locations of a result: 1,000 are taken, but no more than these are shown.</summary>
    public const int Locations = 100;

    /// <summary>Characters of a description ("SARIF support for code scanning", `shortDescription` and `fullDescription`).</summary>
    public const int Description = 1024;
}
