using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The option files that a server of MariaDB or MySQL reads, one behind the other, with what they include in its place (MySQL's manual, "Using Option
/// Files"): of `!includedir` the `*.cnf` in their order. A file that everybody may write is not read; it is told as `ignored-file`.
/// </summary>
internal sealed class OptionFiles(Subject subject, Func<string, bool> isRead, Func<Setting, Setting> option)
{
    private readonly IncludedFiles included = new(subject, mostOpen: 11, mostFiles: 1024); // The servers themselves allow includes that are ten deep.
    private readonly ImmutableArray<Setting>.Builder settings = ImmutableArray.CreateBuilder<Setting>();

    public ImmutableArray<Setting> Settings => settings.ToImmutable();

    /// <param name="origin">Who names it, where it must be there; null where it may be absent.</param>
    public void Add(string path, Origin? origin)
    {
        if (subject.TryFind(subject.Process.WorkingDir, path, out var file)) Add(file, origin ?? Origin.Image(path));
        else if (origin is not null) settings.Add(Subject.Missing("!include", Programs.Absolute(subject.Process.WorkingDir, path), origin));
    }

    private void Add(ImageFile file, Origin origin)
    {
        if ((file.Permissions & 0x02) != 0)
        {
            settings.Add(new Setting("ignored-file", [file.Path], Origin.At(file.At())));
            return;
        }
        if (!included.TryOpen(file, "!include", origin, out var text, out var gap))
        {
            settings.Add(gap);
            return;
        }
        var parsed = OptionFileGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, "the server would not start with this file, and what follows in it was not read");
        foreach (var setting in parsed.Settings)
            if (setting.IsGap) settings.Add(setting);
            else if (setting is { Key: "!include", IsBlock: false, Arguments: [var path] }) Add(path, setting.Origin);
            else if (setting is { Key: "!includedir", IsBlock: false, Arguments: [var folder] }) AddFolder(folder, setting.Origin);
            else if (isRead(setting.Key)) settings.AddRange(setting.Children.Select(option));
        included.Close();
    }

    private void AddFolder(string path, Origin origin)
    {
        var absolute = Programs.Absolute(subject.Process.WorkingDir, path).TrimEnd('/');
        if (!subject.Files.TryFind(absolute, out var folder) || !folder.IsFolder) settings.Add(Subject.Missing("!includedir", absolute, origin));
        else
            foreach (var file in subject.Glob("/", ImageGlob.Escape(absolute) + "/*.cnf")) Add(file, origin);
        // A folder that a volume covers is filled by whoever runs the container.
        if (subject.IsVolume(absolute)) settings.Add(Setting.Gap("!includedir", [path], origin, $"what is mounted at {absolute}"));
    }
}
