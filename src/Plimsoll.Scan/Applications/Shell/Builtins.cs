using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>Simple commands: assignments, functions, the shell's own commands, a few programs whose output is known, and all others.</summary>
internal sealed partial class Evaluator
{
    /// <summary>Programs that do their work and end, or only wait: never what a container exists for while something else is.</summary>
    private static readonly FrozenSet<string> Tools = FrozenSet.ToFrozenSet(
    [
        "tail", "sleep", "cat", "kill", "chown", "chmod", "chgrp", "mkdir", "rm", "rmdir", "mv", "cp", "ln", "touch", "sed", "grep", "egrep", "awk", "gawk",
        "tee", "find", "xargs", "sort", "head", "cut", "tr", "date", "env-subst", "envsubst", "install", "ls", "id", "whoami", "stat", "mount", "umount",
        "killall", "pkill", "pgrep", "ps", "nc", "curl", "wget", "getent", "usermod", "groupmod", "useradd", "adduser", "addgroup", "groupadd", "openssl",
        "mktemp", "readlink", "realpath", "basename", "dirname", "uname", "hostname", "seq", "wc", "uniq", "mkfifo", "rsync", "tar", "gzip", "gunzip", "unzip",
        "locale-gen", "update-ca-certificates", "ldconfig", "setcap", "sysctl", "ip", "iptables", "jq", "yq", "printenv", "logger", "pg_isready", "mysqladmin", "expr",
    ], StringComparer.Ordinal);

    public bool IsSet(string name) => state.Variables.ContainsKey(name);

    private Status RunSimple(SimpleCommand command)
    {
        var words = command.Words.SelectMany(ExpandFields).ToList();
        var outside = output;
        var moved = command.Redirects.Any(redirect => redirect.MovesOutput);
        foreach (var redirect in command.Redirects) Touch(ExpandOne(redirect.Target));
        if (moved) output = null;
        var declares = words is [{ Known: true, Text: "export" or "local" or "declare" or "typeset" or "readonly" }, ..];
        var before = state;
        foreach (var assignment in command.Assignments) Assign(assignment, declares ? words[0].Text : words.Count > 0 ? "export" : "");
        var status = words.Count == 0 ? Status.Assumed : declares ? Declare(words) : RunWords(words, command);
        if (words.Count == 0 && command.Assignments.All(assignment => !assignment.Value.Parts.Any(part => part is Substitution))) status = Status.True;
        if (words.Count > 0 && !declares)
            foreach (var name in command.Assignments.Select(assignment => assignment.Name)) // They were for this command alone.
                state = state with { Variables = before.Variables.TryGetValue(name, out var old) ? state.Variables.SetItem(name, old) : state.Variables.Remove(name) };
        output = outside;
        return status;
    }

    private void Assign(Assignment assignment, string declaredBy)
    {
        var old = state.Variables.GetValueOrDefault(assignment.Name);
        if (declaredBy is "local" or "declare" or "typeset") MakeLocal(assignment.Name);
        var exported = old?.Exported == true || declaredBy == "export";
        if (assignment.Array is { } words)
        {
            ImmutableArray<Value> items = [.. words.SelectMany(ExpandFields)];
            if (assignment.Append) items = [.. old?.Items ?? [], .. items];
            state = state.Set(assignment.Name, new Variable(items.Length > 10_000 ? [Value.Rest] : items, IsArray: true, exported));
            return;
        }
        var value = ExpandOne(assignment.Value);
        if (assignment.Element) state = state.Set(assignment.Name, new Variable([Value.Rest], IsArray: true, exported));
        else state = state.Set(assignment.Name, new Variable([assignment.Append && old is not null ? Join([old.Scalar, value], "") : value], IsArray: false, exported));
    }

    private void MakeLocal(string name)
    {
        if (calls.Count > 0 && !state.Outer.ContainsKey(name)) state = state with { Outer = state.Outer.SetItem(name, state.Variables.GetValueOrDefault(name)) };
    }

    private Status Declare(List<Value> words)
    {
        var global = words.Exists(word => word.Text.StartsWith('-') && word.Text.Contains('g', StringComparison.Ordinal));
        foreach (var name in words.Skip(1).Where(word => word.Known && !word.Text.StartsWith('-')).Select(word => word.Text))
        {
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            if (words[0].Text is "local" or "declare" or "typeset" && !global) MakeLocal(equals < 0 ? name : name[..equals]);
            if (equals > 0) state = state.Set(name[..equals], (Value)name[(equals + 1)..]);
            else if (words[0].Text == "export" && state.Variables.TryGetValue(name, out var old)) state = state.Set(name, old with { Exported = true });
            else if (words[0].Text == "local" && equals < 0) state = state with { Variables = state.Variables.Remove(name) };
        }
        return Status.True;
    }

    private Status RunWords(List<Value> words, SimpleCommand command)
    {
        var name = words[0];
        if (name.Known && state.Functions.TryGetValue(name.Text, out var body)) return Call(name.Text, body, [.. words.Skip(1)]);
        var first = words.Count > 1 ? words[1] : "";
        switch (name.Known ? name.Text : "")
        {
            case ":" or "true" or "trap" or "ulimit" or "umask" or "alias" or "shopt" or "hash" or "wait" or "bg" or "fg" or "jobs" or "disown" or "setopt":
                if (output is not null && name.Text is "umask" or "ulimit" or "trap") output.Known = false;
                return Status.True;
            case "false":
                return Status.False;
            case "[":
                return words[^1].Text == "]" ? Test(words[1..^1]) : Status.Unknown;
            case "test":
                return Test(words[1..]);
            case "set":
                return Set(words);
            case "shift":
                return Shift(first);
            case "unset":
                foreach (var word in words.Skip(1)) state = state with { Variables = state.Variables.Remove(word.Text) };
                return Status.True;
            case "read" or "mapfile" or "readarray" or "getopts":
                foreach (var word in words.Skip(1).Where(word => word.Known && !word.Text.StartsWith('-'))) state = state.Set(word.Text, Value.Unknown("$" + word.Text));
                return Status.Unknown;
            case "cd":
                return ChangeFolder(words.Count > 1 ? words[^1] : Scalar("HOME"));
            case "." or "source":
                return Source(first, [.. words.Skip(2)]);
            case "eval":
                var text = Join(words.Skip(1), " ");
                return text.Known && calls.Count < MostCalls && TryParse(text.Text, $"{scriptPath}:{command.Line}", out var parsed) ? Eval(parsed) : Status.Unknown;
            case "exec":
                return Exec([.. words.Skip(1)], command);
            case "exit" or "return":
                if (name.Text == "return" && calls.Count > 0) flow = Flow.Return;
                else flow = words.Count > 1 && first.Known && first.Text != "0" ? Flow.Fail : Flow.Exit;
                return words.Count == 1 || !first.Known ? Status.Unknown : first.Text == "0" ? Status.True : Status.False;
            case "break":
                flow = Flow.Break;
                return Status.True;
            case "continue":
                flow = Flow.Continue;
                return Status.True;
            case "command" or "builtin" when first.Text is not ['-', ..] && words.Count > 1:
                return RunWords(words[1..], command with { Assignments = [] });
            case "command" or "type" or "which" when words.Count > 1:
                return Locate(words[^1]);
            default:
                return Known(words) is { } status ? status : RunProgram(words, command);
        }
    }

    private Status Eval(Command parsed)
    {
        calls.Insert(0, "eval");
        var status = Execute(parsed);
        calls.RemoveAt(0);
        return status;
    }

    private Status Test(List<Value> words)
    {
        budget.Spend(words.Count);
        return ToStatus(new TestExpression(this, [.. words.Select(word => new TestExpression.Operand(word, word, Bare: true))], extended: false).Evaluate());
    }

    private Status Set(List<Value> words)
    {
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].Text == "--")
            {
                state = state with { Positional = [.. words.Skip(i + 1)] };
                return Status.True;
            }
            if (words[i].Text is ['-' or '+', ..])
            {
                if (words[i].Text.EndsWith('o')) i++; // `-o pipefail`
                continue; // An option of the shell: it changes nothing that is followed here.
            }
            state = state with { Positional = [.. words.Skip(i)] };
            break;
        }
        return Status.True;
    }

    private Status Shift(Value count)
    {
        var steps = count.Text.Length == 0 ? 1 : int.TryParse(count.Text, out var number) ? number : -1;
        var rest = state.Positional.IndexOf(Value.Rest);
        if (steps < 0 || (rest >= 0 && steps > rest)) state = state with { Positional = [Value.Rest] };
        else if (steps > state.Positional.Length) return Status.False;
        else state = state with { Positional = state.Positional[steps..] };
        return Status.True;
    }

    private Status ChangeFolder(Value folder)
    {
        if (!folder.Known || state.Folder is null || !programs.TryFindAny(state.Folder, folder.Text, out var found) || !found.IsFolder)
        {
            var absolute = folder.Known && folder.Text.StartsWith('/');
            state = (state with { Folder = absolute ? folder.Text : null }).Set("PWD", absolute ? folder : Value.Unknown("$PWD"));
            return Status.Assumed;
        }
        state = (state with { Folder = found.Path }).Set("PWD", found.Path);
        return Status.True;
    }

    private void Print(Value value)
    {
        if (output is null) return;
        output.Known &= value.Known && output.Text.Length < MostText;
        if (output.Text.Length < MostText) output.Text.Append(value.Text);
    }

    private Status Locate(Value name)
    {
        if (!name.Known) return Status.Unknown;
        if (state.Functions.ContainsKey(name.Text) || name.Text is "[" or "test" or "cd" or "echo")
        {
            Print(name.Text + "\n");
            return Status.True;
        }
        if (!programs.TryFind(process with { Argv = [name], Env = Environment(), WorkingDir = state.Folder ?? "/" }, out var file)) return Status.False;
        Print(file.Path + "\n");
        return Status.True;
    }

    /// <summary>Programs whose whole effect is an output that follows from what is known; null for all others.</summary>
    private Status? Known(List<Value> words)
    {
        var arguments = words.Skip(1).Where(word => !(word.Known && word.Text is "--" or "-f" or "-e" or "-m" or "-s" or "-n")).ToList();
        Value? text = (words[0].Text, arguments) switch
        {
            ("echo", _) => Join(words.Skip(1).Where((word, i) => i > 0 || word.Text is not ("-n" or "-e")), " ") is var said ? said with { Text = said.Text + "\n" } : (Value?)null,
            ("printf", [{ Text: "%s" or "%s\\n" }, var only]) => only,
            ("printf", [{ Known: true } only]) when !only.Text.Contains('%', StringComparison.Ordinal) && !only.Text.Contains('\\', StringComparison.Ordinal) => only,
            ("pwd", _) => state.Folder is { } folder ? folder : Value.Unknown("$PWD"),
            ("id", [{ Text: "-u" }]) => Scalar("UID"),
            ("id", [{ Text: "-un" }]) or ("whoami", []) => Scalar("UID") is { Known: true, Text: "0" } ? "root" : process.User.Length > 0 && !char.IsAsciiDigit(process.User[0]) ? process.User.Split(':')[0] : Value.Unknown("$(whoami)"),
            ("uname", [] or [{ Text: "-s" }]) => "Linux",
            ("dirname", [{ Known: true } path]) => path.Text.LastIndexOf('/') switch { < 0 => ".", 0 => "/", var slash => path.Text[..slash] },
            ("basename", [{ Known: true } path]) => path.Text[(path.Text.LastIndexOf('/') + 1)..],
            ("basename", [{ Known: true } path, { Known: true } suffix]) when path.Text.EndsWith(suffix.Text, StringComparison.Ordinal) => path.Text[(path.Text.LastIndexOf('/') + 1)..^suffix.Text.Length],
            ("readlink" or "realpath", [{ Known: true } path]) when programs.TryFindAny(state.Folder ?? "/", path.Text, out var file) => file.Path,
            ("cat", [{ Known: true } path]) when output is not null && !IsTouched(path.Text) && programs.TryFindFile(state.Folder ?? "/", path.Text, out var file) && programs.TryRead(file, out var content) => content,
            _ => (Value?)null,
        };
        if (text is null) return null;
        Print(text.Value);
        return Status.True;
    }

    private ImmutableSortedDictionary<string, Value> Environment()
    {
        budget.Spend(state.Variables.Count / 20);
        var env = ImmutableSortedDictionary.CreateBuilder<string, Value>(StringComparer.Ordinal);
        foreach (var (name, variable) in state.Variables)
            if (variable.Exported && !variable.IsArray) env[name] = variable.Scalar;
        return env.ToImmutable();
    }

    private Started Start(List<Value> words, SimpleCommand command, string verb) =>
        new(process.Becomes([.. words], $"{scriptPath}:{command.Line} {verb} `{Quote.Line(command.Source)}`.") with { Env = Environment(), WorkingDir = state.Folder ?? "/" }, command.Line);

    private Status Exec(List<Value> words, SimpleCommand command)
    {
        while (words is [{ Text: "-a" }, _, ..]) words = words[2..];
        while (words is [{ Text: "-c" or "-l" or "-cl" or "--" }, ..]) words = words[1..];
        if (words.Count == 0) return Status.True; // Only redirections of the shell itself.
        state = state with { Last = [Start(words, command, "becomes")] };
        flow = Flow.Exit;
        return Status.Unknown;
    }

    private Status RunProgram(List<Value> words, SimpleCommand command)
    {
        if (output is not null) output.Known = false;
        foreach (var word in words.Skip(1)) Touch(word);
        if (captures > 0) return Status.Assumed; // Its output was wanted, it is not what runs on.
        var started = Start(words, command, "starts");
        if (words[0].Known && Tools.Contains(started.Process.Name)) return Status.Assumed;
        if (goesToBackground(started.Process)) state = state with { Background = [.. state.Background.Append(started).Take(MostStarted)] };
        else state = state with { Last = [started] };
        return Status.Assumed;
    }

    private void Touch(Value path)
    {
        if (path.Known && path.Text.Length > 1 && path.Text.Contains('/', StringComparison.Ordinal) && state.Touched.Count < 1000)
            state = state with { Touched = state.Touched.Add(Programs.Absolute(state.Folder ?? "/", path.Text)) };
    }

    private bool IsTouched(string path)
    {
        var absolute = Programs.Absolute(state.Folder ?? "/", path);
        if (absolute.StartsWith("/proc/", StringComparison.Ordinal) || absolute.StartsWith("/sys/", StringComparison.Ordinal) || absolute.StartsWith("/dev/", StringComparison.Ordinal)) return true;
        while (absolute.Length > 1)
        {
            if (state.Touched.Contains(absolute)) return true;
            absolute = absolute[..Math.Max(0, absolute.LastIndexOf('/'))];
        }
        return false;
    }

    /// <summary>A condition on a file of the image; null when it may have changed by then.</summary>
    public bool? TestFile(char sign, string path)
    {
        if (state.Folder is null && !path.StartsWith('/')) return null;
        budget.Spend();
        if (IsTouched(path)) return null;
        var exists = programs.TryFindAny(state.Folder ?? "/", path, out var file);
        return sign switch
        {
            'L' or 'h' => programs.Files.TryFind(FileTree.Root, System.Text.Encoding.UTF8.GetBytes(Programs.Absolute(state.Folder ?? "/", path)), out var link, followLast: false) && link.IsSymlink,
            'f' => exists && file.IsFile,
            'd' => exists && file.IsFolder,
            's' => exists && (file.IsFolder || file.Size > 0),
            'x' => exists && (file.Permissions & 0x49) != 0,
            'w' or 'r' => !exists ? false : Scalar("UID") is { Known: true, Text: "0" } ? true : null,
            _ => exists,
        };
    }
}
