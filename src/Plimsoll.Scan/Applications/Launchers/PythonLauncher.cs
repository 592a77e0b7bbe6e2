using System.Collections.Immutable;

namespace Plimsoll.Scan.Applications.Launchers;

/// <summary>python(1), and servers that load a module and serve what it holds.</summary>
internal static class PythonLauncher
{
    public static Launch? Python(Process process, Programs programs)
    {
        var options = Options.Parse(Up(process.Arguments), "mcWX", []);
        if (options.Last("-c") is not null) return null; // The text itself is the program.
        if (options.Last("-m") is { } module)
        {
            if (!module.Known) return Launcher.Program(process, programs, process.Name, module, []);
            var after = process.Argv.IndexOf(module) is var at and >= 0 ? process.Argv[(at + 1)..] : [];
            var inner = process with { Argv = [module, .. after] };
            return Server(inner, module.Text, programs) ?? Module(process, programs, module.Text, process.WorkingDir);
        }
        if (options.Rest.IsEmpty) return Launcher.Interactive(process, process.Name);
        var script = options.Rest[0].Text[(options.Rest[0].Text.LastIndexOf('/') + 1)..];
        return Server(process with { Argv = [script, .. options.Rest[1..]] }, script, programs) ?? Launcher.Program(process, programs, process.Name, options.Rest[0], ["/__main__.py"]);
    }

    /// <summary>Python's own options end at `-m module`: what follows is the module's.</summary>
    private static ReadOnlySpan<Value> Up(ReadOnlySpan<Value> arguments)
    {
        for (var i = 0; i + 1 < arguments.Length; i++)
        {
            if (arguments[i].Text == "-m") return arguments[..(i + 2)];
            if (arguments[i].Text is not ['-', ..]) return arguments;
        }
        return arguments;
    }

    /// <summary>`gunicorn project.wsgi:application`, `celery -A project worker`, `flask --app project run`: null for others.</summary>
    public static Launch? Server(Process process, string server, Programs programs)
    {
        string[] longs = server switch
        {
            "gunicorn" => ["--bind", "--workers", "--worker-class", "--threads", "--config", "--timeout", "--chdir", "--log-level", "--access-logfile", "--error-logfile", "--name", "--user", "--group", "--pid", "--max-requests", "--keep-alive", "--graceful-timeout", "--worker-tmp-dir", "--max-requests-jitter", "--pythonpath", "--env"],
            "uvicorn" or "hypercorn" or "daphne" or "fastapi" => ["--host", "--port", "--uds", "--workers", "--loop", "--http", "--ws", "--log-level", "--log-config", "--root-path", "--app-dir", "--forwarded-allow-ips", "--bind", "--worker-class", "--env-file", "--ssl-keyfile", "--ssl-certfile", "--interface"],
            "celery" => ["--app", "--broker", "--workdir", "--loglevel", "--concurrency", "--pool"],
            "flask" => ["--app", "--env-file", "--host", "--port"],
            "uwsgi" => ["--module", "--wsgi", "--wsgi-file", "--http", "--socket", "--ini", "--master", "--processes", "--threads", "--chdir"],
            "waitress-serve" => ["--listen", "--host", "--port", "--call", "--threads"],
            _ => [],
        };
        if (longs.Length == 0) return null;
        var shorts = server switch { "gunicorn" => "bwktcnugp", "celery" => "AbcPlQn", "flask" => "Ahp", "uwsgi" => "wspH", _ => "bpwhu" };
        var options = Options.Parse(process.Arguments, shorts, longs, mixed: true);
        var target = server switch
        {
            "celery" or "flask" => options.Last("-A", "--app") ?? (server == "flask" && process.EnvValue("FLASK_APP") is { } app ? new Value(app) : (Value?)null),
            "uwsgi" => options.Last("-w", "--module", "--wsgi", "--wsgi-file"),
            "fastapi" => options.Rest is [_, var file, ..] ? file : (Value?)null,
            _ => options.Rest.IsEmpty ? (Value?)null : options.Rest[0],
        };
        if (target is null) return new Launch(null, new Ending(process) { Doubt = $"{server} is started without the name of a module: `{process}`." });
        if (!target.Value.Known) return new Launch(null, new Ending(process) { Doubt = $"Which module {server} serves is decided at run time: `{process}`." });
        var folder = options.Last("--chdir", "--app-dir", "--workdir") is { Known: true } to ? Programs.Absolute(process.WorkingDir, to.Text) : process.WorkingDir;
        return Module(process.Because($"{server} serves a Python module."), programs, target.Value.Text, folder);
    }

    private static Launch Module(Process process, Programs programs, string target, string folder)
    {
        var module = target.Split(':', '(')[0];
        if (module.EndsWith(".py", StringComparison.Ordinal)) return Launcher.Program(process with { WorkingDir = folder }, programs, "python", module, []);
        var path = module.Replace('.', '/');
        foreach (var ending in (ReadOnlySpan<string>)[".py", "/__main__.py", "/__init__.py"])
            if (programs.TryFindFile(folder, path + ending, out var file))
                return new Launch(null, new Ending(process.Because($"The module `{module}` is {file.Path}.")) { Executable = file, Runtime = "python", Name = module.Split('.')[0] });
        return new Launch(null, new Ending(process.Because($"The module `{module}` is not below {folder}: an installed package holds it.")) { Runtime = "python", Name = module.Split('.')[0] });
    }
}
