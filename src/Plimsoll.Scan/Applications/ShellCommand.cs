using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications;

/// <summary>The command line of a shell (POSIX sh(1)): `sh [options] -c text [name arguments]`, `sh [options] file arguments`.</summary>
internal sealed record ShellCommand(string? Text, Value? File, Value Name, ImmutableArray<Value> Arguments)
{
    public static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"], StringComparer.Ordinal);

    public bool Interactive { get; private init; }

    public static ShellCommand Parse(Process process)
    {
        var rest = process.Argv[1..];
        var text = false;
        while (rest is [{ Known: true, Text: ['-' or '+', ..] option }, ..])
        {
            rest = rest[1..];
            if (option is "-" or "--") break;
            if (option is "--rcfile" or "--init-file" && !rest.IsEmpty) rest = rest[1..];
            if (option.StartsWith("--", StringComparison.Ordinal)) continue; // --login, --norc: nothing that starts a program.
            text |= option.Contains('c', StringComparison.Ordinal);
            if (option.Contains('o', StringComparison.Ordinal) && !rest.IsEmpty) rest = rest[1..];
        }
        if (rest.IsEmpty) return new ShellCommand(null, null, process.Argv[0], []) { Interactive = true };
        return text
            ? new ShellCommand(rest[0].Known ? rest[0].Text : null, null, rest.Length > 1 ? rest[1] : process.Argv[0], rest.Length > 2 ? rest[2..] : [])
            : new ShellCommand(null, rest[0], rest[0], rest[1..]);
    }
}
