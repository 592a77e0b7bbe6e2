using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>An object of Kubernetes, and the file that it stands in.</summary>
internal sealed record KubernetesObject(YamlMap Map, string File)
{
    public string Kind => Map.String("kind") ?? "";
    public string Name => Map.Map("metadata").String("name") ?? Map.Map("metadata").String("generateName") ?? "";

    /// <summary>Objects without one are of the namespace that they are applied to, which is one for all.</summary>
    public string Namespace => Map.Map("metadata").String("namespace") ?? "";
}

/// <summary>
/// Objects of Kubernetes in YAML or JSON: one file or a folder with those below it, several documents a file, `List` unfolded, as `helm template` and
/// `kubectl get -o yaml` write them.
/// </summary>
internal sealed class KubernetesFiles
{
    private const string Kind = "YAML or JSON of Kubernetes, a file or a folder";
    private const int MostFiles = 2000;
    private const int MostObjects = 20_000;

    private static readonly string[] extensions = [".yaml", ".yml", ".json"];

    private readonly List<KubernetesObject> objects = [];

    public IReadOnlyList<KubernetesObject> Objects => objects;

    /// <exception cref="PlimsollException">It cannot be read, or holds no workload.</exception>
    public static ImmutableArray<Deployment> Read(IReadOnlyList<string> paths)
    {
        var all = new KubernetesFiles();
        foreach (var file in paths.SelectMany(Files)) all.Open(file);
        ImmutableArray<Deployment> deployments = [.. all.objects.SelectMany(one => Workload.Read(one, all))];
        return deployments.IsEmpty ? throw DeploymentFolder.Invalid(paths[0], 1, "there is no Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob in it", Kind) : deployments;
    }

    public YamlMap? Find(string kind, string name, string space) => objects.Find(one => one.Kind == kind && one.Name == name && Same(one.Namespace, space))?.Map;

    /// <summary>One that is not said may be any.</summary>
    public static bool Same(string one, string other) => one == other || (one is "" or "default" && other is "" or "default");

    private static IEnumerable<string> Files(string path)
    {
        if (!Directory.Exists(path)) return [path];
        var files = Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 16 })
            .Where(file => extensions.Contains(Path.GetExtension(file))).Take(MostFiles + 1).Order(StringComparer.Ordinal).ToList();
        if (files.Count > MostFiles) throw DeploymentFolder.Invalid(path, 1, $"it has more than {MostFiles:N0} files", Kind);
        return files.Count > 0 ? files : throw DeploymentFolder.Invalid(path, 1, $"it has no file {string.Join(", ", extensions.Select(extension => "*" + extension))}", Kind);
    }

    private void Open(string file)
    {
        var open = new Stack<YamlNode>(DeploymentFolder.Read(file, Kind).Reverse());
        while (open.TryPop(out var node))
        {
            if (node is not YamlMap map) throw DeploymentFolder.Invalid(file, node.Line, "this is no object of Kubernetes, but a text or a list", Kind);
            if (map.String("kind") is { } kind && kind.EndsWith("List", StringComparison.Ordinal) && map["items"] is YamlList items)
                foreach (var item in items.Items.Reverse()) open.Push(item);
            else objects.Add(new KubernetesObject(map, file));
            if (objects.Count > MostObjects) throw DeploymentFolder.Invalid(file, node.Line, $"there are more than {MostObjects:N0} objects", Kind);
        }
    }
}
