using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Cli.Commands;

/// <summary>What `scan`, `sbom` and `harden` have in common: a target, how to read it, and where reports go.</summary>
/// <param name="defaultFormat">The format of standard output when none is asked for.</param>
/// <param name="reportsAnyway">Whether it is written there even when files are asked for.</param>
/// <param name="matches">Whether vulnerabilities are looked for.</param>
/// <param name="hardens">Whether it is only about hardening.</param>
internal sealed class ScanOptions(string defaultFormat, bool reportsAnyway, bool matches, bool hardens = false)
{
    private readonly IReadOnlyList<IReport> reports = hardens ? Plimsoll.Scan.Reports.Harden.All.Reports : Plimsoll.Scan.Reports.All.Reports;

    /// <summary>Bytes that a scan allocates before the first collection: a small image is done by then, and there is nothing to free yet.</summary>
    private const long CollectAfter = 8 << 20;

    /// <summary>How long a scan waits for a server of advisories to answer.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    private readonly Argument<string> target = new("target")
    {
        Description = "archive:FILE[:NAME] (docker save, plain, gzip or zstd), oci:PATH[:NAME] (layout folder or tar), rootfs:FOLDER, sbom:FILE (CycloneDX or SPDX JSON), docker:NAME, podman:NAME, container:NAME, registry:[HOST/]NAME[:TAG][@DIGEST]; without a prefix a file or folder, else Docker, Podman and the registry are asked in this order",
    };

    private readonly Option<string> format = new("--format", "-f")
    {
        Description = $"Format on standard output: {Formats(hardens ? Plimsoll.Scan.Reports.Harden.All.Reports : Plimsoll.Scan.Reports.All.Reports)} [default: {defaultFormat}]",
        HelpName = "FORMAT",
    };

    private readonly Option<string[]> outputs = new("--output", "-o")
    {
        Description = "Also write FORMAT to FILE; may be given several times",
        HelpName = "FORMAT=FILE",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> details = new("--details") { Description = "List every package, layer, problem and step of evidence" };
    private readonly Option<bool> allLayers = new("--all-layers") { Description = "Also report what a later layer removed or replaced, marked so" };
    private readonly Option<string[]> only = new("--only")
    {
        Description = "Only these catalogers or groups of them (`plimsoll catalogers` lists them)",
        HelpName = "ID",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> platform = new("--platform") { Description = "Which image of several for different platforms, linux/arm64 [default: this machine's]", HelpName = "OS/ARCH" };
    private readonly Option<string> baseImage = new("--base") { Description = "The image that this one was built on, to tell its layers from added ones", HelpName = "TARGET" };
    private readonly Option<string> knownBases = new("--known-bases") { Description = "File of base images, lines `NAME DIFFID …` [default: $PLIMSOLL_KNOWN_BASES]", HelpName = "FILE" };
    private readonly Option<bool> plainHttp = new("--plain-http") { Description = "Speak HTTP without TLS to registries (those of this machine need no permission)" };
    private readonly Option<string> caFile = new("--ca-file") { Description = "PEM file of authorities that may vouch for registries, besides the system's", HelpName = "FILE" };
    private readonly Option<bool> noCache = new("--no-cache") { Description = "Read every layer, and keep nothing of it for the next scan (`plimsoll cache status` says what is kept)" };
    private readonly Option<bool> offline = new("--offline") { Description = "Never fetch advisories; judge by those that are on this machine" };
    private readonly Option<bool> noVulnerabilities = new("--no-vulnerabilities") { Description = "Only say what is in the image, not what is vulnerable" };
    private readonly Option<string> now = new("--now") { Description = "The time to write in reports, ISO 8601 or seconds since 1970 [default: $SOURCE_DATE_EPOCH, else the clock]", HelpName = "TIME" };
    private readonly Option<bool> freshness = new("--freshness") { Description = "Ask each package's own registry, over the network, which version is the newest" };
    private readonly Option<string[]> rules = RulesCommand.Folders();
    private readonly Option<bool> noHardening = new("--no-hardening") { Description = "Do not judge configurations" };
    private readonly Option<bool> showConfig = new("--show-config") { Description = "Print the configuration in force with the origin of each setting, and judge nothing (table, json)" };
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "No progress" };

    public Command AddTo(Command command)
    {
        target.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', _, ..] word }, ..]) result.AddError($"There is no option `{word}`.");
        });
        command.Add(target);
        foreach (var option in new Option[] { format, outputs, details, allLayers, only, platform, baseImage, knownBases, plainHttp, caFile, noCache, now, quiet }) command.Add(option);
        if (matches)
        {
            command.Add(offline);
            command.Add(noVulnerabilities);
            command.Add(freshness);
            command.Add(noHardening);
        }
        if (matches || hardens) command.Add(rules);
        if (hardens) command.Add(showConfig);
        format.CompletionSources.Add(_ => reports.Select(report => new System.CommandLine.Completions.CompletionItem(report.Id)));
        command.SetAction(parsed => Run(parsed));
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (request, output) = Check(parsed);
        GC.TryStartNoGCRegion(CollectAfter);
        var progress = new ScanProgress();
        ScanResult result;
        using (request.Vulnerabilities?.Progress as UpdateProgress)
        using (Progress.Start(progress, parsed.GetValue(quiet))) result = Scanner.Scan(request, progress);
        output.Write(result);
        if (!result.Problems.IsEmpty && !output.SaysProblems) SayProblems(result);
        return ExitCode.Of(result);
    }

    /// <summary>Why the exit code is 3, for who reads no report that says it.</summary>
    private static void SayProblems(ScanResult result)
    {
        var first = result.Problems[0];
        Terminal.Error($"the target was not read completely ({result.Problems.Length} problem{(result.Problems.Length == 1 ? "" : "s")}): {first.Where}: {first.Message}");
        Terminal.Hint("`plimsoll scan --details` on it lists all.");
    }

    /// <summary>From what was typed to what it means; all that is wrong is said at once.</summary>
    private (ScanRequest, Output) Check(ParseResult parsed)
    {
        var wrong = new List<string>();
        var files = new List<(IReport, string)>();
        var choice = parsed.GetValue(showConfig) ? Plimsoll.Scan.Reports.Harden.All.Configurations : reports;
        foreach (var output in parsed.GetValue(outputs) ?? [])
        {
            var equals = output.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == output.Length - 1) wrong.Add($"`--output {output}` is not FORMAT=FILE");
            else if (Find(choice, output[..equals]) is { } report) files.Add((report, output[(equals + 1)..]));
            else wrong.Add($"`{output[..equals]}` is no format");
        }
        var formatName = parsed.GetValue(format) ?? (reportsAnyway || files.Count == 0 ? defaultFormat : null);
        var standard = formatName is null ? null : Find(choice, formatName);
        if (formatName is not null && standard is null) wrong.Add($"`{formatName}` is no format");
        Platform? wantedPlatform = null;
        if (parsed.GetValue(platform) is { } platformText && !Platform.TryParse(platformText, out wantedPlatform)) wrong.Add($"`{platformText}` is no platform such as `linux/arm64`");
        if (parsed.GetValue(offline) && parsed.GetValue(freshness)) wrong.Add("`--freshness` asks registries, which `--offline` forbids");
        var (time, timeError) = Time(parsed.GetValue(now));
        if (timeError is not null) wrong.Add(timeError);
        if (wrong.Count > 0) throw new PlimsollException("arguments-invalid", string.Join("; ", wrong) + ".", $"Formats are {Formats(choice)}; `--help` shows the options.");
        var request = new ScanRequest
        {
            Target = Target.Parse(parsed.GetRequiredValue(target)),
            Only = [.. (parsed.GetValue(only) ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
            AllLayers = parsed.GetValue(allLayers),
            Platform = wantedPlatform,
            Base = parsed.GetValue(baseImage) is { } baseText ? Target.Parse(baseText) : null,
            KnownBases = parsed.GetValue(knownBases) ?? (Environment.GetEnvironmentVariable("PLIMSOLL_KNOWN_BASES") is { Length: > 0 } set ? set : null),
            Freshness = parsed.GetValue(freshness),
            Database = matches ? AdvisoryDatabase.DefaultFolder : null,
            Now = time,
            Registry = new RegistryOptions { PlainHttp = parsed.GetValue(plainHttp), CaFile = parsed.GetValue(caFile) },
            Cache = parsed.GetValue(noCache) ? null : CacheSettings.FromEnvironment(),
            Hardening = hardens || (matches && !parsed.GetValue(noHardening)) ? HardeningOptions.With(parsed.GetValue(rules) ?? [], judges: !parsed.GetValue(showConfig)) : null,
            Vulnerabilities = matches && !parsed.GetValue(noVulnerabilities) ? Vulnerabilities(parsed, time) : null,
        };
        return (request, new Output { Standard = standard, Files = files, Details = parsed.GetValue(details), Now = time });
    }

    private static IReport? Find(IReadOnlyList<IReport> among, string id) => among.FirstOrDefault(report => report.Id == id);

    private static string Formats(IReadOnlyList<IReport> among) => string.Join(", ", among.Select(report => report.Id));

    /// <summary>A scan waits for the network once and not for long: with nothing fetched it still has an inventory to show.</summary>
    private VulnerabilityOptions Vulnerabilities(ParseResult parsed, DateTimeOffset time) => new()
    {
        Update = new UpdateRequest
        {
            Folder = AdvisoryDatabase.DefaultFolder,
            Offline = parsed.GetValue(offline),
            Transport = new TransportOptions { PlainHttp = parsed.GetValue(plainHttp), CaFile = parsed.GetValue(caFile), Attempts = 1, Stall = patience },
        },
        Now = time,
        Progress = new UpdateProgress(parsed.GetValue(quiet)),
    };

    private static (DateTimeOffset, string?) Time(string? given)
    {
        var name = given is null ? "SOURCE_DATE_EPOCH" : "--now";
        var text = given ?? Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH");
        if (string.IsNullOrEmpty(text)) return (TimeProvider.System.GetUtcNow(), null);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253_402_300_799) return (DateTimeOffset.FromUnixTimeSeconds(seconds), null);
        if (given is not null && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return (time, null);
        return (default, $"`{text}` in {name} is no time; write 2026-01-31T12:00:00Z or seconds since 1970");
    }
}
