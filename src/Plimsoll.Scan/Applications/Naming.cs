using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications.Known;
using Plimsoll.Scan.Applications.Launchers;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications;

/// <summary>Says of a process which application it is, which version, and what configures it.</summary>
internal sealed class Naming(Image image, Programs programs, ImmutableArray<Package> packages)
{
    private readonly Dictionary<string, Package> byKey = packages.ToDictionary(package => package.Key, StringComparer.Ordinal);

    public Application Name(Ending ending)
    {
        var evidence = ending.Process.Evidence;
        var owner = ending.Executable?.Owner is { } key ? byKey.GetValueOrDefault(key) : null;
        var (name, version) = ending switch
        {
            { Known: { } known } => (known.Name, owner is null ? Stated(known, ending.Process, ref evidence) : null),
            { Runtime: not null } => Program(ending, owner, ref evidence),
            _ => (owner?.SourceName ?? owner?.Name ?? ending.Executable!.Value.Name, null),
        };
        if (owner is not null)
        {
            evidence = evidence.Add($"{ending.Executable!.Value.Path} was installed by the package {owner.Name} {owner.Version}.");
            version ??= Upstream(owner);
        }
        var search = ending.Executable is { } executable ? new ConfigSearch(ending.Process, executable, programs) : null;
        return new Application
        {
            Name = name,
            Version = version,
            Command = [.. ending.Process.Argv.Select(word => word.Text)],
            Executable = ending.Executable?.At(),
            PackageKey = owner?.Key,
            Runtime = ending.Runtime,
            User = ending.Process.User,
            Ports = [.. image.Config.ExposedPorts.OrderBy(PortNumber).ThenBy(port => port, StringComparer.Ordinal)],
            ConfigFiles = search is null || ending.Known is null ? [] : [.. ending.Known.ConfigFiles(search).Select(file => file.At()).Distinct()],
            Evidence = evidence,
        };
    }

    private static int PortNumber(string port) => int.TryParse(port.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    /// <summary>A version that the image's own environment states.</summary>
    private static string? Stated(IKnownApplication known, Process process, ref ImmutableArray<string> evidence)
    {
        foreach (var variable in known.VersionVariables)
            if (process.EnvValue(variable) is { Length: > 0 } value)
            {
                evidence = evidence.Add($"The environment states {variable}={value}.");
                return WithoutRevision(WithoutEpoch(value));
            }
        return null;
    }

    private (string Name, string? Version) Program(Ending ending, Package? owner, ref ImmutableArray<string> evidence)
    {
        if (ending.Executable is { } file && ending.Runtime is not ("python" or "java") && owner is null && Manifest(ending.Process, file) is { } manifest)
        {
            evidence = evidence.Add($"{manifest.File.Path} names it.");
            return (manifest.Content.Name ?? file.Name, manifest.Content.Version);
        }
        if (ending.Name is { } given) return (given[(given.LastIndexOf('.') + 1)..], null);
        if (ending.Executable is not { } program) return (ending.Process.Name, null);
        if (owner is not null) return (owner.SourceName ?? owner.Name, null);
        if (!program.Name.EndsWith(".jar", StringComparison.Ordinal)) return (program.Name, null);
        // `app-1.2.3.jar`: what build tools write.
        var bare = program.Name[..^4];
        for (var dash = bare.IndexOf('-', StringComparison.Ordinal); dash > 0 && dash + 1 < bare.Length; dash = bare.IndexOf('-', dash + 1))
            if (char.IsAsciiDigit(bare[dash + 1]))
            {
                evidence = evidence.Add($"The version is taken from the file's name, {program.Name}.");
                return (bare[..dash], bare[(dash + 1)..]);
            }
        return (bare, null);
    }

    /// <summary>The nearest package.json (node) or composer.json (php) at or above the program; the one that npm started the program from when it is a dependency.</summary>
    private (ImageFile File, PackageJson Content)? Manifest(Process process, ImageFile program)
    {
        var name = process.EnvValue("npm_package_json") is not null || process.Argv[0].Text.Contains("php", StringComparison.Ordinal) == false ? "package.json" : "composer.json";
        if (program.Path.Contains("/node_modules/", StringComparison.Ordinal) && process.EnvValue("npm_package_json") is { } from
            && programs.TryFindFile("/", from, out var started) && PackageJson.Read(started, programs) is { } own) return (started, own);
        for (var folder = program.Parent; ; folder = folder.Parent)
        {
            // A manifest without a name (`{"type":"module"}`) says nothing on whose it is.
            if (folder.TryFind(name, out var file) && file.IsFile && PackageJson.Read(file, programs) is { Name: not null } content) return (file, content);
            if (folder.IsRoot) return null;
        }
    }

    /// <summary>The version of the program in a distribution's package version: without epoch, revision and the marks of repacking.</summary>
    internal static string Upstream(Package package)
    {
        if (package.Purl.Type is not ("deb" or "apk" or "rpm" or "alpm")) return package.Version;
        var version = WithoutRevision(WithoutEpoch(package.Version));
        foreach (var mark in (ReadOnlySpan<string>)["+dfsg", "~dfsg", "+ds", "~ds"])
            if (version.IndexOf(mark, StringComparison.Ordinal) is var at and > 0) version = version[..at];
        return version;
    }

    private static string WithoutEpoch(string version) => version.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? version[(colon + 1)..] : version;

    private static string WithoutRevision(string version) => version.LastIndexOf('-') is var dash and > 0 ? version[..dash] : version;
}
