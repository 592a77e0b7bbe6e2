using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// What an archive without pom.properties is called, by its manifest and, where that is silent, by its file name. Only
/// Maven's repository knows the group for certain: unless the manifest states it, the name is a guess.
/// </summary>
/// <param name="Group">Null when nothing hints at it.</param>
/// <param name="IsGuess">Whether name, group or version are deduced.</param>
internal readonly record struct JavaIdentity(string? Group, string Artifact, string Version, bool IsGuess)
{
    /// <summary>Words that belong to the version before them, `1.0-rc-2`.</summary>
    private static readonly string[] Qualifiers = ["alpha", "beta", "rc", "cr", "m", "b", "ea", "pre", "preview", "snapshot", "build"];

    public PackageUrl Purl => new("maven", Group, Artifact, Version);

    /// <summary>The name as Maven writes it, `group:artifact`.</summary>
    public string Name => Group is null ? Artifact : $"{Group}:{Artifact}";

    /// <param name="fileName">Without its extension.</param>
    /// <returns>Null when neither tells a version, or nothing a name.</returns>
    public static JavaIdentity? Of(JavaManifest? manifest, string fileName)
    {
        var (fileArtifact, fileVersion) = SplitFileName(fileName);
        var stated = Stated(manifest?["Implementation-Version"]) ?? Stated(manifest?["Bundle-Version"]) ?? Stated(manifest?["Specification-Version"]);
        if ((stated ?? Stated(fileVersion)) is not { } version) return null;
        var bundle = manifest?["Bundle-SymbolicName"]?.Split(';')[0].Trim();
        var named = ArtifactIn(manifest?["Implementation-Title"]) ?? ArtifactIn(manifest?["Bundle-Name"]);
        var artifact = named ?? (fileVersion is not null || bundle is null || GroupIn(bundle, fileArtifact) is not null ? fileArtifact : ArtifactIn(LastPart(bundle)) ?? fileArtifact);
        if (!PomProperties.IsIdentifier(artifact)) return null;
        var vendor = manifest?["Implementation-Vendor-Id"] is { } id && PomProperties.IsIdentifier(id) && id.Contains('.', StringComparison.Ordinal) ? id : null;
        var group = GroupIn(bundle, artifact);
        // Some name themselves by the beginning of their group only, `org.apache`.
        if (vendor is not null && group?.StartsWith(vendor + '.', StringComparison.Ordinal) is not true) return new JavaIdentity(vendor, artifact, version, named is null || stated is null);
        return new JavaIdentity(group, artifact, version, IsGuess: true);
    }

    /// <summary>`name-1.2.3` or `name_1.2.3`: the version starts at the last word that begins with a digit, and before it at those like it.</summary>
    public static (string Artifact, string? Version) SplitFileName(string name)
    {
        var words = name.Split('-');
        var start = Array.FindLastIndex(words, IsNumber);
        for (var before = start - 1; before > 0; before--)
            if (IsNumber(words[before])) start = before;
            else if (!Qualifiers.Contains(words[before], StringComparer.OrdinalIgnoreCase)) break;
        if (start > 0) return (string.Join('-', words[..start]), string.Join('-', words[start..]));
        var underscore = name.LastIndexOf('_');
        return underscore > 0 && IsNumber(name[(underscore + 1)..]) ? (name[..underscore], name[(underscore + 1)..]) : (name, null);
    }

    private static bool IsNumber(string word) => word.Length > 0 && char.IsAsciiDigit(word[0]);

    private static string? Stated(string? version) => PomProperties.IsVersion(version) && version.Any(char.IsAsciiDigit) ? version : null;

    /// <summary>A title that is written like an artifact id; others are prose.</summary>
    private static string? ArtifactIn(string? title) =>
        PomProperties.IsIdentifier(title) && char.IsAsciiLetterLower(title[0]) && !title.Any(char.IsAsciiLetterUpper) ? LastPart(title) is var part && title.Count(c => c == '.') > 1 ? part : title : null;

    private static string LastPart(string dotted) => dotted[(dotted.LastIndexOf('.') + 1)..];

    /// <summary>
    /// Undoes the rule of Maven's bundle plugin (Apache Felix, "Default Behavior"): the symbolic name is group and
    /// artifact, without the words at the artifact's start that end the group.
    /// </summary>
    private static string? GroupIn(string? bundle, string artifact)
    {
        if (!PomProperties.IsIdentifier(bundle)) return null;
        if (bundle.EndsWith('.' + artifact, StringComparison.Ordinal))
        {
            var group = bundle[..^(artifact.Length + 1)];
            // The Apache Software Foundation has a group for each project.
            return group == "org.apache" && artifact.Contains('-', StringComparison.Ordinal) ? $"{group}.{artifact[..artifact.IndexOf('-', StringComparison.Ordinal)]}" : group;
        }
        for (var dash = artifact.IndexOf('-', StringComparison.Ordinal); dash > 0; dash = artifact.IndexOf('-', dash + 1))
            if (bundle.EndsWith($".{artifact[..dash]}.{artifact[(dash + 1)..]}", StringComparison.Ordinal)) return bundle[..^(artifact.Length - dash)];
        return null;
    }
}
