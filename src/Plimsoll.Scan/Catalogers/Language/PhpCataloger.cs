using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// PHP packages that Composer installed: `vendor/composer/installed.json`, an object with `packages` since Composer 2,
/// the array itself before. One record a package, as in composer.json (its schema), with the version installed.
/// </summary>
internal sealed class PhpCataloger : ICataloger
{
    private const string CatalogerId = "language/php";

    /// <summary>Bytes of one file: an application with 300 packages has 600 KB.</summary>
    private const int MaxBytes = 64 << 20;

    public string Id => CatalogerId;
    public string Reads => "PHP packages installed by Composer: vendor/composer/installed.json";
    public FilePattern Files => FilePattern.Named("installed.json");

    public void Catalog(ImageFile file, Findings found)
    {
        if (!file.Parent.NameBytes.SequenceEqual("composer"u8) || !found.TryRead(file, MaxBytes, out var content)) return; // Other programs have files of that name; an unreadable one is reported.
        var text = content.Span.StartsWith("\uFEFF"u8) ? content[3..] : content;
        try
        {
            ComposerRecord.ReadAll(text.Span, record => Add(file, record, found));
        }
        catch (JsonException broken)
        {
            found.Malformed(file.At((int)Math.Min((broken.LineNumber ?? 0) + 1, int.MaxValue)), "expected JSON with an array of packages, found something else; what follows was not read");
        }
        catch (InvalidOperationException)
        {
            found.Malformed(file.At(), "expected strings in UTF-8, found something else; some packages were not read");
        }
    }

    private static void Add(ImageFile file, ComposerRecord record, Findings found)
    {
        var where = file.At(record.Line);
        if (!IsName(record.Name)) found.Malformed(where, $"expected `name` to be `vendor/name`, found {Quote(record.Name)}; the package was not used");
        else if (!IsVersion(record.Version)) found.Malformed(where, $"expected `version` to be a version of {record.Name}, found {Quote(record.Version)}; the package was not used");
        else
        {
            // To Composer `v1.2` and `1.2` are one version, and names that differ in case are one name.
            var name = record.Name.ToLowerInvariant();
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            var version = record.Version is ['v' or 'V', >= '0' and <= '9', ..] ? record.Version[1..] : record.Version;
            found.Add(new Package
            {
                Purl = new PackageUrl("composer", name[..slash], name[(slash + 1)..], version),
                Name = record.Name,
                Version = version,
                Licenses = [.. record.Licenses],
                Supplier = string.IsNullOrWhiteSpace(record.Author) ? null : record.Author.Trim(),
                Locations = [where],
                FoundBy = CatalogerId,
                // Without a slash it is PHP itself, an extension or a library: no package of Composer.
                Requires = [.. record.Needs.Where(need => need.Contains('/', StringComparison.Ordinal)).Select(need => new Requirement(need.ToLowerInvariant()))],
                Provides = [.. record.Provides.Append(name).Where(provided => provided != record.Name).Select(provided => provided.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            });
        }
    }

    /// <summary>Composer's own rule: letters, digits and `-_.` around one slash.</summary>
    private static bool IsName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? name) =>
        name is { Length: > 2 and <= 256 } && name.Count(c => c == '/') == 1 && name[0] != '/' && name[^1] != '/'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');

    private static bool IsVersion([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? version) =>
        version is { Length: > 0 and <= 256 } && !version.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string Quote(string? text) =>
        text is null ? "none" : $"`{(text.Length > 60 ? text[..60] : text).ReplaceLineEndings(" ")}`";
}
