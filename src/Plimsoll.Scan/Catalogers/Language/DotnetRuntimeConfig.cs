using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Binary;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>
/// A *.runtimeconfig.json (.NET's "runtime configuration files" specification). Its `framework` and `frameworks` name
/// what the host will look for in the image, where each shared framework has a deps.json of its own; only its
/// `includedFrameworks` are part of the application, and they are read when no deps.json beside it states them better.
/// </summary>
internal static class DotnetRuntimeConfig
{
    /// <summary>The runtime's own library, in every folder of a self-contained application: tells the platform.</summary>
    public const string Library = "libcoreclr.so";

    private const int MaxBytes = 1 << 20;

    public static void Read(ImageFile file, string cataloger, Findings found)
    {
        if (file.Parent.TryFind(file.Name.Replace(".runtimeconfig.json", ".deps.json", StringComparison.Ordinal), out var deps) && deps.IsFile) return; // Which states them.
        if (!found.TryRead(file, MaxBytes, out var content)) return;
        foreach (var (name, version) in Included(content.Span, file.At(), found))
            if (!file.Parent.TryFind(Library, out var runtime) || !runtime.IsFile)
                found.Report(ProblemKind.Unsupported, file.Path, $"the application carries {name} {version} without a {Library} beside it, which would tell the platform; the runtime was not used");
            else
            {
                using var elf = ElfFile.Open(runtime);
                Add(name, version, Platform(elf), file.At(), cataloger, found);
            }
    }

    /// <param name="platform">.NET's runtime identifier; null when it is unknown to us.</param>
    private static void Add(string name, string version, string? platform, Location where, string cataloger, Findings found)
    {
        if (platform is null) found.Report(ProblemKind.Unsupported, where.ToString(), $"the application carries {name} {version} for a platform that is not known; the runtime was not used");
        else
            found.Add(new Package
            {
                Purl = new PackageUrl("nuget", null, $"{name}.Runtime.{platform}", version),
                Name = $"{name}.Runtime.{platform}",
                Version = version,
                Locations = [where],
                FoundBy = cataloger,
            });
    }

    /// <summary>`linux-x64`, `linux-musl-arm64`.</summary>
    private static string? Platform(ElfFile elf)
    {
        var architecture = elf.Machine switch
        {
            3 => "x86",
            40 => "arm",
            62 => "x64",
            183 => "arm64",
            _ => null,
        };
        return architecture is null ? null : $"linux-{(elf.Needed.Any(name => name.StartsWith("libc.musl-", StringComparison.Ordinal)) ? "musl-" : "")}{architecture}";
    }

    private static List<(string Name, string Version)> Included(ReadOnlySpan<byte> text, Location where, Findings found)
    {
        var all = new List<(string, string)>();
        try
        {
            if (text.StartsWith("\uFEFF"u8)) text = text[3..];
            using var document = JsonDocument.Parse(text.ToArray(), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (!document.RootElement.GetProperty("runtimeOptions").TryGetProperty("includedFrameworks", out var frameworks)) return all; // It runs on a shared framework.
            foreach (var framework in frameworks.EnumerateArray())
            {
                var (name, version) = (framework.GetProperty("name").GetString(), framework.GetProperty("version").GetString());
                if (name is { Length: > 0 and < 80 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '.') && version is not null && DotnetPackages.IsVersion(version)) all.Add((name, version));
                else found.Malformed(where, "expected each of `includedFrameworks` to have a `name` and a `version`, found something else; it was not used");
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            found.Malformed(where, "expected a JSON object with `runtimeOptions`, found something else; it was not read");
        }
        return all;
    }
}
