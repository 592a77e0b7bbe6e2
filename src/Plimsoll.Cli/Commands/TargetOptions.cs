using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Plimsoll.Core.Images;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Policies;
using Plimsoll.Scan.Vex;

namespace Plimsoll.Cli.Commands;

/// <summary>How a target is read and judged, for every command that scans one.</summary>
/// <param name="matches">Whether vulnerabilities are looked for.</param>
/// <param name="judges">Whether a policy is applied.</param>
internal sealed class TargetOptions(bool matches, bool judges)
{
    public const string Targets = "archive:FILE[:NAME] (docker save, plain, gzip or zstd), oci:PATH[:NAME] (layout folder or tar), rootfs:FOLDER, sbom:FILE (CycloneDX or SPDX JSON), docker:NAME, podman:NAME, container:NAME, registry:[HOST/]NAME[:TAG][@DIGEST]; without a prefix a file or folder, else Docker, Podman and the registry are asked in this order";

    /// <summary>How long a scan waits for a server of advisories to answer.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

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
    private readonly Option<string> policy = new("--policy") { Description = $"What fails the build and what does not count [default: {PolicyFile.DefaultName} in this folder, if it is there]", HelpName = "FILE" };
    private readonly Option<string[]> failOn = new("--fail-on") { Description = $"Exit with 1 when a finding is one of these: {FailOn.Help}; with commas between", HelpName = "CONDITIONS" };
    private readonly Option<string[]> vex = new("--vex") { Description = "Statements on what does not affect the image: OpenVEX, CSAF or CycloneDX; may be given several times", HelpName = "FILE" };
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "No progress" };

    public void AddTo(Command command)
    {
        only.CompletionSources.Add(_ => Scanner.Catalogers.SelectMany(cataloger => (string[])[cataloger.Id, cataloger.Id[..cataloger.Id.IndexOf('/', StringComparison.Ordinal)]]).Distinct().Select(id => new CompletionItem(id)));
        foreach (var option in new Option[] { allLayers, only, platform, baseImage, knownBases, plainHttp, caFile, noCache, now, quiet }) command.Add(option);
        if (!matches) return;
        foreach (var option in new Option[] { offline, noVulnerabilities, freshness, vex }) command.Add(option);
        if (!judges) return;
        command.Add(policy);
        command.Add(failOn);
    }

    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(quiet);

    /// <summary>From what was typed to what it means.</summary>
    /// <param name="wrong">Is told all that is wrong, clauses; nothing may be scanned then.</param>
    public (Func<string, ScanRequest> Request, DateTimeOffset Now) Check(ParseResult parsed, List<string> wrong)
    {
        Platform? wantedPlatform = null;
        if (parsed.GetValue(platform) is { } platformText && !Platform.TryParse(platformText, out wantedPlatform)) wrong.Add($"`{platformText}` is no platform such as `linux/arm64`");
        if (parsed.GetValue(offline) && parsed.GetValue(freshness)) wrong.Add("`--freshness` asks registries, which `--offline` forbids");
        var (time, timeError) = Time(parsed.GetValue(now));
        if (timeError is not null) wrong.Add(timeError);
        var applied = judges ? Policy(parsed, wrong) : null;
        var looks = matches && !parsed.GetValue(noVulnerabilities);
        return (target => new ScanRequest
        {
            Target = Target.Parse(target),
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
            Vulnerabilities = looks ? Vulnerabilities(parsed, time) : null,
            Policy = applied,
            Vex = [.. (matches ? parsed.GetValue(vex) ?? [] : []).Select(VexFile.Read)],
        }, time);
    }

    /// <summary>Scans with progress on standard error.</summary>
    public ScanResult Scan(ParseResult parsed, ScanRequest request)
    {
        var progress = new ScanProgress();
        using (request.Vulnerabilities?.Progress as UpdateProgress)
        using (Progress.Start(progress, IsQuiet(parsed))) return Scanner.Scan(request, progress);
    }

    /// <summary>A file that lies in the folder is for scans that judge: an inventory alone does not ask for it.</summary>
    private Policy? Policy(ParseResult parsed, List<string> wrong)
    {
        var (named, words, skips) = (parsed.GetValue(policy), parsed.GetValue(failOn) ?? [], parsed.GetValue(noVulnerabilities));
        if (skips && words.Length > 0) wrong.Add("`--fail-on` judges findings, which `--no-vulnerabilities` leaves out");
        var found = named is null && !skips && File.Exists(PolicyFile.DefaultName);
        var file = named is not null || found ? PolicyFile.Read(named ?? PolicyFile.DefaultName) with { WasFound = found } : null;
        if (words.Length == 0) return file;
        var fail = words.Aggregate(file?.Fail ?? FailConditions.None, (conditions, word) => FailOn.Add(conditions, word, wrong));
        return file is null ? new Policy { Source = "--fail-on", Fail = fail } : file with { Fail = fail };
    }

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
