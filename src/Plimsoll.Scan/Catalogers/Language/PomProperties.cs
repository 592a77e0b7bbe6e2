using System.Text;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// META-INF/maven/GROUP/ARTIFACT/pom.properties, which Maven Archiver puts into each jar: lines `key=value`, comments
/// from `#` or `!` on (java.util.Properties); `groupId`, `artifactId` and `version` make a package.
/// </summary>
internal readonly record struct PomProperties(string Group, string Artifact, string Version, string Place)
{
    private const int MaxLength = 256;

    /// <param name="wrong">What was expected and found, when it is none.</param>
    public static PomProperties? Parse(ReadOnlySpan<byte> text, string place, out string wrong)
    {
        string? group = null, artifact = null, version = null;
        var number = 0;
        wrong = "";
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var line = text[range].Trim(" \t\r\f"u8);
            if (line.IsEmpty || line[0] is (byte)'#' or (byte)'!') continue; // Nothing is stated in it.
            var equals = line.IndexOfAny((byte)'=', (byte)':');
            if (equals <= 0)
            {
                wrong = $"expected `key=value` in line {number}, found something else";
                return null;
            }
            var key = line[..equals].Trim(" \t"u8);
            var value = Encoding.UTF8.GetString(line[(equals + 1)..].Trim(" \t"u8));
            if (key.SequenceEqual("groupId"u8)) group = value;
            else if (key.SequenceEqual("artifactId"u8)) artifact = value;
            else if (key.SequenceEqual("version"u8)) version = value;
        }
        if (!IsIdentifier(group)) wrong = $"expected `groupId` to be letters, digits and `-_.`, found {Quote(group)}";
        else if (!IsIdentifier(artifact)) wrong = $"expected `artifactId` to be letters, digits and `-_.`, found {Quote(artifact)}";
        else if (!IsVersion(version)) wrong = $"expected `version` to be a version of {group}:{artifact}, found {Quote(version)}";
        else return new PomProperties(group, artifact, version, place);
        return null;
    }

    /// <summary>Maven's own rule for group and artifact ids (DefaultModelValidator).</summary>
    public static bool IsIdentifier([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>Printable, and no `${…}` that the build left as it was.</summary>
    public static bool IsVersion([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxLength } && !text.AsSpan().ContainsAnyExceptInRange('!', '~') && !text.Contains("${", StringComparison.Ordinal);

    private static string Quote(string? text) => text is null ? "none" : $"`{(text.Length > 60 ? text[..60] : text)}`";
}
