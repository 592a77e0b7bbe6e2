using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Applications.Launchers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Options of node(1) as settings: `_` in a name is `-`, `--no-name` is `false`, a value stands behind `=` or as the next word.</summary>
internal static class NodeOptions
{
    private static readonly string[] shorts = ["-C", "-e", "-p", "-r"];

    /// <summary>Words before the program of a command line.</summary>
    public static ImmutableArray<Setting> Of(ReadOnlySpan<Value> words)
    {
        var all = ImmutableArray.CreateBuilder<Setting>();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (!word.Known)
            {
                // What stands for options may be any; behind it the program follows.
                all.Add(Setting.Gap("", [word.Text], Origin.Argument(word.Text), $"the value of `{word.Text}` when the container starts"));
                if (i + 1 < words.Length && !word.Text.Contains('/', StringComparison.Ordinal)) continue;
                break;
            }
            if (word.Text is "--" or "-" || !word.Text.StartsWith('-')) break;
            var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
            var name = Name(equals > 0 ? word.Text[..equals] : word.Text);
            var origin = Origin.Argument(name);
            if (equals > 0) all.Add(new Setting(name, [word.Text[(equals + 1)..]], origin));
            else if ((NodeLauncher.WithValue.Contains(name) || shorts.Contains(name)) && i + 1 < words.Length)
            {
                var value = words[++i];
                all.Add(new Setting(name, [value.Text], origin) { Needs = value.Known ? null : $"the value of `{value.Text}` when the container starts" });
            }
            else if (name.StartsWith("--no-", StringComparison.Ordinal)) all.Add(new Setting("--" + name[5..], ["false"], origin));
            else all.Add(new Setting(name, ["true"], origin));
        }
        return all.ToImmutable();
    }

    /// <summary>The variable NODE_OPTIONS: words between blanks; `"` around a word keeps blanks, a backslash in it keeps the next character.</summary>
    public static ImmutableArray<Setting> Of(Value variable) => variable.Known
        ? [.. Of(variable.Text).Select(option => option with { Origin = Origin.Environment("NODE_OPTIONS") })]
        : [Setting.Gap("", [variable.Text], Origin.Environment("NODE_OPTIONS"), "the value of NODE_OPTIONS when the container starts")];

    public static ImmutableArray<Setting> Of(string variable)
    {
        var words = new List<Value>();
        var word = new StringBuilder();
        var (isQuoted, isOpen) = (false, false);
        for (var i = 0; i < variable.Length; i++)
        {
            var c = variable[i];
            if (c == '\\' && isQuoted && i + 1 < variable.Length) word.Append(variable[++i]);
            else if (c == '"') (isQuoted, isOpen) = (!isQuoted, true);
            else if (c == ' ' && !isQuoted)
            {
                if (isOpen || word.Length > 0) words.Add(word.ToString());
                word.Clear();
                isOpen = false;
            }
            else word.Append(c);
        }
        if (isOpen || word.Length > 0) words.Add(word.ToString());
        return Of([.. words]);
    }

    private static string Name(string written) => written.StartsWith("--", StringComparison.Ordinal) ? written.Replace('_', '-') : written;
}
