using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Launchers;

/// <summary>node(1), and the package managers that run the `scripts` of a package.json.</summary>
internal static class NodeLauncher
{
    /// <summary>Options of node that take the next word as their value when there is no `=`.</summary>
    public static readonly string[] WithValue =
    [
        "--conditions", "--cpu-prof-dir", "--cpu-prof-interval", "--cpu-prof-name", "--diagnostic-dir", "--disable-proto", "--disable-warning", "--dns-result-order", "--env-file", "--env-file-if-exists", "--eval", "--experimental-loader",
        "--heap-prof-dir", "--heapsnapshot-signal", "--icu-data-dir", "--import", "--input-type", "--inspect-port", "--loader", "--max-http-header-size", "--max-old-space-size-percentage", "--network-family-autoselection-attempt-timeout", "--openssl-config",
        "--print", "--redirect-warnings", "--report-dir", "--report-directory", "--report-filename", "--report-signal", "--require", "--secure-heap", "--secure-heap-min", "--stack-trace-limit", "--test-name-pattern", "--title",
        "--tls-cipher-list", "--tls-keylog", "--tls-max", "--trace-event-categories", "--trace-event-file-pattern", "--trace-require-module", "--unhandled-rejections", "--watch-path",
    ];

    public static Launch? Node(Process process, Programs programs)
    {
        var options = Options.Parse([.. process.Argv.Skip(1).Select(Dashed)], "rCep", WithValue);
        var rest = options.Rest;
        // What stands for options, `$NODE_FLAGS`, is followed by the program.
        while (rest.Length > 1 && !rest[0].Known && !rest[0].Text.Contains('/', StringComparison.Ordinal)) rest = Options.Parse(rest.AsSpan()[1..], "rCep", WithValue).Rest;
        if (process.Name is "bun" or "deno" && rest is [{ Text: "run" or "serve" }, _, ..]) rest = rest[1..];
        if (options.Last("-e", "-p", "--eval", "--print") is not null) return null; // The text itself is the program.
        if (rest.IsEmpty) return Launcher.Interactive(process, process.Name);
        return Launcher.Program(process, programs, process.Name, rest[0], [".js", ".mjs", ".cjs", "/index.js"]);
    }

    /// <summary>node takes `--max_http_header_size` for `--max-http-header-size`.</summary>
    private static Value Dashed(Value word) => word.Known && word.Text.StartsWith("--", StringComparison.Ordinal) && !word.Text.Contains('=', StringComparison.Ordinal) ? word.Text.Replace('_', '-') : word;

    /// <summary>`npm start`, `npm run x`, `yarn x`, `npx x`: npm-run-script(1) runs the text with the package's own programs first in PATH.</summary>
    public static Launch? Package(Process process, Programs programs)
    {
        var options = Options.Parse(process.Arguments, "Cw", ["--prefix", "--dir", "--cwd", "--workspace", "--filter"]);
        var folder = options.Last("-C", "--prefix", "--dir", "--cwd") is { Known: true } to ? Programs.Absolute(process.WorkingDir, to.Text) : process.WorkingDir;
        var words = options.Rest;
        var run = words is [{ Text: "run" or "run-script" or "exec" or "dlx" }, _, ..];
        if (run) words = [words[1], .. words.Skip(2).SkipWhile(word => word.Text == "--")];
        if (words.IsEmpty || !words[0].Known) return null;
        var env = process.Env.SetItem("PATH", $"{folder.TrimEnd('/')}/node_modules/.bin:{process.SearchPath}");
        var manifest = programs.TryFindFile(folder, "package.json", out var file) ? PackageJson.Read(file, programs) : null;
        if (manifest is not null) env = env.SetItem("npm_package_json", file.Path);
        var inside = process with { Env = env, WorkingDir = folder };
        if (process.Name == "npx" || process.Argv is [_, { Text: "exec" or "dlx" }, ..])
            return new Launch(inside.Becomes(words, $"{process.Name} runs the program `{words[0].Text}`."), null);
        var script = manifest?.Scripts.GetValueOrDefault(words[0].Text) ?? (words[0].Text == "start" && manifest is not null ? "node server.js" : null);
        if (script is not null)
            return new Launch(inside.Becomes(["sh", "-c", string.Join(' ', [script, .. words.Skip(1).Select(word => word.Text)])], $"{process.Name} runs the script `{words[0].Text}` of {file.Path}: `{Quote.Line(script)}`."), null);
        if (process.Name is "yarn" or "pnpm") return new Launch(inside.Becomes(words, $"{process.Name} runs the program `{words[0].Text}`."), null);
        return new Launch(null, new Ending(process) { Doubt = $"The container starts `{process}`, but no package.json in {folder} has a script `{Quote.Line(words[0].Text)}`." });
    }

    /// <summary>Programs that start node on the script that they are given.</summary>
    public static Launch? Runner(Process process, Programs programs)
    {
        var rest = Options.Parse(process.Arguments, "niewo", ["--name", "--instances", "--env", "--watch", "--exec", "--ext"]).Rest;
        if (rest is [{ Text: "start" or "watch" }, _, ..]) rest = rest[1..];
        return rest.IsEmpty ? null : Launcher.Program(process, programs, "node", rest[0], [".js", ".ts"]);
    }
}

/// <summary>What starting needs of a package.json (npm: "package.json", name, version, scripts).</summary>
internal sealed record PackageJson(string? Name, string? Version, ImmutableDictionary<string, string> Scripts)
{
    /// <summary>Null when it is no JSON object; that is a problem.</summary>
    public static PackageJson? Read(ImageFile file, Programs programs)
    {
        if (!programs.TryRead(file, out var text)) return null;
        try
        {
            using var json = JsonDocument.Parse(text.TrimStart('\uFEFF'));
            if (json.RootElement.ValueKind == JsonValueKind.Object) return Read(json.RootElement);
            programs.Problems.Report(ProblemKind.Malformed, file.Path, $"expected an object, found {json.RootElement.ValueKind}; it names no application");
        }
        catch (JsonException wrong)
        {
            programs.Problems.Report(ProblemKind.Malformed, file.Path, $"expected JSON, but {wrong.Message.TrimEnd('.')}; it names no application");
        }
        return null;
    }

    private static PackageJson Read(JsonElement root)
    {
        var scripts = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (root.TryGetProperty("scripts", out var listed) && listed.ValueKind == JsonValueKind.Object)
            foreach (var script in listed.EnumerateObject())
                if (script.Value.ValueKind == JsonValueKind.String) scripts[script.Name] = script.Value.GetString()!;
        return new PackageJson(Text(root, "name"), Text(root, "version"), scripts.ToImmutable());
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
