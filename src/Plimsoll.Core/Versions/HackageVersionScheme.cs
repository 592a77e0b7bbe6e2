using System.Buffers;

namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Haskell packages (Haskell PVP; Cabal user guide, field `version`): numbers divided by dots, `1.0` older than `1.0.0`.
/// As in Cabal, a number has no leading zeros, and the tags that old versions had (`1.0-beta`) are not taken. There are no previews.
/// </summary>
internal sealed class HackageVersionScheme : IVersionScheme
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(".");

    public string Id => "hackage";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!IsStable(left) || !IsStable(right)) return false;
        order = NumberList.Compare(left, right, Separators);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version)
    {
        if (!NumberList.IsValid(version, Separators)) return false;
        while (!version.IsEmpty)
            if (VersionText.TakeUntil(ref version, Separators) is ['0', _, ..]) return false;
        return true;
    }
}
