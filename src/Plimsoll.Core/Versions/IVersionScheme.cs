namespace Plimsoll.Core.Versions;

/// <summary>The order of versions in one ecosystem, by its own rules.</summary>
public interface IVersionScheme
{
    /// <summary>The scheme's short name: `dpkg`, `pep440` …</summary>
    string Id { get; }

    /// <summary>Compares two versions.</summary>
    /// <param name="order">Negative when the left one is the older, zero when both are the same to this scheme, else positive.</param>
    /// <returns>False when either text is no version of this scheme, so that nothing can be said. Never throws.</returns>
    bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order);

    /// <summary>Whether a version is meant for general use: a valid one that is not marked as a preview of a later release.</summary>
    bool IsStable(ReadOnlySpan<char> version);
}
