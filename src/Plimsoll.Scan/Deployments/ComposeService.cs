using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>One service of a compose project as a deployment.</summary>
internal sealed class ComposeService(DeploymentFolder folder, YamlMap project, string name, YamlMap service, string file)
{
    private readonly List<string> notes = [];

    public Deployment Read()
    {
        var (environment, gap) = Environment();
        if (service.List("profiles") is { IsEmpty: false } profiles) notes.Add($"The service {name} runs only with the profile {string.Join(" or ", profiles.OfType<YamlText>().Select(profile => profile.Text))}.");
        var image = service.TextOf("image");
        return new Deployment
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"service {name} ({Path.GetFileName(file)}:{service.Line})"),
            Names = [name],
            Image = image is { Needs: null } ? image.Text : null,
            Entrypoint = Words("entrypoint"),
            Command = Words("command"),
            Environment = environment,
            EnvironmentGap = gap,
            User = service.String("user"),
            WorkingDir = service.String("working_dir"),
            Mounts = new ComposeMounts(folder, project, service).Read(),
            HasHealthcheck = service["healthcheck"] is YamlMap check ? check.Flag("disable") != true && !IsNone(check["test"]) : null,
            Settings = [.. Settings()],
            Exposure = Exposure(),
            Notes = [.. notes],
        };
    }

    private static bool IsNone(YamlNode? test) => test is YamlList { Items: [YamlText { Text: "NONE" }, ..] } or YamlText { Text: "NONE" };

    /// <summary>A list as it is; a text split into words as a shell would. Nothing is not the same as an empty list, which takes away.</summary>
    private ImmutableArray<DeployedText>? Words(string key) => service[key] switch
    {
        YamlList list => [.. list.Items.OfType<YamlText>().Select(item => new DeployedText(item.Text, item.Needs))],
        YamlText { IsNothing: true } or null => null,
        YamlText { Needs: { } needs } text => [new DeployedText(text.Text, needs)],
        YamlText text => [.. ShellWords.Split(text.Text).Select(word => new DeployedText(word))],
        _ => null,
    };

    /// <summary>Of `env_file`, each over those before it, then of `environment`.</summary>
    private (ImmutableArray<(string, DeployedText?)> Variables, string? Gap) Environment()
    {
        var variables = ImmutableArray.CreateBuilder<(string, DeployedText?)>();
        string? gap = null;
        foreach (var item in service["env_file"] is YamlText single ? [single] : service.List("env_file"))
        {
            var (path, isRequired) = item is YamlMap map ? (map.String("path"), map.Flag("required") != false) : ((item as YamlText)?.Text, true);
            if (path is null) continue; // Not a file; Compose would refuse it.
            if (folder.Text(path, out var needs) is { } text)
                foreach (var (variable, value) in EnvironmentFile.Read(text)) variables.Add((variable, value is null ? Outer(variable) : new DeployedText(value)));
            else if (isRequired) gap ??= $"the file {path}{needs![$"is mounted from {path}".Length..]}";
        }
        if (ComposeFile.Pairs(service["environment"] ?? new YamlMap(service.Line, service.Column, [])) is YamlMap environment)
            foreach (var (variable, value) in environment.Entries)
                variables.Add((variable, value is YamlText { IsNothing: true } ? Outer(variable) : value is YamlText text ? new DeployedText(text.Text, text.Needs) : null));
        return (variables.ToImmutable(), gap);

        static DeployedText Outer(string variable) => new($"${variable}", $"the variable {variable} of whoever starts the container");
    }

    private IEnumerable<Setting> Settings()
    {
        var origin = Origin.Deployment(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{service.Line}"));
        yield return new Setting("deployment", [name], origin);
        yield return Said("read-only-root", service.Flag("read_only") == true, "read_only");
        yield return Said("privileged", service.Flag("privileged") == true, "privileged");
        var options = service.List("security_opt").OfType<YamlText>().Select(option => option.Text.Replace('=', ':')).ToList();
        yield return Said("new-privileges", !options.Exists(option => option is "no-new-privileges" or "no-new-privileges:true"), "security_opt");
        foreach (var option in options.Where(option => option.EndsWith(":unconfined", StringComparison.Ordinal))) yield return new Setting("unconfined", [option.Split(':')[0]], At("security_opt"));
        foreach (var capability in service.List("cap_add").OfType<YamlText>()) yield return new Setting("capability-add", [Capability(capability.Text)], At("cap_add"));
        foreach (var capability in service.List("cap_drop").OfType<YamlText>()) yield return new Setting("capability-drop", [Capability(capability.Text)], At("cap_drop"));
        if (service.String("network_mode") == "host") yield return new Setting("host-network", ["yes"], At("network_mode"));
        foreach (var volume in service.List("volumes"))
            if (ComposeMounts.Source(volume) is { } source) yield return new Setting("host-mount", [source], At(volume.Line));

        Setting Said(string key, bool value, string by) => new(key, [value ? "yes" : "no"], At(by));
        Origin At(object by) => Origin.Deployment(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{(by is int line ? line : service[(string)by]?.Line ?? service.Line)}"));
    }

    public static string Capability(string text) => text.ToUpperInvariant() is var upper && upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;

    private Exposure Exposure()
    {
        if (service.String("network_mode") is { } mode)
        {
            if (mode == "host") return new Exposure(Reach.Published, $"The service {name} uses the host's network, so every port that it opens is one of the host.");
            if (mode == "none") return new Exposure(Reach.Nobody, $"The service {name} has no network.");
        }
        var published = service.List("ports").Select(Published).ToList();
        if (published.Find(port => port.Outside) is { Port: not null } outside) return new Exposure(Reach.Published, $"The service {name} publishes port {outside.Port} of the host.");
        if (published.Count > 0) return new Exposure(Reach.Inside, $"The service {name} publishes port {published[0].Port} to the host alone.");
        return new Exposure(Reach.Nobody, $"The service {name} publishes no port, so only services of its networks reach it{(IsInternal() ? ", which are internal" : "")}.");
    }

    private bool IsInternal()
    {
        var names = service["networks"] switch
        {
            YamlMap map => map.Entries.Select(entry => entry.Key).ToList(),
            YamlList list => [.. list.Items.OfType<YamlText>().Select(item => item.Text)],
            _ => ["default"],
        };
        return names.Count > 0 && names.TrueForAll(network => (project.Map("networks")[network] as YamlMap)?.Flag("internal") == true);
    }

    /// <summary>`[[IP:][HOST]:]CONTAINER[/PROTOCOL]`, or a map with `published` and `host_ip`. A port that is not named is any that is free.</summary>
    private static (string? Port, bool Outside) Published(YamlNode port)
    {
        var (host, ip) = (port as YamlMap)?.String("published") is { } named ? (named, ((YamlMap)port).String("host_ip") ?? "") : Short((port as YamlText)?.Text ?? "");
        return (host.Length > 0 ? host : "(any that is free)", !(ip.StartsWith("127.", StringComparison.Ordinal) || ip is "::1" or "[::1]" or "localhost"));
    }

    private static (string Host, string Ip) Short(string text)
    {
        var plain = text.Split('/')[0];
        var last = plain.LastIndexOf(':');
        if (last < 0) return ("", "");
        var rest = plain[..last];
        var ip = rest.LastIndexOf(':');
        return ip < 0 ? (rest.Contains('.', StringComparison.Ordinal) ? ("", rest) : (rest, "")) : (rest[(ip + 1)..], rest[..ip]);
    }
}

/// <summary>A text as the words of a POSIX shell, without expansions: quotes and backslashes are taken away.</summary>
internal static class ShellWords
{
    public static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        var begun = false;
        var quote = '\0';
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (begun) yield return word.ToString();
                (begun, _) = (false, word.Clear());
                continue; // Between words.
            }
            begun = true;
            if (c == quote) quote = '\0';
            else if (quote == '\0' && c is '"' or '\'' && quote == '\0') quote = c;
            else if (c == '\\' && at + 1 < text.Length && (quote == '\0' || (quote == '"' && text[at + 1] is '"' or '\\' or '$' or '`'))) word.Append(text[++at]);
            else word.Append(c);
        }
        if (begun) yield return word.ToString();
    }
}
