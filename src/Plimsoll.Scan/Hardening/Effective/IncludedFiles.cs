using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Files of one configuration that include each other, each opened inside the one that names it, within bounds.</summary>
/// <param name="mostOpen">Files inside each other, the outermost among them.</param>
/// <param name="mostFiles">Files in all; one that is included twice counts twice.</param>
/// <param name="consequence">What the application does beyond its bounds, as a clause that ends the message: `; sshd would not start with it`.</param>
internal sealed class IncludedFiles(Subject subject, int mostOpen, int mostFiles, string consequence = "")
{
    private readonly List<string> open = [];
    private int files;

    /// <summary>Opens a file until <see cref="Close"/>. False when bounds or the file itself forbid it, which is then a problem.</summary>
    /// <param name="key">What the gap is called.</param>
    /// <param name="origin">Who names the file.</param>
    /// <param name="gap">What stands in place of the file's settings.</param>
    public bool TryOpen(ImageFile file, string key, Origin origin, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out Setting? gap)
    {
        (text, gap) = (null, null);
        if (open.Count >= mostOpen || open.Contains(file.Path) || ++files > mostFiles)
        {
            subject.Problems.Report(ProblemKind.LimitReached, origin.ToString(), string.Create(CultureInfo.InvariantCulture, $"{file.Path} includes itself, or more than {mostOpen} files are inside each other, or more than {mostFiles:N0} are included{consequence}"));
            gap = Setting.Gap(key, [file.Path], origin, $"an end to the includes of {file.Path}");
            return false;
        }
        if (!subject.TryRead(file, out text))
        {
            gap = Subject.Unread(key, file, origin);
            return false;
        }
        open.Add(file.Path);
        return true;
    }

    /// <summary>The file that was opened last has been read.</summary>
    public void Close() => open.RemoveAt(open.Count - 1);
}
