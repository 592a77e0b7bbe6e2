namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>Every source, in the order of the documentation.</summary>
internal static class All
{
    public static readonly IReadOnlyList<IFreshnessSource> Sources =
    [
        new Deb(),
        new Apk(),
        new Rpm(),
        new Npm(),
        new NuGet(),
        new PyPi(),
        new Cargo(),
        new RubyGems(),
        new Packagist(),
        new MavenCentral(),
        new GoProxy(),
    ];
}
