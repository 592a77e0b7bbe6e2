using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Scan.Applications.Wrappers;

/// <summary>A program that prepares something and then becomes, or waits for, the command behind its own arguments.</summary>
/// <param name="What">For the evidence: `an init program`.</param>
/// <param name="Shorts">Letters of options that take a value.</param>
/// <param name="Longs">Long options that take a value as the next word.</param>
/// <param name="Operands">Words of its own before the command.</param>
internal sealed record Wrapper(string What, string Shorts = "", string[]? Longs = null, int Operands = 0)
{
    /// <summary>Options, or the first operand as `$1`, that name the user that the command runs as.</summary>
    public string[] User { get; init; } = [];

    /// <summary>Takes `NAME=value` words before the command.</summary>
    public bool Variables { get; init; }

    /// <summary>Options that name the folder that the command runs in.</summary>
    public string[] Folder { get; init; } = [];
}

/// <summary>Every wrapper that is known by name, and how its command line is read (its manual page).</summary>
internal static class WrapperTable
{
    private static readonly Dictionary<string, Wrapper> ByName = Table();

    private static Dictionary<string, Wrapper> Table()
    {
        var table = new Dictionary<string, Wrapper>(StringComparer.Ordinal);
        void Add(Wrapper wrapper, params ReadOnlySpan<string> names)
        {
            foreach (var name in names) table.Add(name, wrapper);
        }
        Add(new Wrapper("an init program", "pe"), "tini", "tini-static", "docker-init");
        Add(new Wrapper("an init program", "r", ["--rewrite"]), "dumb-init");
        Add(new Wrapper("an init program"), "catatonit", "pid1");
        Add(new Wrapper("a program that changes the user", Operands: 1) { User = ["$1"] }, "gosu", "su-exec", "s6-setuidgid", "setuidgid");
        Add(new Wrapper("a program that changes the user", "", ["--reuid", "--regid", "--ruid", "--euid", "--rgid", "--egid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set", "--securebits", "--pdeathsig", "--selinux-label", "--apparmor-profile"]) { User = ["--reuid"] }, "setpriv");
        Add(new Wrapper("a program that changes the user", "ugChpRDrtT", ["--user", "--group", "--chdir", "--host", "--prompt", "--role", "--type"]) { User = ["-u", "--user"], Variables = true, Folder = ["-D", "--chdir"] }, "sudo");
        Add(new Wrapper("a program that changes the user", "uUebm/ndolpfsgrct") { User = ["-u"] }, "chpst");
        Add(new Wrapper("a program that changes the environment", "uCS", ["--unset", "--chdir", "--split-string"]) { Variables = true, Folder = ["-C", "--chdir"] }, "env");
        Add(new Wrapper("a program that changes the environment", Operands: 1), "envdir", "s6-envdir");
        Add(new Wrapper("a program that changes the environment"), "with-contenv");
        Add(new Wrapper("a program that changes how the command runs", "n", ["--adjustment"]), "nice");
        Add(new Wrapper("a program that changes how the command runs", "cnpPu", ["--class", "--classdata"]), "ionice");
        Add(new Wrapper("a program that changes how the command runs", "ioe", ["--input", "--output", "--error"]), "stdbuf");
        Add(new Wrapper("a program that changes how the command runs", "of", ["--format", "--output"]), "time");
        Add(new Wrapper("a program that changes how the command runs"), "nohup", "setsid", "exec", "catchsegv", "eatmydata");
        Add(new Wrapper("a program that changes how the command runs", "ks", ["--kill-after", "--signal"], Operands: 1), "timeout");
        Add(new Wrapper("a program that changes how the command runs", Operands: 1), "taskset");
        Add(new Wrapper("a program that moves a file descriptor", Operands: 2), "fdmove");
        Add(new Wrapper("a program that notifies a supervisor", "dwnt", Operands: 0), "s6-notifyoncheck");
        return table;
    }

    /// <summary>Takes one wrapper off.</summary>
    public static bool TryPeel(Process process, Programs programs, [NotNullWhen(true)] out Process? inner)
    {
        inner = process.Argv.IsEmpty || !process.Argv[0].Known ? null : process.Name switch
        {
            "su" or "runuser" => SwitchUser(process),
            "chroot" => ChangeRoot(process),
            "busybox" or "toybox" when process.Argv.Length > 1 => process.Becomes(process.Argv[1..], $"{process.Name} runs its applet `{process.Argv[1]}`."),
            "service" when process.Argv is [_, { Known: true } name, { Text: "start" or "restart" }, ..] => process.Becomes([Alias(name.Text)], $"`{process}` starts a service."),
            _ when ByName.TryGetValue(process.Name, out var wrapper) => Peel(process, wrapper),
            _ => null,
        };
        // Without a command behind it the name is no wrapper: it is what runs.
        return inner is { Argv.IsEmpty: false };
    }

    /// <summary>What Debian's services of known applications start.</summary>
    private static string Alias(string service) => service switch
    {
        "ssh" => "sshd",
        "mysql" or "mariadb" => "mysqld_safe",
        "postgresql" => "pg_ctlcluster",
        "tomcat9" or "tomcat10" => "catalina.sh",
        _ when service.StartsWith("php", StringComparison.Ordinal) && service.EndsWith("-fpm", StringComparison.Ordinal) => "php-fpm" + service[3..^4],
        _ => service,
    };

    private static Process? Peel(Process process, Wrapper wrapper)
    {
        var arguments = process.Argv[1..];
        if (wrapper.Variables && arguments is [{ Known: true, Text: "-S" or "-vS" or "--split-string" }, { Known: true } split, ..])
            arguments = [.. split.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (Value)word), .. arguments[2..]];
        else if (wrapper.Variables && arguments is [{ Known: true, Text: ['-', 'S', ..] joined }, ..])
            arguments = [.. joined[2..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (Value)word), .. arguments[1..]];
        var options = Options.Parse(arguments.AsSpan(), wrapper.Shorts, wrapper.Longs);
        var rest = options.Rest;
        var env = process.Env;
        while (wrapper.Variables && rest is [{ Known: true } word, ..] && word.Text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
        {
            env = env.SetItem(word.Text[..equals], word.Text[(equals + 1)..]);
            rest = rest[1..];
        }
        if (rest.Length <= wrapper.Operands) return null;
        var user = options.Last(wrapper.User) ?? (wrapper.User is ["$1"] ? rest[0] : (Value?)null);
        var folder = options.Last(wrapper.Folder) is { Known: true } to ? Programs.Absolute(process.WorkingDir, to.Text) : process.WorkingDir;
        var changes = user is null ? "" : $"; the user becomes {user.Value.Text}";
        return process.Becomes(rest[wrapper.Operands..], $"{process.Name} is {wrapper.What}{changes}.") with { Env = env, User = user?.Text ?? process.User, WorkingDir = folder };
    }

    /// <summary>su(1) and runuser(1): a user, then `-c text` or, for `runuser -u user`, a command.</summary>
    private static Process? SwitchUser(Process process)
    {
        var options = Options.Parse(process.Arguments, "ucsgGwT", ["--user", "--command", "--shell", "--group", "--supp-group"], mixed: process.Name == "su" || process.Argv.All(word => word.Text is not ("-u" or "--user")));
        var operands = options.Rest.RemoveAll(word => word.Text == "-");
        var evidence = $"{process.Name} is a program that changes the user";
        if (options.Last("-u", "--user") is { } user)
            return operands.IsEmpty ? null : process.Becomes(operands, $"{evidence}; the user becomes {user.Text}.") with { User = user.Text };
        var to = operands.IsEmpty ? "root" : operands[0].Text;
        if (options.Last("-c", "--command") is { } text)
            return process.Becomes(["sh", "-c", text, .. operands.Skip(1)], $"{evidence}; the user becomes {to}.") with { User = to };
        return process.Becomes(["sh", .. operands.Skip(1)], $"{evidence}; the user becomes {to}.") with { User = to };
    }

    /// <summary>chroot(1) to `/` changes nothing but the user; any other root hides the image's own files, so it stays as it is.</summary>
    private static Process? ChangeRoot(Process process)
    {
        var options = Options.Parse(process.Arguments, "", ["--userspec", "--groups"]);
        if (options.Rest is not [{ Text: "/" }, _, ..]) return null;
        var user = options.Last("--userspec")?.Text ?? process.User;
        return process.Becomes(options.Rest[1..], $"chroot is a program that changes the user; the user becomes {user}.") with { User = user };
    }
}
