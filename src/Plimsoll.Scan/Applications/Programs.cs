using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications;

/// <summary>The files of an image as a process in its container meets them: programs by PATH, users, texts.</summary>
internal sealed class Programs(ImageFiles files, ProblemLog problems)
{
    /// <summary>Bytes of one script or configuration file that is read; the longest entry scripts of official images have 30 KiB.</summary>
    public const int TextLimit = 1 << 20;

    private readonly Dictionary<string, string?> texts = new(StringComparer.Ordinal);

    public ImageFiles Files { get; } = files;
    public ProblemLog Problems { get; } = problems;

    /// <summary>Finds what a process would start, as execvp(3) does: by path when the name has a slash, else in PATH.</summary>
    public bool TryFind(Process process, out ImageFile program)
    {
        program = Files.Root;
        if (!process.Argv[0].Known || process.Program.Length == 0) return false;
        if (process.Program.Contains('/', StringComparison.Ordinal)) return TryFindFile(process.WorkingDir, process.Program, out program);
        foreach (var folder in process.SearchPath.Split(':'))
            if (TryFindFile(process.WorkingDir, folder + "/" + process.Program, out program) && (program.Permissions & 0x49) != 0) return true;
        return false;
    }

    /// <summary>A regular file by its path, which may be relative to a folder.</summary>
    public bool TryFindFile(string folder, string path, out ImageFile file) => TryFindAny(folder, path, out file) && file.IsFile;

    public bool TryFindAny(string folder, string path, out ImageFile found) => Files.TryFind(Absolute(folder, path), out found);

    public static string Absolute(string folder, string path) =>
        path.StartsWith('/') ? path : folder.EndsWith('/') ? folder + path : folder + "/" + path;

    /// <summary>The text of a file, at most <see cref="TextLimit"/> bytes; when it cannot be read that is a problem.</summary>
    public bool TryRead(ImageFile file, [NotNullWhen(true)] out string? text)
    {
        if (texts.TryGetValue(file.Path, out text)) return text is not null;
        try
        {
            text = Encoding.UTF8.GetString(file.ReadBytes(TextLimit).Span);
        }
        catch (UnreadableException unreadable)
        {
            Problems.Report(unreadable.Kind, file.Path, $"{unreadable.Message}; what it starts is not known");
        }
        texts[file.Path] = text;
        return text is not null;
    }

    /// <summary>The number of a user, `USER` as in an image configuration (`name`, `name:group`, `1000`); null when the image does not say.</summary>
    public int? UserId(string user)
    {
        user = user.Split(':')[0];
        if (user is "" or "root") return 0;
        if (int.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return id;
        return Passwd(fields => fields[0] == user) is { } entry && int.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out id) ? id : null;
    }

    /// <summary>The home folder of a user by passwd(5); null when the image does not say.</summary>
    public string? Home(string user)
    {
        var id = UserId(user);
        if (id is null) return null;
        return Passwd(fields => fields[2] == id.Value.ToString(CultureInfo.InvariantCulture))?[5] ?? (id == 0 ? "/root" : null);
    }

    private string[]? Passwd(Func<string[], bool> wanted)
    {
        if (!TryFindFile("/", "etc/passwd", out var passwd) || !TryRead(passwd, out var text)) return null;
        foreach (var line in text.Split('\n'))
            if (line.Split(':') is { Length: >= 6 } fields && wanted(fields)) return fields;
        return null;
    }
}
