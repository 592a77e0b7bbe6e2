using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>The containers of a workload as deployments (Kubernetes API reference, PodSpec and Container).</summary>
internal sealed class Workload
{
    private readonly KubernetesObject from;
    private readonly KubernetesFiles files;
    private readonly YamlMap pod;
    private readonly YamlMap container;
    private readonly string name;
    private string? environmentGap;

    private Workload(KubernetesObject from, KubernetesFiles files, YamlMap pod, YamlMap container) =>
        (this.from, this.files, this.pod, this.container, name) = (from, files, pod, container, container.String("name") ?? "");

    /// <summary>None for objects that run nothing.</summary>
    public static IEnumerable<Deployment> Read(KubernetesObject from, KubernetesFiles files)
    {
        var description = from.Map.Map("spec");
        var template = from.Kind switch
        {
            "Pod" => from.Map,
            "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" or "ReplicationController" or "Job" => description.Map("template"),
            "CronJob" => description.Map("jobTemplate").Map("spec").Map("template"),
            _ => null,
        };
        if (template is null) yield break;
        var spec = template.Map("spec");
        foreach (var key in (string[])["containers", "initContainers"])
            foreach (var one in spec.List(key).OfType<YamlMap>())
                yield return new Workload(from, files, spec, one).Read(template);
    }

    private Deployment Read(YamlMap template)
    {
        var environment = Environment();
        var known = environment.Where(pair => pair.Value is { Needs: null }).GroupBy(pair => pair.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Last().Value!.Value.Text, StringComparer.Ordinal);
        var command = Words("command");
        return new Deployment
        {
            Title = string.Create(CultureInfo.InvariantCulture, $"{from.Kind} {from.Name}, container {name} ({Path.GetFileName(from.File)}:{container.Line})"),
            Names = [name, from.Name, $"{from.Name}/{name}", $"{from.Kind}/{from.Name}", $"{from.Kind}/{from.Name}/{name}"],
            Image = container.String("image"),
            Entrypoint = command,
            Command = Words("args"),
            Environment = environment,
            EnvironmentGap = environmentGap,
            User = Context("runAsUser") is { } user ? Context("runAsGroup") is { } group ? $"{user}:{group}" : user : null,
            WorkingDir = container.String("workingDir"),
            Mounts = new KubernetesMounts(files, from, pod, container).Read(),
            HasHealthcheck = container["livenessProbe"] is YamlMap || container["readinessProbe"] is YamlMap || container["startupProbe"] is YamlMap ? true : null,
            Settings = [.. Settings()],
            Exposure = KubernetesExposure.Of(files, from, template, container),
        };

        ImmutableArray<DeployedText>? Words(string key) => container[key] is YamlList { Items.IsEmpty: false } list ? [.. list.Items.OfType<YamlText>().Select(word => Expanded(word.Text, known))] : null;
    }

    /// <summary>`$(NAME)` with a variable that is known; `$$(NAME)` is the text itself. What names no variable stays as it stands.</summary>
    private static DeployedText Expanded(string text, Dictionary<string, string> known)
    {
        var result = new System.Text.StringBuilder();
        string? needs = null;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '$' && at + 1 < text.Length && text[at + 1] == '$')
            {
                result.Append('$');
                at += 2;
                continue; // Itself.
            }
            var close = text[at] == '$' && at + 1 < text.Length && text[at + 1] == '(' ? text.IndexOf(')', at) : -1;
            if (close < 0)
            {
                result.Append(text[at++]);
                continue; // No variable.
            }
            var variable = text[(at + 2)..close];
            if (known.TryGetValue(variable, out var value)) result.Append(value);
            else (needs, _) = ($"the value of the variable {variable}", result.Append(text, at, close + 1 - at));
            at = close + 1;
        }
        return new DeployedText(needs is null ? result.ToString() : text, needs);
    }

    /// <summary>Of `envFrom`, each over those before it, then of `env`.</summary>
    private ImmutableArray<(string Name, DeployedText? Value)> Environment()
    {
        var variables = ImmutableArray.CreateBuilder<(string Name, DeployedText? Value)>();
        foreach (var source in container.List("envFrom").OfType<YamlMap>())
        {
            var prefix = source.String("prefix") ?? "";
            foreach (var (key, kind) in (ReadOnlySpan<(string, string)>)[("configMapRef", "ConfigMap"), ("secretRef", "Secret")])
            {
                if (source[key] is not YamlMap reference || reference.String("name") is not { } named) continue; // The other one.
                if (files.Find(kind, named, from.Namespace) is { } data) variables.AddRange(Data(data, kind, named).Select(pair => (prefix + pair.Key, (DeployedText?)pair.Value)));
                else environmentGap ??= $"the {kind} {named}, which the input does not hold";
            }
        }
        foreach (var variable in container.List("env").OfType<YamlMap>())
            if (variable.String("name") is { } named) variables.Add((named, Value(variable, named)));
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < variables.Count; i++)
            if (variables[i].Value is { Needs: null } value)
            {
                if (value.Text.Contains("$(", StringComparison.Ordinal)) variables[i] = (variables[i].Name, Expanded(value.Text, known));
                if (variables[i].Value is { Needs: null } expanded) known[variables[i].Name] = expanded.Text;
            }
        return variables.ToImmutable();
    }

    private DeployedText? Value(YamlMap variable, string named)
    {
        if (variable["value"] is YamlText value) return new DeployedText(value.IsNothing ? "" : value.Text);
        var source = variable.Map("valueFrom");
        foreach (var (key, kind) in (ReadOnlySpan<(string, string)>)[("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")])
            if (source[key] is YamlMap reference && reference.String("name") is { } holder && reference.String("key") is { } entry)
            {
                if (files.Find(kind, holder, from.Namespace) is not { } data) return new DeployedText($"${named}", $"the key {entry} of the {kind} {holder}, which the input does not hold");
                foreach (var (name, text) in Data(data, kind, holder))
                    if (name == entry) return text;
                return reference.Flag("optional") == true ? null : new DeployedText($"${named}", $"the key {entry}, which the {kind} {holder} does not have");
            }
        return source.Entries.IsEmpty ? new DeployedText("") : new DeployedText($"${named}", $"what the cluster says of {source.Map("fieldRef").String("fieldPath") ?? source.Map("resourceFieldRef").String("resource") ?? "it"}");
    }

    /// <summary>The texts of a ConfigMap; of a Secret the keys only, whose values are not for a report.</summary>
    public static IEnumerable<(string Key, DeployedText Value)> Data(YamlMap data, string kind, string named)
    {
        foreach (var section in (string[])["data", "stringData", "binaryData"])
            foreach (var (key, value) in data.Map(section).Entries)
                yield return (key, kind == "ConfigMap" && section == "data" && value is YamlText text ? new DeployedText(text.Text) : new DeployedText($"${key}", $"the key {key} of the {kind} {named}, {(kind == "Secret" ? "whose values are not read" : "which is no text")}"));
    }

    /// <summary>The container's own counts before the pod's.</summary>
    private string? Context(string key) => container.Map("securityContext").String(key) ?? pod.Map("securityContext").String(key);

    private IEnumerable<Setting> Settings()
    {
        var own = container.Map("securityContext");
        yield return new Setting("deployment", [$"{from.Kind}/{from.Name}"], At(container));
        yield return Said("read-only-root", own.Flag("readOnlyRootFilesystem") == true);
        yield return Said("privileged", own.Flag("privileged") == true);
        yield return Said("new-privileges", own.Flag("allowPrivilegeEscalation") != false);
        if (Context("runAsNonRoot") is { } nonRoot) yield return Said("run-as-non-root", nonRoot == "true");
        foreach (var capability in own.Map("capabilities").List("add").OfType<YamlText>()) yield return new Setting("capability-add", [ComposeService.Capability(capability.Text)], At(capability));
        foreach (var capability in own.Map("capabilities").List("drop").OfType<YamlText>()) yield return new Setting("capability-drop", [ComposeService.Capability(capability.Text)], At(capability));
        if (own.Map("seccompProfile").String("type") == "Unconfined" || (own["seccompProfile"] is null && pod.Map("securityContext").Map("seccompProfile").String("type") == "Unconfined")) yield return new Setting("unconfined", ["seccomp"], At(own));
        if (pod.Flag("hostNetwork") == true) yield return new Setting("host-network", ["yes"], At(pod["hostNetwork"]!));
        foreach (var volume in pod.List("volumes").OfType<YamlMap>())
            if (volume.Map("hostPath").String("path") is { } path && container.List("volumeMounts").OfType<YamlMap>().Any(mount => mount.String("name") == volume.String("name"))) yield return new Setting("host-mount", [path], At(volume));

        Setting Said(string key, bool value) => new(key, [value ? "yes" : "no"], At(own.Line > 0 ? own : container));
        Origin At(YamlNode node) => Origin.Deployment(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(from.File)}:{node.Line}"));
    }
}
