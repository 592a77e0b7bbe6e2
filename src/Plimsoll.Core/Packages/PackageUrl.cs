using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Plimsoll.Core.Packages;

/// <summary>
/// A package URL, `pkg:type/namespace/name@version?qualifiers#subpath` (ECMA-427).
/// Equal packages give equal text: type in lower case, qualifiers sorted, percent-encoding in capitals.
/// </summary>
public sealed record PackageUrl(string Type, string? Namespace, string Name, string? Version)
{
    public ImmutableSortedDictionary<string, string> Qualifiers { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public string? Subpath { get; init; }

    private string? text;

    /// <summary>A copy with other parts has another text, so the text is not copied.</summary>
    private PackageUrl(PackageUrl from)
    {
        (Type, Namespace, Name, Version) = from;
        Qualifiers = from.Qualifiers;
        Subpath = from.Subpath;
    }

    public PackageUrl With(string qualifier, string? value) =>
        string.IsNullOrEmpty(value) ? this : this with { Qualifiers = Qualifiers.SetItem(qualifier, value) };

    public override string ToString() => text ??= Write();

    public bool Equals(PackageUrl? other) => other is not null && ToString() == other.ToString();
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private string Write()
    {
        var to = new StringBuilder(64).Append("pkg:").Append(Type).Append('/');
        if (!string.IsNullOrEmpty(Namespace))
            foreach (var segment in Namespace.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                Encode(segment, to);
                to.Append('/');
            }
        Encode(Name, to);
        if (!string.IsNullOrEmpty(Version))
        {
            to.Append('@');
            Encode(Version, to);
        }
        var separator = '?';
        foreach (var (key, value) in Qualifiers)
        {
            to.Append(separator).Append(key).Append('=');
            Encode(value, to);
            separator = '&';
        }
        if (!string.IsNullOrEmpty(Subpath))
        {
            to.Append('#');
            var first = true;
            foreach (var segment in Subpath.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!first) to.Append('/');
                Encode(segment, to);
                first = false;
            }
        }
        return to.ToString();
    }

    private static void Encode(string value, StringBuilder to)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '.' or '-' or '_' or '~' or ':'))
            {
                to.Append((char)rune.Value);
                continue;
            }
            var length = rune.EncodeToUtf8(utf8);
            foreach (var b in utf8[..length]) to.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }
    }
}
