using System.Diagnostics.CodeAnalysis;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Launchers;

/// <summary>What a launcher comes to: another command, or the end.</summary>
internal readonly record struct Launch(Process? Next, Ending? End);

/// <summary>Programs that run a program in a language: the application is what they are given.</summary>
internal static class Launcher
{
    public static bool TryLaunch(Process process, Programs programs, out Launch launched)
    {
        Launch? found = WithoutVersion(process.Name) switch
        {
            "node" or "nodejs" or "bun" or "deno" => NodeLauncher.Node(process, programs),
            "npm" or "yarn" or "pnpm" or "npx" => NodeLauncher.Package(process, programs),
            "pm2-runtime" or "nodemon" or "ts-node" or "tsx" => NodeLauncher.Runner(process, programs),
            "python" or "pypy" => PythonLauncher.Python(process, programs),
            "gunicorn" or "uvicorn" or "hypercorn" or "daphne" or "celery" or "flask" or "waitress-serve" or "uwsgi" or "fastapi" => PythonLauncher.Server(process, process.Name, programs),
            "java" => JavaLauncher.Java(process, programs),
            "dotnet" => Script(process, programs, "dotnet", "", process.Argv is [_, { Text: "exec" }, ..] ? 1 : 0),
            "ruby" => Script(process, programs, "ruby", "IrCEe"),
            "perl" => Script(process, programs, "perl", "IMme"),
            "php" => Script(process, programs, "php", "cdzrBRFESt"),
            "bundle" or "poetry" or "pipenv" or "uv" => Runner(process),
            _ => null,
        };
        launched = found ?? default;
        return found is not null;
    }

    /// <summary>`python3.11` is python, `php8.2` is php.</summary>
    private static string WithoutVersion(string name) => name.TrimEnd("0123456789.".ToCharArray());

    private static Launch? Runner(Process process) =>
        process.Argv is [_, { Text: "exec" or "run" }, _, ..]
            ? new Launch(process.Becomes(process.Argv[2..], $"{process.Name} runs the command in its project's environment."), null)
            : null;

    /// <summary>The first operand is the script.</summary>
    private static Launch? Script(Process process, Programs programs, string runtime, string shorts, int skip = 0)
    {
        var options = Options.Parse(process.Arguments[skip..], shorts, []);
        if (options.Rest.IsEmpty && !options.Given.IsEmpty) return null; // `php -S`, `ruby -e`: the runtime itself is what runs.
        return options.Rest.IsEmpty ? Interactive(process, runtime) : Program(process, programs, runtime, options.Rest[0], []);
    }

    public static Launch Interactive(Process process, string runtime) =>
        new(null, new Ending(process) { Doubt = $"The image starts {runtime} without a program: `{process}`." });

    /// <summary>Ends in a program file that a runtime is given.</summary>
    /// <param name="endings">Tried after the path as it is written.</param>
    public static Launch Program(Process process, Programs programs, string runtime, Value path, ReadOnlySpan<string> endings)
    {
        if (!path.Known) return new Launch(null, new Ending(process) { Doubt = $"Which program {runtime} runs is decided at run time: `{process}`." });
        if (TryFind(process, programs, path.Text, endings, out var file))
            return new Launch(null, new Ending(process.Because($"{runtime} runs {file.Value.Path}.")) { Executable = file, Runtime = runtime });
        return new Launch(null, new Ending(process) { Doubt = $"The container starts `{process}`, but `{Quote.Line(path.Text)}` is not in the image." });
    }

    private static bool TryFind(Process process, Programs programs, string path, ReadOnlySpan<string> endings, [NotNullWhen(true)] out ImageFile? found)
    {
        found = null;
        if (programs.TryFindFile(process.WorkingDir, path, out var file)) found = file;
        foreach (var ending in endings)
            if (found is null && programs.TryFindFile(process.WorkingDir, path + ending, out file)) found = file;
        return found is not null;
    }
}
