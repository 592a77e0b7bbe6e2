using System.Collections.Immutable;

namespace Plimsoll.Core.Versions;

/// <summary>Every version scheme, and which ecosystem orders its versions by which.</summary>
public static class VersionSchemes
{
    public static ImmutableArray<IVersionScheme> All { get; } =
    [
        new ComposerVersionScheme(),
        new CranVersionScheme(),
        new GemVersionScheme(),
        new HackageVersionScheme(),
        new MavenVersionScheme(),
        new NuGetVersionScheme(),
        new Pep440VersionScheme(),
    ];
}
