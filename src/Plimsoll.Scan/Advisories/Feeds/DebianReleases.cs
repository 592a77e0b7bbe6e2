using System.Collections.Frozen;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Numbers of Debian's releases by the code names that its security tracker writes (https://www.debian.org/releases/).</summary>
internal static class DebianReleases
{
    private static readonly FrozenDictionary<string, string> numbers = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["squeeze"] = "6",
        ["wheezy"] = "7",
        ["jessie"] = "8",
        ["stretch"] = "9",
        ["buster"] = "10",
        ["bullseye"] = "11",
        ["bookworm"] = "12",
        ["trixie"] = "13",
        ["forky"] = "14",
        ["duke"] = "15",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// `Debian:12` for `bookworm`. Unstable never gets a number and is `Debian:sid`; testing has the code name of the
    /// next release and so its number. A code name that is younger than this table stays as it is: `Debian:name`.
    /// </summary>
    public static string Ecosystem(string codename) => $"Debian:{numbers.GetValueOrDefault(codename, codename)}";
}
