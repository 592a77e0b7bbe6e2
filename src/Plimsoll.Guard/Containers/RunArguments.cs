using System.Collections.Immutable;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Containers;

/// <summary>`docker run …` taken apart as the engines' own command lines do (pflag): options up to the first word that is none, the image, its arguments.</summary>
/// <param name="Program">`docker`, `/usr/bin/podman`.</param>
/// <param name="Global">Options between the program and `run`, as they were typed.</param>
/// <param name="Rest">The image and all behind it, which nobody looks at.</param>
internal sealed record RunArguments(string Program, ImmutableArray<string> Global, ImmutableArray<RunArguments.Given> Options, ImmutableArray<string> Rest)
{
    private static readonly string[] globalSwitches = ["debug", "D", "tls", "tlsverify", "syslog", "noout"];
    private static readonly string[] globalValues =
    [
        "config", "context", "c", "host", "H", "log-level", "l", "tlscacert", "tlscert", "tlskey", "cgroup-manager", "conmon", "events-backend", "hooks-dir", "imagestore", "module",
        "namespace", "network-config-dir", "out", "root", "runroot", "runtime", "runtime-flag", "storage-driver", "storage-opt", "tmpdir", "transient-store", "volumepath", "db-backend",
    ];

    /// <summary>One option as it was typed, with what it is called.</summary>
    /// <param name="Value">`true` or `false` of a switch.</param>
    internal readonly record struct Given(RunOption Option, string Value);

    public bool IsPodman => Path.GetFileName(Program) == "podman";

    /// <summary>The words that every other command to the same engine begins with.</summary>
    public IEnumerable<string> Engine => [Program, .. Global];

    public string? Last(string name) => Options.LastOrDefault(given => given.Option.Name == name) is { Option: not null } found ? found.Value : null;

    /// <exception cref="PlimsollException">It is no such command, or has an option that is not known.</exception>
    public static RunArguments Parse(IReadOnlyList<string> words)
    {
        if (words.Count == 0 || Path.GetFileName(words[0]) is not ("docker" or "podman")) throw Wrong($"`{(words.Count == 0 ? "" : words[0])}` is neither `docker` nor `podman`.");
        var at = 1;
        while (at < words.Count && words[at].StartsWith('-')) at = AfterGlobal(words, at);
        var global = words.Skip(1).Take(at - 1).ToImmutableArray();
        if (at < words.Count && words[at] == "container") at++;
        if (at >= words.Count || words[at] != "run") throw Wrong($"`{string.Join(' ', words.Take(at + 1))}` does not run a container.");
        at++;
        var options = ImmutableArray.CreateBuilder<Given>();
        while (at < words.Count && words[at].StartsWith('-') && words[at].Length > 1)
        {
            if (words[at] == "--")
            {
                at++;
                break;
            }
            at = words[at].StartsWith("--", StringComparison.Ordinal) ? Long(words, at, options) : Letters(words, at, options);
        }
        if (at >= words.Count) throw Wrong("the image is missing.");
        return new(words[0], global, options.ToImmutable(), [.. words.Skip(at)]);
    }

    private static int AfterGlobal(IReadOnlyList<string> words, int at)
    {
        var word = words[at].TrimStart('-');
        var name = word.Split('=')[0];
        if (globalSwitches.Contains(name)) return at + 1;
        if (globalValues.Contains(name)) return word.Contains('=', StringComparison.Ordinal) ? at + 1 : at + 2;
        throw Wrong($"the option `{words[at]}` before `run` is not known here.");
    }

    private static int Long(IReadOnlyList<string> words, int at, ImmutableArray<Given>.Builder options)
    {
        var word = words[at][2..];
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word : word[..equals];
        var option = RunOption.Find(name) ?? throw Wrong($"the option `--{name}` is not known here, so nobody can say what it does to the guard.");
        if (equals >= 0) options.Add(new(option, word[(equals + 1)..]));
        else if (!option.TakesValue) options.Add(new(option, "true"));
        else options.Add(new(option, ++at < words.Count ? words[at] : throw Wrong($"`--{name}` has no value.")));
        return at + 1;
    }

    /// <summary>`-it`, `-p80:80`, `-e=A=1`, `-itp 80:80`: switches one after the other, then one that takes what is left or the next word.</summary>
    private static int Letters(IReadOnlyList<string> words, int at, ImmutableArray<Given>.Builder options)
    {
        var word = words[at];
        for (var i = 1; i < word.Length; i++)
        {
            var option = RunOption.Find(word[i]) ?? throw Wrong($"the option `-{word[i]}` in `{word}` is not known here, so nobody can say what it does to the guard.");
            var left = word[(i + 1)..];
            if (!option.TakesValue)
            {
                if (!left.StartsWith('='))
                {
                    options.Add(new(option, "true"));
                    continue;
                }
                options.Add(new(option, left[1..]));
                return at + 1;
            }
            if (left.Length > 0) options.Add(new(option, left.StartsWith('=') ? left[1..] : left));
            else options.Add(new(option, ++at < words.Count ? words[at] : throw Wrong($"`-{word[i]}` has no value.")));
            return at + 1;
        }
        return at + 1;
    }

    internal static PlimsollException Wrong(string message) => new("guard-run-arguments", $"The container cannot be run with a guard: {message}", "Write `plimsoll guard run [--profile FILE] -- docker run [OPTION]… IMAGE [WORD]…`, or podman.");
}
