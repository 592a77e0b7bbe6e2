using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// rabbitmq-server: rabbitmq.conf, then the files of conf.d in their order, of which the last counts; advanced.config, or a main file of Erlang terms, takes the place of what it names; the first user is
/// that of RABBITMQ_DEFAULT_USER before all of them. `key.*` stands for all settings below a key. Not in any file: `plugin`, those that are enabled; `erlang-cookie`, where
/// the secret of the nodes comes with the image; `erlang-arguments`.
/// </summary>
internal sealed class RabbitMq : IHardenedApplication
{
    private static readonly FrozenDictionary<string, string> defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["default_pass"] = "guest",
        ["default_permissions.configure"] = ".*",
        ["default_permissions.read"] = ".*",
        ["default_permissions.write"] = ".*",
        ["default_user"] = "guest",
        ["default_vhost"] = "/",
        ["disk_free_limit.absolute"] = "50000000",
        ["handshake_timeout"] = "10000",
        ["management.disable_basic_auth"] = "false",
        ["mqtt.allow_anonymous"] = "true",
        ["ssl_cert_login_from"] = "distinguished_name",
        ["ssl_handshake_timeout"] = "5000",
        ["ssl_options.fail_if_no_peer_cert"] = "false",
        ["ssl_options.verify"] = "verify_none",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public string Name => "rabbitmq";

    public FilePattern Files => FilePattern.Named(".erlang.cookie");

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        new("conf", "/etc/rabbitmq/rabbitmq.conf", "{}", ["/opt/rabbitmq/sbin/rabbitmq-server"], ["RABBITMQ_VERSION=3.13.7"]),
        new("four", "/etc/rabbitmq/rabbitmq.conf", "{}", ["/opt/rabbitmq/sbin/rabbitmq-server"], ["RABBITMQ_VERSION=4.1.0"]),
    ];

    /// <summary>The first step of its start, which reads its files, checks them by the schemas of its plugins, and starts nothing.</summary>
    public ServerCheck Check { get; } = new("erl", "/etc/rabbitmq/rabbitmq.conf", ["-noshell", "-boot", "start_sasl", "-kernel", "logger_level", "error", "-eval", Reading])
    {
        Beside = [("enabled_plugins", "[rabbitmq_management,rabbitmq_mqtt,rabbitmq_stomp].\n"), ("definitions.json", "{}\n")],
        Environment =
        [
            ("HOME", "{folder}"), ("RABBITMQ_CONFIG_FILE", "{folder}rabbitmq"), ("RABBITMQ_CONFIG_FILES", "{folder}conf.d/*.conf"), ("RABBITMQ_ADVANCED_CONFIG_FILE", "{folder}advanced.config"), ("RABBITMQ_CONF_ENV_FILE", "{folder}none"),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", "{folder}enabled_plugins"), ("RABBITMQ_MNESIA_BASE", "{folder}data"), ("RABBITMQ_LOG_BASE", "{folder}log"), ("RABBITMQ_NODENAME", "reader@localhost"),
        ],
        Lacking = ["there is no setting with that name", "RabbitMQ's libraries are not installed"],
    };

    /// <summary>Erlang: all that it says, without dates; the libraries of the newest release that is installed; then its own reading of the files.</summary>
    private const string Reading = """
        logger:update_handler_config(default, #{filters => [], filter_default => log, formatter => {logger_formatter, #{template => [msg, "\n"]}}}),
        case lists:reverse(lists:sort(filelib:wildcard("/usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins"))) of
          [] -> io:format("RabbitMQ's libraries are not installed~n"), halt(1);
          [P | _] -> os:putenv("RABBITMQ_PLUGINS_DIR", P), [code:add_patha(D) || D <- filelib:wildcard(P ++ "/*/ebin")]
        end,
        C = rabbit_env:get_context(), rabbit_env:context_to_app_env_vars(C),
        try rabbit_prelaunch_conf:setup(C) of _ -> halt(0) catch throw:_ -> logger_std_h:filesync(default), halt(1) end.
        """;

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var environment = new RabbitMqEnvironment(subject);
        var settings = new RabbitMqFiles(subject, environment).Read();
        settings.AddRange(StartScripts.Gaps(subject, "/etc/rabbitmq/"));
        foreach (var (key, variable) in (ReadOnlySpan<(string, string)>)[("default_user", "DEFAULT_USER"), ("default_pass", "DEFAULT_PASS"), ("default_vhost", "DEFAULT_VHOST"), ("erlang-arguments", "SERVER_ADDITIONAL_ERL_ARGS")])
            if (environment.Find(variable) is { } given) settings.Add(given with { Key = key });
        if (environment.Find("ERLANG_COOKIE") is { } cookie) settings.Add(cookie with { Key = "erlang-cookie", Arguments = ["RABBITMQ_ERLANG_COOKIE"] });
        if (subject.TryFind("/var/lib/rabbitmq", ".erlang.cookie", out var file)) settings.Add(new Setting("erlang-cookie", [file.Path], Origin.At(file.At())));
        if (!settings.Exists(setting => Below(setting.Key, "listeners.tcp")))
            settings.Add(environment.Find("NODE_PORT") is { } port ? port with { Key = "listeners.tcp.default" } : new Setting("listeners.tcp.default", ["5672"], Origin.Default("rabbitmq")));
        if (!settings.Exists(setting => Below(setting.Key, "loopback_users"))) settings.Add(new Setting("loopback_users.guest", ["true"], Origin.Default("rabbitmq")));
        return [.. settings];
    }

    public Setting? Default(string key, string? version) => defaults.TryGetValue(key, out var value) ? new Setting(key, [value], Origin.Default("rabbitmq")) : null;

    /// <summary>Of a key the last counts; a family that is set to `none` is empty whatever else is set in it.</summary>
    public Found Find(Scope scope, string key)
    {
        if (!key.EndsWith(".*", StringComparison.Ordinal)) return scope.Nearest(key);
        var family = key[..^2];
        if (scope.Own(family) is [.., { Value: "none" }]) return new Found([], scope.Gap);
        var members = scope.Block.Children.Where(setting => !setting.IsGap && Below(setting.Key, family) && setting.Key.Length > family.Length);
        return new Found([.. members.Reverse().DistinctBy(setting => setting.Key).Reverse()], scope.Gap);
    }

    /// <summary>Whether a key is this one or stands below it.</summary>
    public static bool Below(string key, string family) => key.StartsWith(family, StringComparison.Ordinal) && (key.Length == family.Length || key[family.Length] == '.');
}
