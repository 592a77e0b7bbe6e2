using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>A real server that reads option files, and files made up of what it knows.</summary>
/// <param name="program">Its name or path.</param>
/// <param name="libraries">A folder of libraries that it needs; null for none.</param>
/// <param name="groups">Of generated files: those that it reads, and some that it does not.</param>
/// <param name="options">What may stand in them.</param>
internal sealed class OptionFileProgram(string program, string? libraries, string[] groups, (string Key, string[] Lines)[] options)
{
    private string? version;

    public string Version => version ??= Run(["--version"]).Split("Ver ")[1].Split('-', ' ')[0];

    public string Run(IEnumerable<string> arguments)
    {
        var (code, output, errors) = Try(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    public (int Exit, string Output, string Errors) Try(IEnumerable<string> arguments) => Programs.Run("/", "env", [.. Variables, program, .. arguments]);

    /// <summary>Values as `--help` tells them behind the options.</summary>
    public Dictionary<string, string> Table(IEnumerable<string> arguments)
    {
        var table = Run([.. arguments, "--verbose", "--help"]);
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in table[table.IndexOf("\nVariables (", StringComparison.Ordinal)..].Split('\n').Skip(3).TakeWhile(line => line.Length > 0))
            if (line.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0) said[line[..blank].Replace('-', '_')] = line[blank..].TrimStart();
        return said;
    }

    /// <summary>The arguments that it makes of its files.</summary>
    public string[] FromFiles(IEnumerable<string> arguments) =>
        Run([.. arguments.TakeWhile(argument => argument.StartsWith("--defaults", StringComparison.Ordinal)), "--print-defaults"]).Split('\n').LastOrDefault(line => line.StartsWith("--", StringComparison.Ordinal), "").Split("--", StringSplitOptions.RemoveEmptyEntries);

    /// <summary>SHOW VARIABLES of a server that is started and stopped for it; its socket is the folder's `socket`.</summary>
    public Dictionary<string, string> Running(string folder, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("env", [.. Variables, program, .. arguments]) { RedirectStandardError = true, UseShellExecute = false })!;
        var log = process.StandardError.ReadToEndAsync();
        try
        {
            for (var tries = 0; tries < 1200 && !process.HasExited; tries++)
            {
                var (code, output, _) = Programs.Run(folder, "mariadb", "--no-defaults", "-S", folder + "/socket", "-u", "root", "-N", "-B", "-e", "SHOW GLOBAL VARIABLES");
                if (code == 0) return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToDictionary(words => words[0], words => words[1], StringComparer.Ordinal);
                Thread.Sleep(100);
            }
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
        }
        throw new InvalidOperationException($"{program} did not start: {log.Result}");
    }

    /// <summary>Files in a folder, and the arguments of a server that reads them.</summary>
    public (List<(string Path, string Text)> Files, List<string> Arguments) Generate(Random random, string folder)
    {
        List<(string Path, string Text)> files =
        [
            ($"{folder}/my.cnf", $"# main\n[client]\nlocal-infile=0\n{Lines(random)}!include {folder}/more.cnf\n{Lines(random, head: false)}!includedir {folder}/conf.d/\n{Lines(random)}"),
            ($"{folder}/more.cnf", Lines(random)),
            ($"{folder}/conf.d/b.cnf", Lines(random)),
            ($"{folder}/conf.d/a.cnf", Lines(random)),
            ($"{folder}/conf.d/c.txt", "[mysqld]\nport = 1\n"),
            ($"{folder}/extra.cnf", Lines(random)),
        ];
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        List<string> arguments = [$"--defaults-file={folder}/my.cnf"];
        if (random.Next(3) == 0) arguments.Add("--defaults-group-suffix=_own");
        for (var i = random.Next(4); i > 0; i--)
            if (options[random.Next(options.Length)] is var (_, lines) && lines[random.Next(lines.Length)] is var line && !line.Contains(' ', StringComparison.Ordinal)) arguments.Add("--" + line.Replace("\"", "", StringComparison.Ordinal));
        if (random.Next(3) == 0) arguments.AddRange(["--port", "3310", "--secure-file-priv", "/var"]);
        return (files, arguments);
    }

    /// <summary>A value as the table has it.</summary>
    public static string Told(Setting? setting) => setting?.Value switch
    {
        null or "" => "(No default value)",
        "on" => "TRUE",
        "off" => "FALSE",
        var value => value,
    };

    /// <summary>The server writes a slash behind a folder that there is.</summary>
    public static string Folder(string key, string value) => key == "secure_file_priv" ? value.TrimEnd('/') : value;

    /// <summary>Some lines of a file, in a group of their own where they have a head.</summary>
    private string Lines(Random random, bool head = true)
    {
        var text = new StringBuilder(head ? $"{(random.Next(2) == 0 ? " " : "")}[{Pick(random, groups)}]\n" : "");
        for (var i = random.Next(6); i > 0; i--) text.Append(CultureInfo.InvariantCulture, $"{Pick(random, "", "  ", "\t")}{Pick(random, options[random.Next(options.Length)].Lines)}{Pick(random, "", " ", "\r")}\n{Pick(random, "", "# c\n", "; c\n", "\n")}");
        return text.ToString();
    }

    private string[] Variables => libraries is null ? [] : [$"LD_LIBRARY_PATH={libraries}"];

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
