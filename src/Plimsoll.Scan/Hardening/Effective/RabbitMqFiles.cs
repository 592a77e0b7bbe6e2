using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>The files of RabbitMQ in the order in which it reads them, all as settings of rabbitmq.conf.</summary>
internal sealed class RabbitMqFiles(Subject subject, RabbitMqEnvironment environment)
{
    private const string Folder = "/etc/rabbitmq";

    private const string Refusal = "RabbitMQ would not start with this file, and what follows in it was not read";

    private const int MostDepth = 10;

    /// <summary>What the settings of an Erlang application are called in rabbitmq.conf.</summary>
    private static readonly FrozenDictionary<string, string> applications = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["rabbit"] = "",
        ["rabbitmq_management"] = "management.",
        ["rabbitmq_mqtt"] = "mqtt.",
        ["rabbitmq_prometheus"] = "prometheus.",
        ["rabbitmq_stomp"] = "stomp.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> renamed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["tcp_listeners"] = "listeners.tcp",
        ["ssl_listeners"] = "listeners.ssl",
        ["management.cors_allow_origins"] = "management.cors.allow_origins",
        ["management.ssl_config"] = "management.ssl",
        ["management.tcp_config"] = "management.tcp",
        ["mqtt.tcp_listeners"] = "mqtt.listeners.tcp",
        ["mqtt.ssl_listeners"] = "mqtt.listeners.ssl",
        ["stomp.tcp_listeners"] = "stomp.listeners.tcp",
        ["stomp.ssl_listeners"] = "stomp.listeners.ssl",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly List<Setting> settings = [];

    public List<Setting> Read()
    {
        foreach (var variable in (ReadOnlySpan<string>)["CONFIG_FILE", "CONFIG_FILES", "ADVANCED_CONFIG_FILE", "ENABLED_PLUGINS_FILE"])
            if (environment.Find(variable) is { Needs: { } needs } unknown) settings.Add(Setting.Gap("", unknown.Arguments, unknown.Origin, needs));
        var main = Main();
        if (main is { } file && !IsTerms(file)) Add(file, depth: 0);
        var more = environment.Text("CONFIG_FILES") ?? Folder + "/conf.d/*.conf";
        if (subject.Files.TryFind(more, out var folder) && folder.IsFolder) more = more.TrimEnd('/') + "/*";
        foreach (var additional in subject.Glob("/", more)) Add(additional, depth: 0);
        if (subject.IsVolume(more)) settings.Add(Setting.Gap("", [more], Origin.Image("VOLUME"), $"what is mounted at {more[..Math.Max(1, more.LastIndexOf('/'))]}"));
        // A main file of terms takes the place of advanced.config, which is then not read.
        if (main is { } terms && IsTerms(terms)) AddTerms(terms);
        else if (subject.TryFind("/", environment.Text("ADVANCED_CONFIG_FILE") ?? Folder + "/advanced.config", out var advanced)) AddTerms(advanced);
        Plugins();
        return settings;
    }

    /// <summary>The file of that very name, else with `.config`, else with `.conf`; null when the image has none.</summary>
    private ImageFile? Main()
    {
        var main = environment.Text("CONFIG_FILE") ?? Folder + "/rabbitmq";
        foreach (var ending in (ReadOnlySpan<string>)["", ".config", ".conf"])
            if (subject.TryFind("/", main + ending, out var file)) return file;
        if (environment.Find("CONFIG_FILE") is { } named) settings.Add(Subject.Missing("include", main, named.Origin));
        return null;
    }

    /// <summary>By the ending of its name; without one by whether it can be read as terms.</summary>
    private bool IsTerms(ImageFile file)
    {
        if (file.Name.EndsWith(".conf", StringComparison.Ordinal)) return false;
        if (file.Name.EndsWith(".config", StringComparison.Ordinal)) return true;
        return subject.TryRead(file, out var text) && ErlangGrammar.Parse(text, file.At()) is { Error: null, Settings.IsEmpty: false };
    }

    private void Add(ImageFile file, int depth)
    {
        if (!subject.TryRead(file, out var text))
        {
            settings.Add(Subject.Unread("include", file, Origin.At(file.At())));
            return;
        }
        var parsed = RabbitMqGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, Refusal);
        foreach (var setting in parsed.Settings)
            if (setting is not { Key: "include", IsGap: false }) settings.Add(setting);
            else if (depth >= MostDepth) settings.Add(Setting.Gap("include", setting.Arguments, setting.Origin, string.Create(CultureInfo.InvariantCulture, $"an end to includes that are more than {MostDepth} deep")));
            else if (subject.TryFind(file.Parent.Path, setting.Value, out var included)) Add(included, depth + 1);
            else settings.Add(Subject.Missing("include", setting.Value, setting.Origin));
    }

    private void AddTerms(ImageFile file)
    {
        if (Terms(file) is not { } applied) return;
        foreach (var application in applied)
            if (application.IsGap) settings.Add(application);
            else
                foreach (var term in application.Children)
                {
                    var prefix = applications.TryGetValue(application.Key, out var known) ? known : application.Key + ".";
                    var key = renamed.GetValueOrDefault(prefix + term.Key, prefix + term.Key);
                    settings.RemoveAll(setting => !setting.IsGap && RabbitMq.Below(setting.Key, key));
                    Flatten(key, term);
                }
    }

    private void Flatten(string key, Setting term)
    {
        if (!term.IsBlock) settings.Add(new Setting(key, term.Arguments, term.Origin));
        else if (term.Children.IsEmpty) settings.Add(new Setting(key, ["none"], term.Origin));
        else
            for (var i = 0; i < term.Children.Length; i++)
            {
                var child = term.Children[i];
                var numbered = string.Create(CultureInfo.InvariantCulture, $"{key}.{i + 1}");
                if (key == "loopback_users") settings.Add(new Setting($"{key}.{child.Value}", ["true"], child.Origin));
                else if (child.IsBlock || child.Key is not "value" and not "tuple")
                {
                    // `{"127.0.0.1", 5672}` is one listener, not a setting of that name.
                    if (key.Contains("listeners.", StringComparison.Ordinal) && !child.IsBlock) settings.Add(new Setting(numbered, [$"{child.Key}:{child.Value}"], child.Origin));
                    else Flatten(child.Key is "tuple" or "list" or "map" ? numbered : $"{key}.{child.Key}", child);
                }
                else settings.Add(new Setting(numbered, child.Arguments, child.Origin));
            }
    }

    private void Plugins()
    {
        var path = environment.Text("ENABLED_PLUGINS_FILE") ?? Folder + "/enabled_plugins";
        if (!subject.TryFind("/", path, out var file) || Terms(file) is not { } plugins) return;
        settings.AddRange(plugins.Select(plugin => plugin.IsGap ? plugin : plugin with { Key = "plugin" }));
    }

    private ImmutableArray<Setting>? Terms(ImageFile file)
    {
        if (!subject.TryRead(file, out var text))
        {
            settings.Add(Subject.Unread("include", file, Origin.At(file.At())));
            return null;
        }
        var parsed = ErlangGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, Refusal);
        return parsed.Settings;
    }
}
