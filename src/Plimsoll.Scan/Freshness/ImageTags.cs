using System.Text;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Registry;

namespace Plimsoll.Scan.Freshness;

/// <summary>
/// Asks registries for newer tags of the image that the scanned one was built on, and of the scanned one where it came from
/// a registry. A newer tag is one that is like its own (<see cref="VersionTag"/>) with a higher version. Who asks is
/// proved as when the image itself is read.
/// </summary>
internal static class ImageTags
{
    public const string Source = "tags";

    /// <summary>How long a list of tags is used again without asking.</summary>
    private static readonly TimeSpan age = TimeSpan.FromHours(1);

    /// <param name="registry">How registries may be spoken to.</param>
    /// <param name="patience">With how much patience.</param>
    public static IEnumerable<NewestTag> Ask(Image image, RegistryOptions registry, TransportOptions patience, Asking asking)
    {
        var options = registry with { Attempts = patience.Attempts, Resumes = patience.Resumes, Pause = patience.Pause, LongestPause = patience.LongestPause, Stall = patience.Stall, Total = patience.Total };
        if (image.Base?.Name is { } under && ImageReference.TryParse(under, out var reference, out _)) yield return Ask(reference!, isBase: true, options, asking);
        else if (!image.Layers.IsEmpty) asking.Note("Which image this one was built on is not known by a name, so nobody was asked for newer tags of it; `--base registry:NAME:TAG` says it.");
        if (image.Source == SourceKind.Registry && ImageReference.TryParse(image.Names[0], out reference, out _)) yield return Ask(reference!, isBase: false, options, asking);
    }

    private static NewestTag Ask(ImageReference image, bool isBase, RegistryOptions options, Asking asking)
    {
        var answer = new NewestTag { Image = image.ToString(), IsBase = isBase, Tag = image.Tag };
        if (image.Tag is null) return answer with { Unknown = "it is named by its digest and no tag" };
        if (VersionTag.TryParse(image.Tag) is not { } tag) return answer with { Unknown = $"its tag `{image.Tag}` names no version" };
        var wanted = new Wanted(new Uri($"https://{image.Host}/v2/{image.Repository}/tags/list"), int.MaxValue, age);
        var (content, failure) = asking.Getter.Get(wanted, () => List(image, options), "image-not-found");
        if (content is null)
        {
            if (!failure!.IsAbsent) asking.Report(ProblemKind.Unreadable, Source, answer.Image, $"whether there are newer tags of it is not known: {failure.Reason}");
            return answer with { Unknown = failure.Reason };
        }
        using var reader = new StreamReader(content, Encoding.UTF8);
        return Judge(answer, tag, Lines(reader));
    }

    internal static NewestTag Judge(NewestTag answer, VersionTag tag, IEnumerable<string> published)
    {
        VersionTag? newest = null, ofMajor = null;
        foreach (var text in published)
        {
            if (VersionTag.TryParse(text) is not { IsPreview: false } other || !tag.IsLike(other)) continue; // It names no stable release of the kind.
            if (newest is null || other.CompareTo(newest) > 0) newest = other;
            if (other.Numbers[0] == tag.Numbers[0] && (ofMajor is null || other.CompareTo(ofMajor) > 0)) ofMajor = other;
        }
        return answer with
        {
            Newest = newest?.Text,
            NewestOfMajor = ofMajor?.Text,
            Standing = newest is null ? Standing.Unknown : newest.CompareTo(tag) > 0 ? Standing.Behind : Standing.Current,
            Unknown = newest is null ? "the registry lists no stable tag of its kind" : null,
        };
    }

    /// <summary>A tag a line: no tag has a line's end in it, and what has is none.</summary>
    private static byte[] List(ImageReference image, RegistryOptions options)
    {
        using var client = new RegistryClient(image, options);
        return Encoding.UTF8.GetBytes(string.Join('\n', client.ListTags().Where(tag => tag.Length > 0 && !tag.Contains('\n', StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
    }

    private static IEnumerable<string> Lines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line) yield return line;
    }
}
