using System.Collections.Immutable;
using System.Text;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>What a compose service mounts: `volumes`, `tmpfs`, `configs` and `secrets`.</summary>
internal sealed class ComposeMounts(DeploymentFolder folder, YamlMap project, YamlMap service)
{
    public ImmutableArray<Mount> Read() =>
    [
        .. service.List("volumes").Select(Volume).OfType<Mount>(),
        .. (service["tmpfs"] is YamlText single ? [single] : service.List("tmpfs")).OfType<YamlText>().Select(item => new Mount(item.Text.Split(':')[0])),
        .. service.List("configs").Select(Config).OfType<Mount>(),
        .. service.List("secrets").Select(Secret).OfType<Mount>(),
    ];

    /// <summary>`[SOURCE:]TARGET[:MODE]`.</summary>
    public static (string? Source, string Target) Parts(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 1 ? (null, parts[0]) : (parts[0], parts[1]);
    }

    /// <summary>The path of the host that is mounted; null for none.</summary>
    public static string? Source(YamlNode volume)
    {
        var (source, isBind) = volume is YamlMap map ? (map.String("source"), map.String("type") == "bind") : (Parts((volume as YamlText)?.Text ?? "").Source, false);
        return source is not null && (isBind || source[0] is '/' or '.' or '~') ? source : null;
    }

    private Mount? Volume(YamlNode node)
    {
        if (node is YamlText { Needs: { } needs }) return new Mount(Parts(((YamlText)node).Text).Target, $"is mounted from what needs {needs}");
        var map = node as YamlMap;
        var (source, target) = map is not null ? (map.String("source"), map.String("target")) : Parts((node as YamlText)?.Text ?? "");
        if (target is not { Length: > 1 } || target[0] != '/') return null; // No path of a container; Compose would refuse it.
        if (map?.String("type") == "tmpfs") return new Mount(target);
        if (Source(node) is { } path) return path.Length == 0 ? null : folder.Mount(path, target);
        return new Mount(target, source is null ? "lies in a volume without a name, which may keep what earlier containers wrote" : $"lies in the volume {source}, which keeps what containers wrote");
    }

    private Mount? Config(YamlNode node)
    {
        var (source, target) = Named(node);
        if (source is null) return null; // Nothing is named; Compose would refuse it.
        target = Absolute(target ?? source, "/");
        var config = project.Map("configs").Map(source);
        if (config["content"] is YamlText { Needs: null } content) return new Mount(target) { Source = $"the config {source}", Files = [("", Encoding.UTF8.GetBytes(content.Text))] };
        if (config.String("file") is { } file) return folder.Mount(file, target);
        return new Mount(target, $"is the config {source}, whose content the description does not give");
    }

    /// <summary>A secret is known by its name only, whatever is beside the description.</summary>
    private static Mount? Secret(YamlNode node)
    {
        var (source, target) = Named(node);
        return source is null ? null : new Mount(Absolute(target ?? source, "/run/secrets"), $"is the secret {source}, which is not read");
    }

    private static (string? Source, string? Target) Named(YamlNode node) => node is YamlMap map ? (map.String("source"), map.String("target")) : ((node as YamlText)?.Text, null);

    private static string Absolute(string path, string folder) => path.StartsWith('/') ? path : $"{folder.TrimEnd('/')}/{path}";
}
