using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Os;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>
/// What a suite says of itself, InRelease or Release (https://wiki.debian.org/DebianRepository/Format): the fields `Suite`,
/// `Codename`, `Label`, `Valid-Until`, `NotAutomatic`, `ButAutomaticUpgrades`, `Acquire-By-Hash`, and `SHA256` with lines
/// `digest size path`. InRelease is the same between lines of OpenPGP, whose signature is not checked.
/// </summary>
internal sealed record AptRelease
{
    public string? Suite { get; private init; }
    public string? Label { get; private init; }

    /// <summary>After which it is not to be believed any more; null for never.</summary>
    public DateTimeOffset? ValidUntil { get; private init; }

    /// <summary>Its packages come only to who has or wants them: backports, experimental.</summary>
    public bool IsNotAutomatic { get; private init; }

    /// <summary>Who has one of them gets newer ones.</summary>
    public bool UpgradesItself { get; private init; }

    public bool HasByHash { get; private init; }

    /// <summary>Digests and sizes by path below the suite.</summary>
    public ImmutableDictionary<string, (string Sha256, long Size)> Files { get; private init; } = ImmutableDictionary<string, (string, long)>.Empty;

    public bool IsSecurity => Label?.Contains("Security", StringComparison.OrdinalIgnoreCase) == true || Suite?.Contains("security", StringComparison.OrdinalIgnoreCase) == true;

    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static AptRelease Parse(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("-----BEGIN PGP SIGNED MESSAGE-----"u8))
        {
            var body = text.IndexOf("\n\n"u8);
            var end = text.IndexOf("\n-----BEGIN PGP SIGNATURE-----"u8);
            if (body < 0 || end < body) throw new InvalidDataException("its signature does not end");
            text = text[(body + 2)..(end + 1)];
        }
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var reader = new ControlReader(text);
        for (var token = reader.Read(); token != ControlToken.End; token = reader.Read())
            if (token == ControlToken.Field) fields[Encoding.UTF8.GetString(reader.Name)] = Encoding.UTF8.GetString(reader.Value);
            else if (token is ControlToken.Malformed or ControlToken.Truncated) throw new InvalidDataException($"line {reader.Line} is no field");
        if (!fields.TryGetValue("SHA256", out var digests)) throw new InvalidDataException("it has no digests in SHA256");
        return new AptRelease
        {
            Suite = fields.GetValueOrDefault("Suite"),
            Label = fields.GetValueOrDefault("Label"),
            ValidUntil = fields.TryGetValue("Valid-Until", out var until) && DateTimeOffset.TryParse(until.Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
            IsNotAutomatic = fields.GetValueOrDefault("NotAutomatic") == "yes",
            UpgradesItself = fields.GetValueOrDefault("ButAutomaticUpgrades") == "yes",
            HasByHash = fields.GetValueOrDefault("Acquire-By-Hash") == "yes",
            Files = ReadDigests(digests),
        };
    }

    private static ImmutableDictionary<string, (string, long)> ReadDigests(string field)
    {
        var files = ImmutableDictionary.CreateBuilder<string, (string, long)>(StringComparer.Ordinal);
        foreach (var line in field.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            files[line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [{ Length: 64 } digest, var size, var path] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
                ? path : throw new InvalidDataException($"`{line}` is no digest, size and path")] = (digest.ToLowerInvariant(), bytes);
        return files.ToImmutable();
    }
}
