using System.Collections.Immutable;
using System.Text;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>What a container of a pod mounts. The texts of ConfigMaps of the input are read; of Secrets the names of the files are known.</summary>
internal sealed class KubernetesMounts(KubernetesFiles files, KubernetesObject from, YamlMap pod, YamlMap container)
{
    public ImmutableArray<Mount> Read() => [.. container.List("volumeMounts").OfType<YamlMap>().SelectMany(Mounts)];

    private IEnumerable<Mount> Mounts(YamlMap mount)
    {
        if (mount.String("mountPath") is not { Length: > 1 } target || target[0] != '/') return [];
        var volume = pod.List("volumes").OfType<YamlMap>().FirstOrDefault(one => one.String("name") == mount.String("name"));
        var path = mount.String("subPath")?.Trim('/');
        if (mount["subPathExpr"] is not null) return [new Mount(target, "is mounted from a path that the cluster works out")];
        if (volume is null) return [new Mount(target, $"lies in the volume {mount.String("name")}, which the pod does not describe")];
        if (volume["emptyDir"] is not null) return [new Mount(target)];
        var entries = Entries(volume, out var needs);
        if (entries is null) return [new Mount(target, needs)];
        if (path is { Length: > 0 }) entries = [.. entries.Where(entry => entry.Path == path || entry.Path.StartsWith(path + "/", StringComparison.Ordinal)).Select(entry => (entry.Path[path.Length..].TrimStart('/'), entry.Value))];
        List<Mount> found = [new Mount(target, needs) { Source = volume.Map("configMap").String("name") is { } map ? $"the ConfigMap {map}" : $"the volume {mount.String("name")}", Files = [.. entries.Where(entry => entry.Value.Needs is null).Select(entry => (entry.Path, Encoding.UTF8.GetBytes(entry.Value.Text)))] }];
        found.AddRange(entries.Where(entry => entry.Value.Needs is not null).Select(entry => new Mount(entry.Path.Length == 0 ? target : $"{target.TrimEnd('/')}/{entry.Path}", $"holds {entry.Value.Needs}")));
        return found;
    }

    /// <returns>Null when nothing of it is known, or a text for each file; what is missing is in <paramref name="needs"/>.</returns>
    private List<(string Path, DeployedText Value)>? Entries(YamlMap volume, out string? needs)
    {
        needs = null;
        foreach (var (key, kind, reference) in (ReadOnlySpan<(string, string, string)>)[("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")])
            if (volume[key] is YamlMap source) return Entries(source, kind, source.String(reference) ?? source.String("name") ?? "", out needs);
        if (volume["projected"] is YamlMap projected)
        {
            var all = new List<(string, DeployedText)>();
            foreach (var source in projected.List("sources").OfType<YamlMap>())
                if (source["configMap"] is null && source["secret"] is null) needs ??= $"is mounted from {source.Entries.Select(entry => entry.Key).FirstOrDefault("nothing")} of the cluster";
                else if (Entries(source, out var missing) is { } some) all.AddRange(some);
                else needs ??= missing;
            return all;
        }
        var named = volume.Entries.Where(entry => entry.Key != "name").Select(entry => entry.Value is YamlMap map ? $"{entry.Key} {map.String("path") ?? map.String("claimName") ?? ""}".TrimEnd() : entry.Key).FirstOrDefault("a volume");
        needs = $"is mounted from {named}";
        return null;
    }

    private List<(string Path, DeployedText Value)>? Entries(YamlMap source, string kind, string name, out string? needs)
    {
        needs = null;
        if (files.Find(kind, name, from.Namespace) is not { } data)
        {
            needs = $"is mounted from the {kind} {name}, which the input does not hold";
            return null;
        }
        var entries = Workload.Data(data, kind, name).ToList();
        if (source["items"] is not YamlList items) return [.. entries.Select(entry => (entry.Key, entry.Value))];
        return [.. items.Items.OfType<YamlMap>().SelectMany(item => entries.Where(entry => entry.Key == item.String("key")).Select(entry => (item.String("path")?.Trim('/') ?? entry.Key, entry.Value)))];
    }
}
