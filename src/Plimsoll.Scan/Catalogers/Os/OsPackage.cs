using System.Text;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>What the packages of apk and rpm have in common: how they are named, and which bytes a name may have.</summary>
internal static class OsPackage
{
    /// <summary>Packages of one database: Fedora and openSUSE have some 70,000 in all, an image some hundred.</summary>
    public const int MaxPackages = 200_000;

    /// <summary>Dependencies and provided names of all packages of one database; a server of 3,000 packages has 150,000.</summary>
    public const int MaxRelations = 1_000_000;

    public static readonly string TooMany = $"the database has more than {MaxPackages:N0} packages; those from here on were not used";

    private const int MaxQuote = 60;

    /// <summary>`pkg:TYPE/DISTRIBUTION/NAME@VERSION?arch=…&amp;distro=alpine-3.19.1`; a rolling distribution has no number.</summary>
    public static PackageUrl Url(string type, OsRelease? os, string name, string version, string? architecture) =>
        new PackageUrl(type, os?.Id, name, version).With("arch", architecture)
            .With("distro", os is null ? null : (os.VersionId ?? os.VersionCodename) is { } number ? $"{os.Id}-{number}" : os.Id);

    /// <summary>Visible ASCII, at least one.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    /// <summary>For messages: the start of a value, in one line.</summary>
    public static string Quote(ReadOnlySpan<byte> text) =>
        text.IsEmpty ? "none" : $"`{Encoding.UTF8.GetString(text.Length > MaxQuote ? text[..MaxQuote] : text).ReplaceLineEndings(" ")}`";
}
