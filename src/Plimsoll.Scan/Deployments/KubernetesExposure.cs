using Plimsoll.Core.Hardening;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>Who reaches a container: by the host's network or a port of it, by services that select its pod, and by what leads to these.</summary>
internal static class KubernetesExposure
{
    public static Exposure Of(KubernetesFiles files, KubernetesObject from, YamlMap template, YamlMap container)
    {
        var title = $"{from.Kind} {from.Name}";
        if (template.Map("spec").Flag("hostNetwork") == true) return new Exposure(Reach.Published, $"{title} uses the network of its node, so every port that it opens is one of the node.");
        foreach (var port in container.List("ports").OfType<YamlMap>())
            if (port.String("hostPort") is { } number) return new Exposure(Reach.Published, $"{title} publishes port {number} of its node.");
        var labels = template.Map("metadata").Map("labels");
        var services = files.Objects.Where(one => one.Kind == "Service" && KubernetesFiles.Same(one.Namespace, from.Namespace) && Selects(one.Map.Map("spec").Map("selector"), labels)).ToList();
        foreach (var service in services)
        {
            var type = service.Map.Map("spec").String("type");
            if (type is "NodePort" or "LoadBalancer") return new Exposure(Reach.Published, $"The Service {service.Name} publishes {title} by {type}.");
            if (!Texts(service.Map.Map("spec")["externalIPs"]).FirstOrDefault("").Equals("", StringComparison.Ordinal)) return new Exposure(Reach.Published, $"The Service {service.Name} publishes {title} by an external address.");
            if (files.Objects.FirstOrDefault(one => one.Kind is "Ingress" or "HTTPRoute" or "GRPCRoute" or "TCPRoute" or "TLSRoute" or "Route" or "IngressRoute" && KubernetesFiles.Same(one.Namespace, from.Namespace) && Leads(one.Map.Map("spec"), service.Name)) is { } route)
                return new Exposure(Reach.Published, $"The {route.Kind} {route.Name} leads to {title} by the Service {service.Name}.");
        }
        return services.Count > 0
            ? new Exposure(Reach.Inside, $"The Service {services[0].Name} leads to {title} inside of the cluster.")
            : new Exposure(Reach.Nobody, $"No Service of the input leads to {title}, and it publishes no port.");
    }

    private static bool Selects(YamlMap selector, YamlMap labels) => !selector.Entries.IsEmpty && selector.Entries.All(entry => entry.Value is YamlText wanted && labels[entry.Key] is YamlText label && label.Text == wanted.Text);

    /// <summary>Whether the service stands where a backend is named: `name`, `serviceName`.</summary>
    private static bool Leads(YamlNode node, string service) => node switch
    {
        YamlMap map => map.Entries.Any(entry => (entry.Key is "name" or "serviceName" && entry.Value is YamlText text && text.Text == service) || Leads(entry.Value, service)),
        YamlList list => list.Items.Any(item => Leads(item, service)),
        _ => false,
    };

    private static IEnumerable<string> Texts(YamlNode? node) => node is YamlList list ? list.Items.OfType<YamlText>().Select(item => item.Text) : [];
}
