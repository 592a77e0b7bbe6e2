using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// haproxy's files in the order of the command line: sections begin with a word of their own, `.if` blocks and variables are carried out as they are read,
/// so what `setenv` sets counts from there on. All sections `global` are one.
/// </summary>
internal sealed class HaproxyReading(Subject subject)
{
    private const int MostSettings = 500_000;

    /// <summary>Keywords of two words: `timeout client`.</summary>
    private static readonly FrozenSet<string> families = FrozenSet.Create(StringComparer.Ordinal, "timeout", "option", "stats", "no", "default");

    private static readonly FrozenSet<string> sections = FrozenSet.Create(
        StringComparer.Ordinal,
        "global", "defaults", "frontend", "backend", "listen", "userlist", "peers", "mailers", "resolvers", "program", "http-errors", "ring", "log-forward", "cache", "fcgi-app", "crt-store", "traces", "log-profile", "acme");

    /// <summary>What haproxy itself sets before it reads.</summary>
    private static readonly string[] own = ["HAPROXY_LOCALPEER", "HAPROXY_CFGFILES", "HAPROXY_MWORKER", "HAPROXY_CLI", "HAPROXY_MASTER_CLI", "HAPROXY_STARTUP_VERSION"];

    private readonly Dictionary<string, string?> set = new(StringComparer.Ordinal);
    private readonly ImmutableArray<Setting>.Builder global = ImmutableArray.CreateBuilder<Setting>();
    private readonly ImmutableArray<Setting>.Builder all = ImmutableArray.CreateBuilder<Setting>();
    private Origin? globalAt;
    private int settings;
    private string? unset;

    /// <param name="first">What stands in `global` before all files.</param>
    public ImmutableArray<Setting> Result(IEnumerable<Setting> first) => [Setting.Block("global", [], globalAt ?? Origin.Default("haproxy"), [.. first, .. global]), .. all];

    public void Gap(Setting gap) => all.Add(gap);

    public void ReadFile(ImageFile file)
    {
        if (!subject.TryRead(file, out var text))
        {
            all.Add(Subject.Unread("", file, Origin.At(file.At())));
            return;
        }
        var branches = new Stack<Branch>();
        (Setting Head, ImmutableArray<Setting>.Builder Children)? section = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            unset = null;
            var origin = Origin.At(file.At() with { Line = number }, Math.Max(1, line.Length - line.TrimStart().Length + 1));
            var words = HaproxyGrammar.Words(line, name => Variable(name, file, number, section?.Head), out var error);
            var isRead = branches.Count == 0 || branches.Peek().IsRead;
            if (words is [['.', ..] directive, ..] && error is null && TryBranch(directive, words, branches, origin, out var unknown, out error))
            {
                if (unknown is not null) Target().Add(unknown);
                continue; // Not a setting.
            }
            if (error is not null && isRead)
            {
                subject.Problems.Report(ProblemKind.Malformed, new Location(file.Path, Line: number).ToString(), $"{error}; haproxy would not start with this file, and what follows in it was not read");
                Target().Add(Setting.Gap("", [], origin, "what follows an error of the file"));
                break;
            }
            if (!isRead || words.IsEmpty) continue; // Of a branch that is not taken, or a comment.
            if (++settings > MostSettings)
            {
                subject.Problems.Report(ProblemKind.LimitReached, origin.ToString(), string.Create(CultureInfo.InvariantCulture, $"there are more than {MostSettings:N0} lines; the rest was not read"));
                Target().Add(Setting.Gap("", [], origin, "what lies beyond the limit of lines"));
                break;
            }
            if (sections.Contains(words[0]))
            {
                Close();
                section = (Setting.Block(words[0], words.RemoveAt(0), origin, []) with { Needs = unset }, ImmutableArray.CreateBuilder<Setting>());
                if (words[0] == "global") globalAt ??= origin;
            }
            else Target().Add(Of(words, origin));
            if (section?.Head.Key == "global") SetVariables(words);
        }
        Close();

        ImmutableArray<Setting>.Builder Target() => section is { } inside ? inside.Children : all;

        void Close()
        {
            if (section is not { } inside) return;
            if (inside.Head.Key == "global") global.AddRange(inside.Children);
            else all.Add(inside.Head with { Children = inside.Children.ToImmutable() });
        }
    }

    private Setting Of(ImmutableArray<string> words, Origin origin)
    {
        var length = words.Length > 1 && families.Contains(words[0]) ? 2 : 1;
        // `no option x` takes back `option x`.
        if (length == 2 && words[0] is "no" or "default" && words is [_, "option" or "timeout", _, ..]) length = 3;
        return new Setting(string.Join(' ', words.Take(length)), words.RemoveRange(0, length), origin) { Needs = unset };
    }

    private void SetVariables(ImmutableArray<string> words)
    {
        switch (words)
        {
            case ["setenv", var name, var value, ..]:
                set[name] = value;
                break;
            case ["presetenv", var name, var value, ..]:
                // Who runs the container may set it; then this does nothing.
                if (!set.ContainsKey(name) && subject.Process.EnvValue(name) is null) set[name] = value;
                break;
            case ["unsetenv", ..]:
                foreach (var name in words.Skip(1)) set[name] = null;
                break;
            default: break;
        }
    }

    private string? Variable(string name, ImageFile file, int line, Setting? section)
    {
        switch (name)
        {
            case ".FILE": return file.Path;
            case ".LINE": return line.ToString(CultureInfo.InvariantCulture);
            case ".SECTION": return section is null ? "" : section.Arguments is [var named, ..] ? named : section.Key;
            default: break;
        }
        if (set.TryGetValue(name, out var value)) return value;
        if (subject.Process.EnvValue(name) is { } given) return given;
        unset ??= own.Contains(name) ? $"the variable {name}, which haproxy sets when it starts" : $"the variable {name}, which the image does not set";
        return null;
    }

    private bool? IsDefined(string name) => set.TryGetValue(name, out var value) ? value is not null : subject.Process.Env.ContainsKey(name) ? true : null;

    /// <summary>`.if` and what belongs to it; messages such as `.notice` mean nothing here.</summary>
    private bool TryBranch(string directive, ImmutableArray<string> words, Stack<Branch> branches, Origin origin, out Setting? unknown, out string? error)
    {
        (unknown, error) = (null, null);
        switch (directive)
        {
            case ".if":
                if (branches.Count >= Parsed.MostDepth)
                {
                    error = $"`.if` is nested deeper than {Parsed.MostDepth}";
                    return false;
                }
                var outer = branches.Count == 0 || branches.Peek().IsRead;
                branches.Push(new Branch(outer));
                unknown = branches.Peek().Take(outer ? Evaluated(words, out var needs) : Skipped(out needs), origin, needs);
                return true;
            case ".elif" or ".else" or ".endif" when branches.Count == 0:
                error = $"`{directive}` without an `.if` before it";
                return false;
            case ".elif":
                unknown = branches.Peek().Take(branches.Peek().IsOpen ? Evaluated(words, out var other) : Skipped(out other), origin, other);
                return true;
            case ".else":
                unknown = branches.Peek().Take(true, origin, "");
                return true;
            case ".endif":
                branches.Pop();
                return true;
            case ".notice" or ".warning" or ".alert" or ".diag": return true;
            default:
                error = $"there is no `{directive}`";
                return false;
        }
    }

    private static bool? Skipped(out string needs)
    {
        needs = "";
        return false;
    }

    private bool? Evaluated(ImmutableArray<string> words, out string needs)
    {
        if (unset is { } missing)
        {
            needs = missing;
            return null;
        }
        return HaproxyCondition.Evaluate(string.Join(' ', words.Skip(1)), IsDefined, subject.Version, out needs);
    }

    /// <param name="isAround">Whether the `.if` itself is read.</param>
    private sealed class Branch(bool isAround)
    {
        private bool wasTaken;
        private bool isUnknown;

        public bool IsRead { get; private set; }

        /// <summary>Whether a further branch could be the one.</summary>
        public bool IsOpen => isAround && !wasTaken && !isUnknown;

        /// <returns>A gap where it cannot be known whether a branch is taken: then none of those that follow is.</returns>
        public Setting? Take(bool? holds, Origin origin, string needs)
        {
            IsRead = IsOpen && holds == true;
            if (!IsOpen) return null;
            wasTaken = holds == true;
            if (holds is not null) return null;
            isUnknown = true;
            return Setting.Gap(".if", [], origin, needs);
        }
    }
}
