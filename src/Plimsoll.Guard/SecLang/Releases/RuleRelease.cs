namespace Plimsoll.Guard.SecLang.Releases;

/// <summary>What is to be put where.</summary>
public sealed record RuleUpdateRequest
{
    /// <summary>The folder that the rules are to be in; replaced as a whole.</summary>
    public required string Folder { get; init; }

    /// <summary>Address, archive or folder; null for the newest release of the Core Rule Set.</summary>
    public string? From { get; init; }

    /// <summary>What the archive must be, 64 hexadecimal digits; null when nobody says.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Fingerprint of the OpenPGP key that must have signed the archive, 40 hexadecimal digits; by default the Core Rule Set's own.</summary>
    public string Key { get; init; } = CoreRuleSetKey;

    /// <summary>Of security@coreruleset.org, as the project's documentation on installation gives it.</summary>
    public const string CoreRuleSetKey = "36006F0E0BA167832158821138EEACA1AB8A6E72";
}
