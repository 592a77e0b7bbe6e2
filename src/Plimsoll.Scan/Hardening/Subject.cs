using System.Diagnostics.CodeAnalysis;
using System.Text;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening;

/// <summary>An application of an image, and what its configuration is worked out from.</summary>
/// <param name="Process">What the start command ends in, with its environment; words that are decided at run time are marked.</param>
internal sealed record Subject(Application Application, Process Process, Image Image, ImageFiles Files, ProblemLog Problems)
{
    /// <summary>Bytes of one configuration file: ten times the longest of a known image.</summary>
    public const int MostBytes = 4 << 20;

    public string? Version => Application.Version;

    /// <summary>What is said over the image; null for an image alone. The image, its files and the process are those that it makes of them.</summary>
    public Deployment? Deployment { get; init; }

    /// <summary>A regular file by a path that may be relative to a folder; symlinks are followed inside the image.</summary>
    public bool TryFind(string folder, string path, out ImageFile file) => Files.TryFind(Programs.Absolute(folder, path), out file) && file.IsFile;

    /// <summary>Files that a pattern of glob(3) names, sorted by bytes; past <see cref="ImageGlob.Most"/> the rest is a problem.</summary>
    public IReadOnlyList<ImageFile> Glob(string folder, string pattern)
    {
        var found = ImageGlob.Expand(Files, Programs.Absolute(folder, pattern));
        if (found.Count >= ImageGlob.Most) Problems.Report(ProblemKind.LimitReached, pattern, $"the pattern names more than {ImageGlob.Most} files; the others were not read");
        return [.. found.Where(file => file.IsFile)];
    }

    /// <summary>The text of a file; when it cannot be read that is a problem.</summary>
    public bool TryRead(ImageFile file, [NotNullWhen(true)] out string? text)
    {
        text = null;
        try
        {
            text = Encoding.UTF8.GetString(file.ReadBytes(MostBytes).Span);
        }
        catch (UnreadableException unreadable)
        {
            Problems.Report(unreadable.Kind, file.Path, $"{unreadable.Message}; what it configures is not known");
        }
        return text is not null;
    }

    /// <summary>Whether the image says that a path is filled when the container starts: a volume is mounted at it or above it.</summary>
    public bool IsVolume(string path) => Image.Config.Volumes.Any(volume => path == volume || path.StartsWith(volume.TrimEnd('/') + "/", StringComparison.Ordinal));

    /// <summary>A gap in place of a file that is to be read and is not in the image.</summary>
    public static Setting Missing(string key, string path, Origin origin) => Setting.Gap(key, [path], origin, $"the file {path}, which the image does not hold");

    /// <summary>A gap in place of a file whose text <see cref="TryRead"/> did not give.</summary>
    public static Setting Unread(string key, ImageFile file, Origin origin) => Setting.Gap(key, [file.Path], origin, $"the text of {file.Path}, which could not be read");

    /// <summary>An error of a file, when there is one.</summary>
    /// <param name="consequence">A clause: `sshd would not start with this file, and what follows in it was not read`.</param>
    public void Report(ImageFile file, GrammarError? error, string consequence)
    {
        if (error is not null) Problems.Report(ProblemKind.Malformed, new Location(file.Path, Line: error.Line).ToString(), $"{error.Message}; {consequence}");
    }
}
