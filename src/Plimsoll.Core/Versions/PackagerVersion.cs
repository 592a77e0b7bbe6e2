namespace Plimsoll.Core.Versions;

/// <summary>`[epoch:]version[-release]`, as rpm and pacman cut it: an epoch of digits, a release after the last dash. Visible ASCII only.</summary>
internal readonly ref struct PackagerVersion
{
    public ReadOnlySpan<char> Epoch { get; private init; }
    public ReadOnlySpan<char> Version { get; private init; }

    /// <summary>Empty when there is none.</summary>
    public ReadOnlySpan<char> Release { get; private init; }

    /// <summary>False for an empty version or release, and for an epoch that is no number.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PackagerVersion version)
    {
        version = default;
        if (text.Length > VersionSchemes.MaxLength || !Digits.IsVisible(text)) return false;
        var colon = text.IndexOf(':');
        if (colon > 0 && !Digits.Only(text[..colon])) return false;
        var rest = text[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        version = new PackagerVersion
        {
            Epoch = colon < 0 ? default : text[..colon],
            Version = dash < 0 ? rest : rest[..dash],
            Release = rest[(dash < 0 ? rest.Length : dash + 1)..],
        };
        return !version.Version.IsEmpty && (dash < 0 || !version.Release.IsEmpty);
    }
}
