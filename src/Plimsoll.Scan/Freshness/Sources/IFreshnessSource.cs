using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>One kind of registry or repository that says which versions of packages there are.</summary>
internal interface IFreshnessSource
{
    /// <summary>Name of its file and in reports, the type of its packages' URLs.</summary>
    string Id { get; }

    /// <summary>Whether it is the one to ask for a package of its type.</summary>
    bool Takes(Package package) => true;

    /// <summary>Asks for all; every package ends in <see cref="Asking.Answer"/> or <see cref="Asking.Leave"/>.</summary>
    void Ask(IReadOnlyList<Package> packages, Asking asking);
}
