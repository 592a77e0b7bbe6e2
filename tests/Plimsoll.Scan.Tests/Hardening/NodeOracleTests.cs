using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Options and variables in force against what the real node says of itself.</summary>
public sealed class NodeOracleTests
{
    private static readonly (string Name, string[] Values)[] options =
    [
        ("--disable-proto", ["delete", "throw"]), ("--max-http-header-size", ["8192", "20000"]), ("--title", ["x", "a_b"]), ("--unhandled-rejections", ["strict", "warn"]), ("--dns-result-order", ["ipv4first", "verbatim"]),
    ];

    private static readonly string[] switches = ["--insecure-http-parser", "--tls-min-v1.0", "--tls-min-v1.2", "--throw-deprecation", "--enable-source-maps", "--verify-base-objects"];
    private static readonly string[] variables = ["NODE_ENV", "NODE_TLS_REJECT_UNAUTHORIZED", "NODE_NO_WARNINGS", "NODE_PATH"];

    [Fact]
    public void What_is_in_force_is_what_node_says()
    {
        if (!Catalogers.Programs.Exist("node")) Assert.Skip("node is not installed.");
        var names = options.Select(option => option.Name).Concat(switches).ToList();
        var folder = Directory.CreateTempSubdirectory("plimsoll-node-").FullName;
        try
        {
            File.WriteAllText(folder + "/server.js", $"const {{getOptionValue: get}} = require('internal/options'); console.log(JSON.stringify([{JsonSerializer.Serialize(names)}.map(name => String(get(name))), {JsonSerializer.Serialize(variables)}.map(name => process.env[name] ?? null)]));");
            for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 300 : 30); seed++)
            {
                var random = new Random(seed);
                var file = EnvironmentFile(random);
                File.WriteAllText(folder + "/.env", file);
                List<string> arguments = ["--expose-internals", .. Options(random)];
                if (random.Next(2) == 0) arguments.AddRange(random.Next(2) == 0 ? [$"--env-file={folder}/.env"] : ["--env-file", folder + "/.env"]);
                var environment = new Dictionary<string, string>(StringComparer.Ordinal);
                if (random.Next(2) == 0) environment["NODE_OPTIONS"] = string.Join(' ', Options(random).Select(word => random.Next(3) == 0 ? $"\"{word}\"" : word));
                foreach (var name in variables)
                    if (random.Next(3) == 0) environment[name] = random.Next(2) == 0 ? "production" : "0";
                var said = Ask([.. arguments, folder + "/server.js"], environment);
                var result = HardenedImage.Scan(["/usr/local/bin/node", .. arguments, folder + "/server.js"], ["NODE_VERSION=20.0.0", .. environment.Select(pair => $"{pair.Key}={pair.Value}")], (folder + "/server.js", "x"), (folder + "/.env", file));
                Assert.Empty(result.Problems);
                var judged = new Judged(new Node(), result.Of("node"));
                for (var i = 0; i < names.Count; i++)
                    if (judged.Value(judged.Root, names[i]) is { } setting) Assert.Equal((seed, names[i], said[0][i]), (seed, names[i], setting.Value));
                    else Assert.Equal((seed, names[i], Unset(names[i])), (seed, names[i], said[0][i]!));
                for (var i = 0; i < variables.Length; i++) Assert.Equal((seed, variables[i], said[1][i]), (seed, variables[i], judged.Value(judged.Root, variables[i])?.Value));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Unset(string name) => Ask(["--expose-internals", "-p", $"require('internal/options').getOptionValue('{name}')"], [], isText: true)[0][0]!;

    private static List<string> Options(Random random)
    {
        var words = new List<string>();
        for (var i = random.Next(5); i > 0; i--)
            if (random.Next(2) == 0)
            {
                var (name, values) = options[random.Next(options.Length)];
                var (written, value) = (random.Next(3) == 0 ? "--" + name[2..].Replace('-', '_') : name, values[random.Next(values.Length)]);
                words.AddRange(random.Next(2) == 0 ? [$"{written}={value}"] : [written, value]);
            }
            else
            {
                var name = switches[random.Next(switches.Length)];
                words.Add(random.Next(3) == 0 ? "--no-" + name[2..] : random.Next(3) == 0 ? "--" + name[2..].Replace('-', '_') : name);
            }
        return words;
    }

    private static string EnvironmentFile(Random random)
    {
        string[] values = ["production", "\"a b\" # c", "'x\ny'", "`q`", "d \"e\" f", "", "a#b", "\"l\\nm\"", "\"open", "'0'"];
        var text = new StringBuilder("# a file\n\n");
        for (var i = random.Next(6); i > 0; i--) text.Append(random.Next(3) == 0 ? "export " : random.Next(3) == 0 ? "  " : "").Append(variables[random.Next(variables.Length)]).Append(random.Next(3) == 0 ? " = " : "=").Append(values[random.Next(values.Length)]).Append('\n');
        if (random.Next(3) == 0) text.Append("NODE_OPTIONS=--tls-min-v1.0 --title=file\n");
        return text.ToString();
    }

    private static string?[][] Ask(IEnumerable<string> arguments, Dictionary<string, string> environment, bool isText = false)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("NODE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)}: {errors.Result}");
        return isText ? [[output.TrimEnd('\n')]] : JsonSerializer.Deserialize<string?[][]>(output)!;
    }
}
