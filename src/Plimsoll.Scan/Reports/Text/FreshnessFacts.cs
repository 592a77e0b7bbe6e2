using System.Globalization;
using Plimsoll.Core.Findings;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The sentences of a summary on newer versions.</summary>
internal sealed class FreshnessFacts(NewestVersions freshness)
{
    /// <summary>Packages that a summary names of each kind.</summary>
    public const int MostShown = 5;

    /// <summary>Behind the newest, the most urgent first: updates of a security suite, then the largest distance of first numbers.</summary>
    public IReadOnlyList<NewestVersion> Behind { get; } =
    [
        .. freshness.Packages.Where(package => package.Standing == Standing.Behind)
            .OrderByDescending(package => package.IsSecurityUpdate).ThenByDescending(Distance).ThenBy(package => package.Package, StringComparer.Ordinal),
    ];

    private IReadOnlyList<NewestVersion> Warned { get; } = [.. freshness.Packages.Where(package => package.Warning is not null)];

    /// <summary>What stands out is marked.</summary>
    public IEnumerable<(string Sentence, bool StandsOut)> Summary
    {
        get
        {
            var updates = Behind.Where(package => package.IsSecurityUpdate).ToList();
            if (freshness.Packages.Length == 0) yield return ("nothing is known: no registry answered for a package", true);
            else yield return ($"{Facts.Number(Behind.Count)} of {Facts.Count(freshness.Packages.Length, "package")} behind{(Behind.Count > updates.Count ? $"; {Some(Behind.Where(package => !package.IsSecurityUpdate))}" : "")}", false);
            if (updates.Count > 0) yield return ($"{Facts.Count(updates.Count, "security update")} not installed: {Some(updates)}", true);
            if (Warned.Count > 0) yield return ($"{Facts.Number(Warned.Count)} warned of: {string.Join("; ", Warned.Take(MostShown).Select(package => $"{package.Name} {package.Installed} {package.Warning}"))}{(Warned.Count > MostShown ? "; …" : "")}", true);
            foreach (var image in freshness.Images) yield return ($"{(image.IsBase ? "base image" : "image")} {image.Image}: {Describe(image)}", image.Standing == Standing.Behind);
            foreach (var missing in freshness.Unanswered) yield return ($"{missing.Source}: {Facts.Count(missing.Packages.Length, "package")} not known of, {missing.From}: {missing.Reason}", false);
            foreach (var note in freshness.Notes) yield return (note, false);
        }
    }

    public static string Describe(NewestVersion package) => $"{package.Name} {package.Installed} → {package.Newest}";

    private static string Describe(NewestTag image) => image.Unknown is { } reason ? $"newer tags are not known: {reason}"
        : image.Standing == Standing.Current ? "no newer tag"
        : $"newest tag {image.Newest}{(image.NewestOfMajor is { } same && same != image.Newest && same != image.Tag ? $", of this major {same}" : "")}";

    private static string Some(IEnumerable<NewestVersion> packages)
    {
        var all = packages.ToList();
        return string.Join(", ", all.Take(MostShown).Select(Describe)) + (all.Count > MostShown ? ", …" : "");
    }

    private static long Distance(NewestVersion package) => First(package.Newest ?? "") - First(package.Installed);

    /// <summary>The first number of a version; what is longer than that of any real one counts as the largest.</summary>
    private static long First(string version)
    {
        var bare = version.AsSpan().TrimStart('v');
        var end = bare.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? bare : bare[..end];
        return digits.IsEmpty ? 0 : long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }
}
