using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Deployments;

/// <summary>What describes how an image is run, and which of its containers is meant.</summary>
public sealed class DeploymentInput
{
    private readonly ImmutableArray<Deployment> deployments;
    private readonly string? service;

    private DeploymentInput(ImmutableArray<Deployment> deployments, string? service) => (this.deployments, this.service) = (deployments, service);

    internal ImmutableArray<Deployment> Deployments => deployments;

    /// <param name="compose">Files, each over those before it.</param>
    /// <param name="service">Which of its services; null for the one of the image.</param>
    /// <exception cref="PlimsollException">One of them cannot be used.</exception>
    public static DeploymentInput OfCompose(IReadOnlyList<string> compose, string? service) => new(ComposeFile.Read(compose), service);

    /// <param name="paths">Files and folders.</param>
    /// <param name="service">Which of its containers or workloads; null for the one of the image.</param>
    /// <exception cref="PlimsollException">One of them cannot be used.</exception>
    public static DeploymentInput OfKubernetes(IReadOnlyList<string> paths, string? service) => new(KubernetesFiles.Read(paths), service);

    /// <exception cref="PlimsollException">It is not clear which one is meant.</exception>
    internal Deployment Choose(Image image)
    {
        if (service is not null)
        {
            var named = deployments.Where(one => one.Names.Contains(service)).ToList();
            return named.Count switch
            {
                1 => named[0],
                0 => throw Unclear($"There is no `{service}` in the description, which has {Titles(deployments)}"),
                _ => throw Unclear($"`{service}` may be {Titles(named)}"),
            };
        }
        var names = image.Names.Add(image.Reference).Select(ImageName.Of).ToList();
        var same = deployments.Where(one => one.Image is { } own && names.Contains(ImageName.Of(own))).ToList();
        if (same.Count == 1) return same[0];
        if (same.Count > 1) throw Unclear($"The image is that of {Titles(same)}");
        if (deployments.Length == 1) return With(deployments[0], image);
        var near = deployments.Where(one => one.Image is { } own && names.Exists(name => name.Repository == ImageName.Of(own).Repository)).ToList();
        if (near.Count == 1) return With(near[0], image);
        throw Unclear($"No image of the description is `{image.Reference}`; it has {Titles(deployments)}");
    }

    private static Deployment With(Deployment one, Image image) => one.Image is null ? one : one with { Notes = one.Notes.Add($"The description names the image {one.Image}; what was scanned is {image.Names.FirstOrDefault(image.Reference)}.") };

    private static PlimsollException Unclear(string what) => new("deployment-unclear", $"{what}.", "Give the one that is meant by `--service NAME`.");

    private static string Titles(IEnumerable<Deployment> all)
    {
        const int most = 8; // Titles that one sentence holds.
        var titles = all.Select(one => one.Title).ToList();
        return string.Join(", ", titles.Take(most)) + (titles.Count > most ? $" and {titles.Count - most:N0} more" : "");
    }

    /// <summary>`nginx` is `docker.io/library/nginx:latest`.</summary>
    private sealed record ImageName(string Repository, string Tag)
    {
        public static ImageName Of(string text)
        {
            var at = text.IndexOf('@', StringComparison.Ordinal);
            var (name, digest) = at < 0 ? (text, null) : (text[..at], text[at..]);
            var colon = name.LastIndexOf(':');
            var tag = "latest";
            if (colon > name.LastIndexOf('/')) (name, tag) = (name[..colon], name[(colon + 1)..]);
            var first = name.Split('/')[0];
            if (!name.Contains('/', StringComparison.Ordinal)) name = $"docker.io/library/{name}";
            else if (!first.Contains('.', StringComparison.Ordinal) && !first.Contains(':', StringComparison.Ordinal) && first != "localhost") name = $"docker.io/{name}";
            return new ImageName(name, digest ?? tag);
        }
    }
}

/// <summary>The stage that lays a deployment over an image: what it says of starting over the image's configuration, what it mounts over the files.</summary>
internal static class Deploying
{
    public static Image Deploy(Deployment deployment, Image image, ImageFiles files)
    {
        var mounts = deployment.Mounts.Where(mount => IsPath(mount.Target)).ToList();
        if (mounts.Count > 0)
            files.Lay((short)Math.Max(1, image.Layers.Length), mounts.Select(mount => mount.Target), mounts.SelectMany(mount => mount.Files.Select(file => (file.Path.Length == 0 ? mount.Target : $"{mount.Target.TrimEnd('/')}/{file.Path}", file.Content, mount.Mode))));
        var config = image.Config;
        var env = config.Env.ToDictionary(pair => pair.Split('=')[0], pair => pair, StringComparer.Ordinal);
        foreach (var (name, value) in deployment.Environment)
            if (value is { Needs: null } known) env[name] = $"{name}={known.Text}";
            else env.Remove(name);
        return image with
        {
            Config = config with
            {
                Known = config.Known || deployment.Entrypoint is not null || deployment.Command is not null,
                Entrypoint = deployment.Entrypoint is { } entrypoint ? Texts(entrypoint) : config.Entrypoint,
                Cmd = deployment.Command is { } command ? Texts(command) : deployment.Entrypoint is null ? config.Cmd : [],
                Env = [.. env.Values.Order(StringComparer.Ordinal)],
                User = deployment.User ?? config.User,
                WorkingDir = deployment.WorkingDir ?? config.WorkingDir,
                HasHealthcheck = deployment.HasHealthcheck ?? config.HasHealthcheck,
                Volumes = [.. config.Volumes.Where(volume => !mounts.Exists(mount => mount.Target == volume)).Concat(mounts.Where(mount => mount.Needs is not null).Select(mount => mount.Target)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            },
        };
    }

    /// <summary>Says of what an image alone does not hold where the deployment has it from.</summary>
    public static ImmutableArray<Setting> Explained(ImmutableArray<Setting> settings, Deployment? deployment)
    {
        if (deployment is null) return settings;
        if (!settings.Any(setting => setting.Needs is not null || setting.IsBlock)) return settings;
        return [.. settings.Select(setting => setting with { Needs = setting.Needs is { } needs ? Explained(needs, deployment) : null, Children = Explained(setting.Children, deployment) })];
    }

    private static string Explained(string needs, Deployment deployment)
    {
        if (Between(needs, "the file ", ", which the image does not hold") is { } path) return deployment.Unseen(path) is { } mount ? $"the file {path}, which {mount.Needs}" : needs;
        if (Between(needs, "what is mounted at ", "") is { } folder) return deployment.Unseen(folder) is { } mount ? $"the folder {folder}, which {mount.Needs}" : needs;
        if (Between(needs, "the variable ", ", which the image does not set") is not { } variable) return needs;
        foreach (var (name, value) in deployment.Environment)
            if (name == variable && value?.Needs is { } missing) return $"the variable {variable}: {missing}";
        return deployment.EnvironmentGap is { } gap ? $"the variable {variable}, which may be set by {gap}" : needs;
    }

    private static string? Between(string text, string before, string after) =>
        text.StartsWith(before, StringComparison.Ordinal) && text.EndsWith(after, StringComparison.Ordinal) && text.Length > before.Length + after.Length ? text[before.Length..^after.Length] : null;

    private static bool IsPath(string target) => target.StartsWith('/') && target.Length > 1 && !target.Split('/').Contains("..");

    private static ImmutableArray<string> Texts(ImmutableArray<DeployedText> words) => [.. words.Select(word => word.Text)];
}
