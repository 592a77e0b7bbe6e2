using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>An image in a folder of its own, with files beside it that say how it is run.</summary>
internal sealed class DeployedImage : IDisposable
{
    private static readonly HardeningOptions rules = HardeningOptions.With([]);
    private readonly Example example;

    public DeployedImage(Example example) => this.example = example;

    public string Folder { get; } = Directory.CreateTempSubdirectory("plimsoll-deployed-").FullName;

    public static DeployedImage Nginx() => new(new Example
    {
        Line = 1,
        Command = ["/usr/sbin/nginx", "-g", "daemon off;"],
        Environment = ["NGINX_VERSION=1.28.0", "MODE=image"],
        Files = [("/etc/nginx/nginx.conf", "events { }\nhttp {\n    server_tokens off;\n    include /etc/nginx/conf.d/*.conf;\n}\n"), ("/etc/nginx/conf.d/default.conf", "server { listen 80; }\n")],
    });

    public DeployedImage Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    public ScanResult Compose(string? service = null, params string[] files) => Scan(DeploymentInput.OfCompose([.. (files.Length == 0 ? ["compose.yaml"] : files).Select(file => Path.Combine(Folder, file))], service));

    public ScanResult Kubernetes(string? service = null, string path = "k8s.yaml") => Scan(DeploymentInput.OfKubernetes([Path.Combine(Folder, path)], service));

    private ScanResult Scan(DeploymentInput input)
    {
        var archive = Path.Combine(Folder, "image.tar");
        using (var file = File.Create(archive)) ExampleImage.Write(example, file);
        return Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Archive, archive, null), Hardening = rules, Deployment = input });
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
