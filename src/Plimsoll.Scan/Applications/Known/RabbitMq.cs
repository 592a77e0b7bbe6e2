using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>rabbitmq-server(8): RABBITMQ_CONFIG_FILE or /etc/rabbitmq/rabbitmq.conf, conf.d, advanced.config, enabled_plugins, rabbitmq-env.conf.</summary>
internal sealed class RabbitMq : IKnownApplication
{
    public string Name => "rabbitmq";
    public ImmutableArray<string> Executables => ["rabbitmq-server"];
    public ImmutableArray<string> VersionVariables => ["RABBITMQ_VERSION"];

    public bool GoesToBackground(Process process) => process.Argv.Any(word => word.Text == "-detached");

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search)
    {
        var main = search.Process.EnvValue("RABBITMQ_CONFIG_FILE");
        IEnumerable<ImageFile> settings = main is null ? search.Files("/etc/rabbitmq/rabbitmq.conf") : search.First(main, main + ".conf", main + ".config");
        return [.. search.Files("/etc/rabbitmq/rabbitmq-env.conf"), .. settings, .. search.Files("/etc/rabbitmq/conf.d/*.conf", "/etc/rabbitmq/advanced.config", "/etc/rabbitmq/enabled_plugins")];
    }
}
