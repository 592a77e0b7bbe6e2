using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The HTTP server's main file as it is read: what acts on reading (Include, Define, LoadModule, ServerRoot and the sections that ask for a module, a
/// define, a version or a file) is carried out in order, everything else stands in the tree.
/// </summary>
internal sealed class HttpdReading(Subject subject, HttpdVariables variables, HttpdModules modules, string root)
{
    private const int MostDepth = 20; // As the server itself allows.
    private const int MostSettings = 500_000;

    private readonly IncludedFiles included = new(subject, mostOpen: MostDepth, mostFiles: 4096);
    private string folder = root;
    private int settings;

    public void ReadFile(ImageFile file, Origin origin, ImmutableArray<Setting>.Builder to)
    {
        if (!included.TryOpen(file, "Include", origin, out var text, out var gap))
        {
            to.Add(gap);
            return;
        }
        var parsed = HttpdGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, "the server would not start with this file, and what follows in it was not read");
        Read(parsed.Settings, to);
        included.Close();
    }

    public void Read(ImmutableArray<Setting> from, ImmutableArray<Setting>.Builder to)
    {
        foreach (var setting in from)
        {
            if (++settings > MostSettings)
            {
                if (settings == MostSettings + 1) subject.Problems.Report(ProblemKind.LimitReached, setting.Origin.ToString(), string.Create(CultureInfo.InvariantCulture, $"includes make more than {MostSettings:N0} directives; the rest was not read"));
                to.Add(Setting.Gap("", [], setting.Origin, "what lies beyond the limit of directives"));
                return;
            }
            if (setting.IsGap) to.Add(setting);
            else Take(setting, to);
        }
    }

    private void Take(Setting raw, ImmutableArray<Setting>.Builder to)
    {
        var text = variables.Expand(raw.Arguments is [var one] ? one : "", out var needs);
        var setting = raw with { Arguments = HttpdGrammar.Words(text), Needs = needs };
        if (setting.IsBlock)
        {
            if (Condition(setting, text) is { } condition)
            {
                if (needs is null && condition.Holds is { } holds)
                {
                    if (holds) Read(setting.Children, to);
                }
                else to.Add(Setting.Gap(setting.Key, setting.Arguments, setting.Origin, needs ?? condition.Needs));
                return;
            }
            var children = ImmutableArray.CreateBuilder<Setting>(setting.Children.Length);
            Read(setting.Children, children);
            to.Add(setting with { Children = children.ToImmutable() });
            return;
        }
        var arguments = setting.Arguments;
        switch (setting.Key.ToLowerInvariant())
        {
            case "define" when arguments.Length is 1 or 2:
                variables.Define(arguments[0], arguments.Length == 2 ? arguments[1] : null, needs);
                break;
            case "undefine" when arguments.Length == 1:
                variables.Undefine(arguments[0]);
                break;
            case "include" or "includeoptional" when needs is not null:
                to.Add(Setting.Gap(setting.Key, arguments, setting.Origin, needs));
                break;
            case "include" or "includeoptional" when arguments.Length == 1:
                Include(arguments[0], setting, to);
                break;
            default:
                if (setting.Key.Equals("LoadModule", StringComparison.OrdinalIgnoreCase) && arguments.Length == 2) modules.Load(arguments[0], arguments[1]);
                if (setting.Key.Equals("ServerRoot", StringComparison.OrdinalIgnoreCase) && arguments.Length == 1 && needs is null) folder = arguments[0];
                to.Add(setting);
                break;
        }
    }

    private void Include(string path, Setting setting, ImmutableArray<Setting>.Builder to)
    {
        var absolute = Programs.Absolute(folder, path);
        var isOptional = setting.Key.Equals("IncludeOptional", StringComparison.OrdinalIgnoreCase);
        if (ImageGlob.IsPattern(path))
            foreach (var file in subject.Glob(folder, path)) ReadFile(file, setting.Origin, to);
        else if (subject.TryFind(folder, path, out var file)) ReadFile(file, setting.Origin, to);
        else if (subject.Files.TryFind(absolute, out var found) && found.IsFolder)
            foreach (var below in Below(found, 0)) ReadFile(below, setting.Origin, to);
        else if (!isOptional) to.Add(Subject.Missing(setting.Key, absolute, setting.Origin));
        // A folder that a volume covers is filled by whoever runs the container.
        if (subject.IsVolume(absolute)) to.Add(Setting.Gap(setting.Key, [path], setting.Origin, $"what is mounted at {absolute[..Math.Max(1, absolute.LastIndexOf('/'))]}"));
    }

    private static IEnumerable<ImageFile> Below(ImageFile folder, int depth)
    {
        foreach (var child in folder.Children().OrderBy(child => child.Name, StringComparer.Ordinal))
            if (child.IsFile) yield return child;
            else if (child.IsFolder && depth < MostDepth)
                foreach (var below in Below(child, depth + 1)) yield return below;
    }

    /// <summary>Sections that are decided on reading; null for others, which stay.</summary>
    private (bool? Holds, string Needs)? Condition(Setting section, string text)
    {
        // A `!` inside quotes belongs to the name.
        var negated = text.StartsWith('!');
        var name = HttpdGrammar.Words(text[(negated ? 1 : 0)..]) is [var first, ..] ? first : "";
        return section.Key.ToLowerInvariant() switch
        {
            "ifmodule" => (modules.Has(name) is { } has ? has != negated : null, $"whether the module {name} is built in"),
            "ifdefine" => (variables.IsDefined(name) != negated, ""),
            "iffile" => (subject.Files.TryFind(Programs.Absolute(folder, name), out _) != negated, ""),
            "ifversion" => (Version(section.Arguments), subject.Version is null ? "the version of the HTTP server" : $"what the server makes of the version `{section.Value}`"),
            "ifdirective" or "ifsection" => (null, $"whether a module of the server has {name}"),
            _ => null,
        };
    }

    private bool? Version(ImmutableArray<string> arguments)
    {
        if (subject.Version is not { } own || arguments is not ([_] or [_, _])) return null;
        var sign = arguments.Length == 2 ? arguments[0] : "=";
        var negated = sign is ['!', _, ..] or "!";
        if (negated) sign = sign[1..];
        var text = arguments[^1];
        // Numbers that are not written are 0; the server compares three.
        if (text.Length == 0 || text.Any(c => !char.IsAsciiDigit(c) && c != '.')) return null;
        var full = string.Join('.', text.Split('.').Concat(["0", "0"]).Take(3));
        if (!VersionSchemes.Named("generic")!.TryCompare(own, full, out var order)) return null;
        bool? holds = sign switch
        {
            "" or "=" or "==" => order == 0,
            ">" => order > 0,
            ">=" => order >= 0,
            "<" => order < 0,
            "<=" => order <= 0,
            _ => null,
        };
        return negated ? !holds : holds;
    }
}
