namespace Plimsoll.Core.Findings;

/// <summary>What one finding is known by within a result: the vulnerability's name and the package that has it.</summary>
/// <param name="Vulnerability">The finding's <see cref="Findings.Vulnerability.Id"/>.</param>
/// <param name="Package">Key of the installed package.</param>
public readonly record struct FindingKey(string Vulnerability, string Package) : IComparable<FindingKey>
{
    public int CompareTo(FindingKey other) => string.CompareOrdinal(Vulnerability, other.Vulnerability) is not 0 and var byName ? byName : string.CompareOrdinal(Package, other.Package);

    public static bool operator <(FindingKey left, FindingKey right) => left.CompareTo(right) < 0;
    public static bool operator >(FindingKey left, FindingKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(FindingKey left, FindingKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(FindingKey left, FindingKey right) => left.CompareTo(right) >= 0;
}
