using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// /var/lib/dpkg/diversions (dpkg-divert(1)): three lines each, the path in packages, where it goes instead, and the
/// package whose own file stays in place, or `:` when an administrator diverted it for every package.
/// </summary>
internal sealed class DpkgDiversions
{
    public const string Path = "var/lib/dpkg/diversions";

    /// <summary>Bytes of the file: ten thousand diversions of long paths; real systems have a dozen.</summary>
    private const int MaxBytes = 4 << 20;

    private const int MaxPath = 4096; // PATH_MAX

    private readonly Dictionary<string, (byte[] To, string By)> moved = new(StringComparer.Ordinal);

    public static DpkgDiversions Read(ImageFiles files, Findings found)
    {
        var diversions = new DpkgDiversions();
        // TryRead reports what it cannot read; an absent file diverts nothing.
        if (!files.TryFind(Path, out var file) || !found.TryRead(file, MaxBytes, out var content) || content.IsEmpty) return diversions;
        var lines = Encoding.UTF8.GetString(content.Span).Split('\n');
        for (var i = 0; i + 3 < lines.Length; i += 3)
        {
            if (!lines[i].StartsWith('/') || !lines[i + 1].StartsWith('/') || !IsBy(lines[i + 2]))
            {
                found.Malformed(file.At(i + 1), "expected three lines, a path, the path that replaces it, and a package or `:`, found something else; this diversion was not used");
                continue;
            }
            diversions.moved[lines[i]] = (Encoding.UTF8.GetBytes(lines[i + 1]), lines[i + 2]);
        }
        if (lines.Length % 3 != 1 || lines[^1].Length > 0)
            found.Report(Core.Results.ProblemKind.Truncated, file.Path, $"expected three lines for each diversion and a newline at the end, found {lines.Length - 1:N0} whole lines; the last diversion was not used");
        return diversions;
    }

    /// <summary>Where the file that a package lists really is.</summary>
    public ReadOnlySpan<byte> Place(ReadOnlySpan<byte> path, string package)
    {
        if (moved.Count == 0 || path.Length > MaxPath) return path;
        Span<char> text = stackalloc char[path.Length];
        var length = Encoding.UTF8.GetChars(path, text);
        return moved.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out var to) && to.By != package ? to.To : path;
    }

    private static bool IsBy(string name) => name is ":" || (name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && !name.AsSpan().ContainsAnyExceptInRange('!', '~'));
}
