using System.Globalization;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The sentences of a summary, said the same way in every format that a person reads. Raw text of the image, not yet cleaned.</summary>
internal sealed class Facts(ScanResult result)
{
    private readonly Image image = result.Image;

    /// <summary>Problems that a summary shows.</summary>
    public const int ProblemsShown = 5;

    public IEnumerable<Package> Installed => result.Packages.Where(package => package.RemovedIn is null);
    public IEnumerable<Package> Removed => result.Packages.Where(package => package.RemovedIn is not null);

    public bool IsComplete => result.Completeness == Completeness.Complete;

    public string Names => string.Join(", ", image.Names.Where(name => name != image.Reference));

    public string? Id => image.ManifestDigest is { } manifest ? manifest.Short : image.ConfigDigest?.Short;

    /// <summary>`Debian GNU/Linux 12 (bookworm)`; null when nothing says what the system is.</summary>
    public string? System => result.Os is { } os ? os.PrettyName ?? (os.VersionId is null ? os.Id : $"{os.Id} {os.VersionId}") : null;

    public string? Layers
    {
        get
        {
            if (image.Layers.IsEmpty) return null;
            return $"{Count(image.Layers.Length, "layer")}, {Size(image.Layers.Sum(layer => layer.Size))}";
        }
    }

    public string? Base
    {
        get
        {
            if (image.Base is not { } found) return image.Layers.IsEmpty ? null : "unknown";
            var name = found.Name ?? found.Digest?.ToString() ?? "an image without a name";
            return found.LayerCount is { } count
                ? $"{name}, {Number(count)} of {Count(image.Layers.Length, "layer")}: {found.Evidence}"
                : $"{name}, unknown with which layers: {found.Evidence}";
        }
    }

    /// <summary>`113 deb, 312 npm`, the most first.</summary>
    public string Packages
    {
        get
        {
            var kinds = Kinds(Installed.Select(package => package.Purl));
            return kinds.Length > 0 ? kinds : "none found";
        }
    }

    /// <summary>Language packages that came inside an OS package; null when none did.</summary>
    public string? Inside
    {
        get
        {
            var kinds = Kinds(Installed.SelectMany(package => package.Contains));
            return kinds.Length > 0 ? $"{kinds}, as parts of OS packages" : null;
        }
    }

    /// <summary>Null when nothing is known of a base.</summary>
    public string? Origin
    {
        get
        {
            var ofBase = Installed.Count(package => package.Origin == LayerOrigin.Base);
            var added = Installed.Count(package => package.Origin == LayerOrigin.Added);
            if (ofBase + added == 0) return null;
            var unknown = Installed.Count() - ofBase - added;
            return $"{Number(ofBase)} from the base image, {Number(added)} added on top" + (unknown > 0 ? $", {Number(unknown)} unknown" : "");
        }
    }

    public string? RemovedCount => Removed.Count() is > 0 and var count ? $"{Number(count)} by later layers, not counted above" : null;

    /// <summary>Null for a bill of materials, which has none.</summary>
    public string? Files
    {
        get
        {
            if (image.Source == SourceKind.Sbom) return null;
            var counts = result.Counts;
            var files = $"{Count(counts.Files, "file")}, {Number(counts.Executables)} executable";
            return counts.UnownedExecutables is { } unowned ? $"{files} ({Number(unowned)} of no OS package)" : files;
        }
    }

    /// <summary>Why there is not one application, or that nothing says it.</summary>
    public string? ApplicationNote => result.ApplicationNote ?? (result.Applications.IsEmpty ? "nothing in the image says which" : null);

    public string NotRead => result.Problems.Length <= ProblemsShown
        ? Count(result.Problems.Length, "problem")
        : $"{Count(result.Problems.Length, "problem")}, the first {ProblemsShown} of them:";

    public string Verdict => IsComplete
        ? "Complete: all that was recognised was read."
        : $"Incomplete: {Count(result.Problems.Length, "problem")}. What could not be read is not counted here.";

    public static string Title(Application application) =>
        application.Version is null ? $"{application.Name}, version unknown" : $"{application.Name} {application.Version}";

    /// <summary>The arguments as a shell takes them.</summary>
    public static string Command(Application application) => string.Join(' ', application.Command.Select(Quote));

    /// <summary>`root` where nothing else is set: that is what a container then runs as.</summary>
    public string User(Application application)
    {
        var user = application.User;
        if (user.Length == 0) return image.Config.Known ? "root, as no user is set" : "not stated";
        var name = user.Split(':')[0];
        return name is "root" or "0" ? "root" : user;
    }

    public static bool IsRoot(string user) => user.StartsWith("root", StringComparison.Ordinal) && (user.Length == 4 || user[4] == ',');

    /// <summary>A problem in one line.</summary>
    public static string Sentence(Problem problem)
    {
        var what = $"{Kind(problem.Kind)} ({problem.Unit}): {problem.Message}";
        return problem.Where.Length > 0 ? $"{problem.Where}: {what}" : what;
    }

    public static string Kind(ProblemKind kind) => kind switch
    {
        ProblemKind.Malformed => "malformed",
        ProblemKind.Truncated => "truncated",
        ProblemKind.Mismatch => "mismatch",
        ProblemKind.LimitReached => "limit reached",
        ProblemKind.Unsupported => "unsupported",
        ProblemKind.Unreadable => "unreadable",
        ProblemKind.DataMissing => "data missing",
        ProblemKind.Crashed => "crashed",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind of problem without a name"),
    };

    public static string Origins(LayerOrigin origin) => origin switch
    {
        LayerOrigin.Base => "base",
        LayerOrigin.Added => "added",
        LayerOrigin.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "an origin without a name"),
    };

    public static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Decimal units, as registries and engines count.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => $"{(bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture)} kB",
        < 1_000_000_000 => $"{(bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture)} MB",
        _ => $"{(bytes / 1e9).ToString("0.0", CultureInfo.InvariantCulture)} GB",
    };

    private static string Kinds(IEnumerable<PackageUrl> purls) =>
        string.Join(", ", purls.CountBy(purl => purl.Type, StringComparer.Ordinal)
            .OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => $"{Number(kind.Value)} {kind.Key}"));

    private static string Quote(string argument)
    {
        foreach (var c in argument)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/' or ':' or '=' or ',' or '+' or '@' or '%'))
                return $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        return argument.Length == 0 ? "''" : argument;
    }
}
