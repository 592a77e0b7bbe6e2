namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>A score in a word, as FIRST's qualitative severity rating scale of CVSS 3 and 4 has it.</summary>
public enum CvssRating
{
    /// <summary>0.0</summary>
    None,

    /// <summary>0.1 to 3.9; for CVSS 2.0, which has no scale of its own, NVD's: 0.0 to 3.9.</summary>
    Low,

    /// <summary>4.0 to 6.9</summary>
    Medium,

    /// <summary>7.0 to 8.9; NVD's for CVSS 2.0: 7.0 to 10.0.</summary>
    High,

    /// <summary>9.0 to 10.0</summary>
    Critical,
}
