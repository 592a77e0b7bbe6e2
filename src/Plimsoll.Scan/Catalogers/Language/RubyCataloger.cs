using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// Installed Ruby gems: `specifications/NAME-VERSION.gemspec` of a gem home, and `specifications/default` for those
/// that come with Ruby. Other gemspecs are sources from which gems are built.
/// </summary>
internal sealed class RubyCataloger : ICataloger
{
    private const string CatalogerId = "language/ruby";

    /// <summary>Bytes of one specification: the longest known lists its files and has 200 KB.</summary>
    private const int MaxBytes = 4 << 20;

    public string Id => CatalogerId;
    public string Reads => "installed Ruby gems: specifications/*.gemspec";
    public FilePattern Files => FilePattern.WithExtension(".gemspec");

    public void Catalog(ImageFile file, Findings found)
    {
        if (IsFromGit(file.Parent))
            found.Report(ProblemKind.Unsupported, file.Path, "Bundler installed this gem from its source, whose specification is a program that is not run; a package may be missing");
        else if (IsInstalled(file.Parent) && found.TryRead(file, MaxBytes, out var content)) Add(file, RubyGemspec.Parse(content.Span), found);
    }

    private static bool IsInstalled(ImageFile folder) => folder.NameBytes.SequenceEqual("specifications"u8)
        || (folder.NameBytes.SequenceEqual("default"u8) && folder.Parent.NameBytes.SequenceEqual("specifications"u8));

    /// <summary>`bundler/gems/NAME-REVISION` in a gem home.</summary>
    private static bool IsFromGit(ImageFile folder) =>
        folder.Parent.NameBytes.SequenceEqual("gems"u8) && folder.Parent.Parent.NameBytes.SequenceEqual("bundler"u8);

    private static void Add(ImageFile file, RubyGemspec gem, Findings found)
    {
        if (!gem.IsWhole) found.Report(ProblemKind.Truncated, file.Path, "expected `end` as the last line of the specification, found something else; what follows is unknown");
        if (!IsToken(gem.Name)) found.Malformed(file.At(), $"expected the name of a gem in `# stub:` or `s.name`, found {Quote(gem.Name)}; the package was not used");
        else if (!IsToken(gem.Version)) found.Malformed(file.At(), $"expected a version of {gem.Name} in `# stub:` or `s.version`, found {Quote(gem.Version)}; the package was not used");
        else
            found.Add(new Package
            {
                Purl = new PackageUrl("gem", null, gem.Name, gem.Version).With("platform", gem.Platform),
                Name = gem.Name,
                Version = gem.Version,
                Architecture = gem.Platform,
                Licenses = [.. gem.Licenses],
                Supplier = string.IsNullOrWhiteSpace(gem.Author) ? null : gem.Author.Trim(),
                Locations = [file.At()],
                FoundBy = CatalogerId,
                Requires = [.. gem.Needs.Select(need => new Requirement(need))],
            });
    }

    /// <summary>Letters, digits and `-_.` (Gem::Specification::VALID_NAME_PATTERN; versions are made of them too).</summary>
    private static bool IsToken([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= 256 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static string Quote(string? text) =>
        text is null ? "none" : $"`{(text.Length > 60 ? text[..60] : text).ReplaceLineEndings(" ")}`";
}
