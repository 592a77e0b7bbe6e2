using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>
/// Reads an example: a map with one of the application's frames around a piece of configuration (`server: |`), or with the keys
/// `files`, `modes`, `command`, `env`, `user`, `healthcheck`, `compose`, which add to it.
/// </summary>
internal static class ExampleReader
{
    public static Example? Read(YamlNode node, IHardenedApplication application, Action<string> error)
    {
        if (node is not YamlMap map)
        {
            error("an example is a map");
            return null;
        }
        var example = new Example { Line = map.Line };
        foreach (var (key, value) in map.Entries)
            example = (key, value) switch
            {
                ("files", YamlMap files) => example with { Files = Merge(example.Files, files.Entries.Select(entry => (entry.Key, (entry.Value as YamlText)?.Text ?? ""))) },
                ("modes", YamlMap modes) => example with { Modes = [.. modes.Entries.Select(entry => (entry.Key, Octal((entry.Value as YamlText)?.Text, error)))] },
                ("command", YamlList command) => example with { Command = Texts(command) },
                ("env", YamlList env) => example with { Environment = [.. example.Environment, .. Texts(env)] },
                ("user", YamlText user) => example with { User = user.Text },
                ("compose", YamlText compose) => example with { Compose = compose.Text },
                ("healthcheck", YamlText flag) => example with { HasHealthcheck = flag.Text == "true" },
                (_, YamlText piece) when application.Frames.FirstOrDefault(frame => frame.Name == key) is { } frame => Framed(example, frame, piece.Text),
                _ => Unknown(example, key),
            };
        foreach (var (path, _) in example.Files)
            if (!path.StartsWith('/') || path.Split('/').Contains("..")) error($"`{path}` is no absolute path");
        return example;

        Example Unknown(Example as_is, string key)
        {
            error($"an example has no `{key}` of this kind: there are files, modes, command, env, user, healthcheck, compose{string.Concat(application.Frames.Select(frame => ", " + frame.Name))}");
            return as_is;
        }
    }

    private static Example Framed(Example example, ExampleFrame frame, string piece) => example with
    {
        Files = Merge([(frame.Path, frame.Text.Replace("{}", piece, StringComparison.Ordinal))], example.Files),
        Command = example.Command.IsEmpty ? frame.Command : example.Command,
        Environment = [.. frame.Environment, .. example.Environment],
        Piece = (frame.Name, piece),
    };

    private static ImmutableArray<(string, string)> Merge(IEnumerable<(string Path, string)> first, IEnumerable<(string Path, string)> second)
    {
        var over = second.ToList();
        return [.. first.Where(file => over.TrueForAll(other => other.Path != file.Path)), .. over];
    }

    private static ImmutableArray<string> Texts(YamlList list) => [.. list.Items.OfType<YamlText>().Select(item => item.Text)];

    private static int Octal(string? text, Action<string> error)
    {
        var mode = 0;
        foreach (var c in text ?? "")
            if (c is >= '0' and <= '7' && mode < 512) mode = (mode * 8) + (c - '0');
            else mode = int.MaxValue;
        if (mode is > 0 and <= 0xFFF) return mode;
        error(string.Create(CultureInfo.InvariantCulture, $"`{text}` is no mode such as 4755"));
        return 0x1A4;
    }
}
