using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Hardening;
using Plimsoll.Engines;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Deployments;

/// <summary>A container of an engine as a deployment: what its `HostConfig` says (Docker Engine API, "Inspect a container"). How it was started is in its configuration.</summary>
internal static class EngineDeployment
{
    public static Deployment Of(EngineContainer container)
    {
        var host = container.Host;
        var title = $"container {container.Name}";
        return new Deployment
        {
            Title = title,
            Names = [container.Name],
            Mounts = [.. container.Mounts.Select(mount => new Mount(mount, "is mounted into the container and no part of it"))],
            Settings = [.. Settings(container, host)],
            Exposure = Exposed(title, host),
        };
    }

    private static IEnumerable<Setting> Settings(EngineContainer container, JsonElement host)
    {
        var origin = Origin.Deployment($"container {container.Name}");
        yield return new Setting("deployment", [container.Name], origin);
        yield return Said("read-only-root", IsTrue("ReadonlyRootfs"));
        yield return Said("privileged", IsTrue("Privileged"));
        var options = host.Texts("SecurityOpt").Select(option => option.Replace('=', ':')).ToList();
        yield return Said("new-privileges", !options.Exists(option => option is "no-new-privileges" or "no-new-privileges:true"));
        foreach (var option in options.Where(option => option.EndsWith(":unconfined", StringComparison.Ordinal))) yield return new Setting("unconfined", [option.Split(':')[0]], origin);
        foreach (var capability in host.Texts("CapAdd")) yield return new Setting("capability-add", [ComposeService.Capability(capability)], origin);
        foreach (var capability in host.Texts("CapDrop")) yield return new Setting("capability-drop", [ComposeService.Capability(capability)], origin);
        if (host.Text("NetworkMode") == "host") yield return new Setting("host-network", ["yes"], origin);
        foreach (var bind in host.Texts("Binds"))
            if (bind.StartsWith('/')) yield return new Setting("host-mount", [bind.Split(':')[0]], origin);

        Setting Said(string key, bool value) => new(key, [value ? "yes" : "no"], origin);
        bool IsTrue(string key) => host.Member(key) is { ValueKind: JsonValueKind.True };
    }

    private static Exposure Exposed(string title, JsonElement host)
    {
        var mode = host.Text("NetworkMode");
        if (mode is "host" or "none")
            return mode == "host" ? new Exposure(Reach.Published, $"The {title} uses the host's network, so every port that it opens is one of the host.") : new Exposure(Reach.Nobody, $"The {title} has no network.");
        var published = host.Member("PortBindings").Members().SelectMany(port => port.Value.Items().Select(binding => (Port: binding.Text("HostPort") is { Length: > 0 } named ? named : "(any that is free)", Ip: binding.Text("HostIp") ?? ""))).ToList();
        if (published.Find(port => !(port.Ip.StartsWith("127.", StringComparison.Ordinal) || port.Ip == "::1")) is { Port: { } outside }) return new Exposure(Reach.Published, $"The {title} publishes port {outside} of the host.");
        return published.Count > 0 ? new Exposure(Reach.Inside, $"The {title} publishes port {published[0].Port} to the host alone.") : new Exposure(Reach.Nobody, $"The {title} publishes no port, so only containers of its networks reach it.");
    }
}
