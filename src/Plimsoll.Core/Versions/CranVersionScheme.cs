using System.Buffers;

namespace Plimsoll.Core.Versions;

/// <summary>
/// R's `numeric_version` (R Core, `?numeric_version`; "Writing R Extensions" 1.1.1): numbers divided by `.` or `-`, which mean the same.
/// `1.0` is older than `1.0.0`. One number alone is taken too, though a package must have two. There are no previews.
/// </summary>
internal sealed class CranVersionScheme : IVersionScheme
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(".-");

    public string Id => "cran";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!NumberList.IsValid(left, Separators) || !NumberList.IsValid(right, Separators)) return false;
        order = NumberList.Compare(left, right, Separators);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => NumberList.IsValid(version, Separators);
}
