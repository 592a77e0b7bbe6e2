using System.Globalization;
using System.Text;
using System.Text.Json;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>
/// Containers of workloads against those that podman makes of the same file (podman-kube-play(1)), which reads them with Kubernetes' own types. Of what Kubernetes does it leaves out `$(NAME)` and the `prefix` of
/// envFrom, and lets envFrom go before env, where Kubernetes' reference says the opposite: that is not generated here.
/// </summary>
public sealed class KubernetesOracleTests : IDisposable
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };
    private static readonly string[] image = ["/usr/sbin/nginx", "-g", "daemon off;"];

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-kube-").FullName;

    public KubernetesOracleTests()
    {
        if (!Programs.Exist("podman")) Assert.Skip("podman is not installed.");
        File.WriteAllText(folder + "/containers.conf", "[containers]\ndefault_ulimits = [\"nofile=20000:20000\", \"nproc=4000:4000\"]\n[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\nruntime = \"runc\"\ninfra_image = \"localhost/example:latest\"\n");
        using (var archive = File.Create(folder + "/image.tar")) ExampleImage.Write(new Example { Line = 1, Files = [], Command = [.. image], Environment = ["MODE=image", "A=image"] }, archive);
        var (exit, _, errors) = Podman("load", "--quiet", "--input", folder + "/image.tar");
        if (exit != 0) Assert.Skip($"podman loads no image here: {errors}");
    }

    public void Dispose()
    {
        Podman("pod", "rm", "--all", "--force");
        Podman("rmi", "--all", "--force");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Containers_are_those_that_podman_makes_of_them()
    {
        var compared = 0;
        for (var seed = 0; seed < (full ? 200 : 15); seed++)
        {
            var text = Generated(new Random(seed));
            var file = $"{folder}/k{seed}.yaml";
            File.WriteAllText(file, text);
            var (exit, output, errors) = Podman("kube", "play", "--start=false", "--quiet", file);
            Assert.True(exit == 0, $"{seed}: {output}{errors}\n{text}");
            using var said = JsonDocument.Parse(Podman(["inspect", .. Podman("ps", "--all", "--format", "{{.Names}}").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)]).Output);
            foreach (var deployment in DeploymentInput.OfKubernetes([file], null).Deployments)
            {
                var name = deployment.Names[^1].Split('/')[^1];
                var real = said.RootElement.EnumerateArray().Single(one => one.GetProperty("Name").GetString()!.EndsWith("-" + name, StringComparison.Ordinal));
                var config = real.GetProperty("Config");
                Assert.Equal((seed, name, Words(real.GetProperty("Args"), real.GetProperty("Path").GetString()!)), (seed, name, string.Join('|', Started(deployment))));
                Assert.Equal((seed, name, config.GetProperty("User").GetString()), (seed, name, deployment.User ?? ""));
                var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["MODE"] = "image", ["A"] = "image" };
                foreach (var (key, value) in deployment.Environment) variables[key] = value!.Value.Text;
                var env = config.GetProperty("Env").EnumerateArray().Select(pair => pair.GetString()!).Where(pair => variables.ContainsKey(pair.Split('=')[0]) || pair[0] is 'K' or 'B').Order(StringComparer.Ordinal);
                Assert.Equal((seed, name, string.Join('|', env)), (seed, name, string.Join('|', variables.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal))));
                var host = real.GetProperty("HostConfig");
                var settings = deployment.Settings.ToLookup(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);
                Assert.Equal((seed, name, host.GetProperty("ReadonlyRootfs").GetBoolean()), (seed, name, settings["read-only-root"].Contains("yes")));
                Assert.Equal((seed, name, host.GetProperty("Privileged").GetBoolean()), (seed, name, settings["privileged"].Contains("yes")));
                var added = host.GetProperty("CapAdd").EnumerateArray().Select(one => one.GetString()!["CAP_".Length..]).Order(StringComparer.Ordinal);
                if (!host.GetProperty("Privileged").GetBoolean()) Assert.Equal((seed, name, string.Join(' ', added)), (seed, name, string.Join(' ', settings["capability-add"].Order(StringComparer.Ordinal))));
                compared++;
            }
            Assert.Equal(0, Podman("pod", "rm", "--all", "--force").Exit);
        }
        Assert.True(compared > 20, $"only {compared} containers were compared");
    }

    /// <summary>`command` takes the place of the entrypoint, and without `args` of the command too.</summary>
    private static IEnumerable<string> Started(Deployment deployment) =>
        (deployment.Entrypoint?.Select(word => word.Text) ?? image).Concat(deployment.Command?.Select(word => word.Text) ?? []);

    private static string Words(JsonElement list, string first) => string.Join('|', list.EnumerateArray().Select(word => word.GetString()!).Prepend(first));

    private static string Generated(Random random)
    {
        var text = new StringBuilder("# Source: generated\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndata: { KA: first, KB: \"2\", A: \"yes\" }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\ndata:\n  KB: |\n    a\n    b\n  KC: ''\n---\n");
        var indent = random.Next(2) == 0 ? "  " : "      ";
        if (indent.Length == 2) text.Append("apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec:\n");
        else text.Append("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: { app: web }\nspec:\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n");
        if (random.Next(2) == 0) text.Append(CultureInfo.InvariantCulture, $"{indent}securityContext: {{ runAsUser: {random.Next(1, 500)} }}\n");
        text.Append(indent).Append("containers:\n");
        for (var i = 0; i < random.Next(1, 4); i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}- name: c{i}\n{indent}  image: localhost/example:latest\n");
            if (random.Next(2) == 0) Line($"command: {Pick("[/bin/sh, -c]", "[\"/usr/bin/a b\", '--x=\"1\"']", "\n" + indent + "  - /bin/one\n" + indent + "  - >-\n" + indent + "    two\n" + indent + "    three")}");
            if (random.Next(2) == 0) Line($"args: {Pick("[\"-g\", 'it''s']", "[\"8080\", \"true\", \"\"]", "\n" + indent + "  - |\n" + indent + "    set -e\n" + indent + "    run")}");
            if (random.Next(2) == 0) Line($"envFrom: [{Pick("{ configMapRef: { name: one } }", "{ configMapRef: { name: one } }, { configMapRef: { name: two } }", "{ configMapRef: { name: two } }, { configMapRef: { name: one } }", "{ configMapRef: { name: gone, optional: true } }")}]");
            if (random.Next(2) == 0) Line($"env: [{Pick("{ name: BA, value: own }", "{ name: BX, value: \"a=b c\" }, { name: BX, value: last }", "{ name: BW, valueFrom: { configMapKeyRef: { name: two, key: KB } } }", "{ name: BU, value: \"1\" }, { name: BV, value: '' }", "{ name: MODE, value: of the pod }")}]");
            if (random.Next(2) == 0) Line($"securityContext: {{ {Pick("runAsUser: 7", "readOnlyRootFilesystem: true", "privileged: true", "capabilities: { add: [NET_ADMIN, SYS_TIME], drop: [CHOWN] }", "runAsUser: 8, runAsGroup: 9", "readOnlyRootFilesystem: false, privileged: false")} }}");
        }
        return text.ToString();

        void Line(string line) => text.Append(indent).Append("  ").Append(line).Append('\n');
        string Pick(params string[] of) => of[random.Next(of.Length)];
    }

    private (int Exit, string Output, string Errors) Podman(params string[] arguments) => Programs.Run(folder, "env", ["-u", "CONTAINER_HOST", $"CONTAINERS_CONF={folder}/containers.conf", "podman", "--root", folder + "/data", "--runroot", folder + "/run", "--tmpdir", folder + "/tmp", "--storage-driver", "vfs", .. arguments]);
}
