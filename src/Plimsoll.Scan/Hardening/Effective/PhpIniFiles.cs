using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// What is in force before php-fpm reads its own files (PHP's manual, "The configuration file"): php-fpm-fcgi.ini or php.ini, in the first place that has it of
/// `-c`, PHPRC and the built-in folder; then `*.ini` of the scanned folders, which PHP_INI_SCAN_DIR may name; then `-d`. Behind an error of a file PHP goes
/// on without the rest of it. What stands below `[PATH=…]` or `[HOST=…]` is a block, up to the next of these or the end of the file.
/// </summary>
internal sealed class PhpIniFiles(Subject subject, PhpLayout layout)
{
    private const int MostFiles = 1024;

    private static readonly string[] names = ["php-fpm-fcgi.ini", "php.ini"];
    private readonly ImmutableArray<Setting>.Builder settings = ImmutableArray.CreateBuilder<Setting>();
    private int files;

    public ImmutableArray<Setting> Read(Options options)
    {
        var isIgnored = options.Last("-n", "--no-php-ini") is not null;
        AddMain(options.Last("-c", "--php-ini"), isIgnored);
        if (!isIgnored) AddScanned();
        foreach (var (name, value) in options.Given)
            if (name is "-d" or "--define") AddDefinition(value);
        return settings.ToImmutable();
    }

    /// <summary>A variable of a value: what has been set so far under this name, else the environment.</summary>
    public Value Variable(string name, IReadOnlyList<Setting> before) => Last(before, name) ?? Last(settings, name) ?? (subject.Process.Env.TryGetValue(name, out var value) ? value : Value.Unknown(name));

    private static Value? Last(IReadOnlyList<Setting> all, string name)
    {
        for (var i = all.Count - 1; i >= 0; i--)
            if (all[i].Key == name && !all[i].IsBlock) return all[i].Needs is null ? all[i].Value : Value.Unknown(name);
        return null;
    }

    private void AddMain(Value? given, bool isIgnored)
    {
        if (given is { Known: false } unknown)
        {
            settings.Add(Setting.Gap("", [unknown.Text], Origin.Argument("-c"), $"the value of `{unknown.Text}` when the container starts"));
            return;
        }
        if (given is { } path)
        {
            AddFrom(path.Text);
            return;
        }
        if (isIgnored) return;
        if (subject.Process.Env.TryGetValue("PHPRC", out var other) && other is { Known: false }) settings.Add(Setting.Gap("", ["PHPRC"], Origin.Environment("PHPRC"), "the value of PHPRC when the container starts"));
        else if (other.Text is not { Length: > 0 } || !AddFrom(other.Text)) AddFrom(layout.Ini);
    }

    /// <summary>A file, or the file of a folder.</summary>
    private bool AddFrom(string path)
    {
        foreach (var candidate in (ReadOnlySpan<string>)[path, .. names.Select(name => $"{path}/{name}")])
            if (subject.TryFind(subject.Process.WorkingDir, candidate, out var file))
            {
                Add(file);
                return true;
            }
        var folder = Programs.Absolute(subject.Process.WorkingDir, path);
        if (subject.IsVolume(folder)) settings.Add(Setting.Gap("", [path], Origin.Image("VOLUME"), $"what is mounted at {folder}"));
        return false;
    }

    private void AddScanned()
    {
        var folders = layout.Scanned;
        if (subject.Process.Env.TryGetValue("PHP_INI_SCAN_DIR", out var given))
        {
            if (!given.Known)
            {
                settings.Add(Setting.Gap("", ["PHP_INI_SCAN_DIR"], Origin.Environment("PHP_INI_SCAN_DIR"), "the value of PHP_INI_SCAN_DIR when the container starts"));
                return;
            }
            // Set and empty it names none.
            if (given.Text.Length == 0) return;
            folders = given.Text;
        }
        foreach (var part in folders.Split(':'))
        {
            var folder = Programs.Absolute(subject.Process.WorkingDir, part.Length == 0 ? layout.Scanned : part);
            if (subject.Files.TryFind(folder, out var found) && found.IsFolder)
                foreach (var file in found.Children().Where(child => child.Name.EndsWith(".ini", StringComparison.Ordinal)).OrderBy(child => child.Name, StringComparer.Ordinal))
                    if (subject.TryFind("/", file.Path, out var target)) Add(target);
            if (subject.IsVolume(folder)) settings.Add(Setting.Gap("", [folder], Origin.Image("VOLUME"), $"what is mounted at {folder}"));
        }
    }

    private void Add(ImageFile file)
    {
        if (++files > MostFiles)
        {
            if (files == MostFiles + 1)
            {
                subject.Problems.Report(ProblemKind.LimitReached, file.Path, string.Create(CultureInfo.InvariantCulture, $"there are more than {MostFiles:N0} files of php.ini; the others were not read"));
                settings.Add(Setting.Gap("", [file.Path], Origin.At(file.At()), $"what {file.Path} and those behind it hold"));
            }
            return;
        }
        if (!subject.TryRead(file, out var text))
        {
            settings.Add(Subject.Unread("", file, Origin.At(file.At())));
            return;
        }
        var parsed = PhpIniGrammar.Parse(text, file.At(), Variable);
        subject.Report(file, parsed.Error, "PHP starts without what follows in this file");
        Take(parsed);
    }

    private void Take(Parsed parsed)
    {
        Setting? special = null;
        var inside = ImmutableArray.CreateBuilder<Setting>();
        foreach (var setting in parsed.Settings)
            if (setting is { IsBlock: true })
            {
                if (Special(setting) is not { } next) continue; // Any other section changes nothing.
                Close();
                special = next;
            }
            else if (!setting.IsGap && setting.Arguments.Length > 0) (special is null ? settings : inside).Add(PhpValues.Normal(setting, setting.Key));
        Close();

        void Close()
        {
            if (special is not null) settings.Add(special with { Children = inside.DrainToImmutable() });
        }
    }

    private static Setting? Special(Setting section)
    {
        foreach (var kind in (ReadOnlySpan<string>)["PATH", "HOST"])
            if (section.Key.StartsWith(kind, StringComparison.OrdinalIgnoreCase) && section.Key[kind.Length..].TrimStart('=', ' ', '\t') is { Length: > 0 } name)
                return Setting.Block(kind, [kind == "PATH" ? name.TrimEnd('/') : name.ToLowerInvariant()], section.Origin, []) with { Needs = section.Needs };
        return null;
    }

    /// <summary>`name`, which is 1 then, or `name=value`; a value that begins with another sign than a letter, a digit or a quote is a text as it stands.</summary>
    private void AddDefinition(Value given)
    {
        var equals = given.Text.IndexOf('=', StringComparison.Ordinal);
        if (!given.Known && equals <= 0)
        {
            settings.Add(Setting.Gap("", [given.Text], Origin.Argument("-d"), $"the value of `{given.Text}` when the container starts"));
            return;
        }
        if (!given.Known)
        {
            settings.Add(new Setting(given.Text[..equals], [given.Text[(equals + 1)..]], Origin.Argument("-d")) { Needs = $"the value of `{given.Text}` when the container starts" });
            return;
        }
        var text = given.Text;
        if (equals < 0) text += "=1";
        else if (text[(equals + 1)..] is [var first, ..] value && !char.IsAsciiLetterOrDigit(first) && first is not ('"' or '\'')) text = $"{text[..equals]}=\"{value}\"";
        Take(PhpIniGrammar.Parse(text + "\n", (_, _) => Origin.Argument($"-d {given.Text.Split('=')[0]}"), Variable));
    }
}
