using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class KubernetesTests
{
    private const string Web = """
        # Source: chart/templates/configmap.yaml
        ---
        apiVersion: v1
        kind: List
        items:
          - apiVersion: v1
            kind: ConfigMap
            metadata: { name: site }
            data:
              default.conf: |
                server { listen 8080; server_tokens on; }
              mode: fast
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          template:
            metadata: { labels: { app: web } }
            spec:
              securityContext: { runAsUser: 101, runAsNonRoot: true }
              containers:
                - name: nginx
                  image: docker.io/library/example:latest
                  args: ["-g", "daemon off; pid $(PIDFILE); user $$(NO);"]
                  command: [/usr/sbin/nginx]
                  env:
                    - { name: BASE, value: /run }
                    - { name: PIDFILE, value: "$(BASE)/nginx.pid" }
                    - { name: MODE, valueFrom: { configMapKeyRef: { name: site, key: mode } } }
                    - { name: TOKEN, valueFrom: { secretKeyRef: { name: s, key: token } } }
                  volumeMounts:
                    - { name: site, mountPath: /etc/nginx/conf.d/default.conf, subPath: default.conf }
                    - { name: cache, mountPath: /var/cache }
                  securityContext:
                    readOnlyRootFilesystem: true
                    allowPrivilegeEscalation: false
                    capabilities: { drop: [ALL], add: [NET_BIND_SERVICE] }
              volumes:
                - { name: site, configMap: { name: site } }
                - { name: cache, emptyDir: {} }
        ---

        """;

    [Fact]
    public void A_workload_with_its_ConfigMap_is_what_is_in_force()
    {
        using var deployed = DeployedImage.Nginx().Write("k8s.yaml", Web);
        var result = deployed.Kubernetes();
        Assert.Empty(result.Problems);
        var nginx = HardenedImage.Text(result.Of("nginx").Settings, origins: true);
        Assert.Contains("pid /run/nginx.pid | argument -g", nginx, StringComparison.Ordinal);
        Assert.Contains("user $(NO) | argument -g", nginx, StringComparison.Ordinal);
        Assert.Contains("server_tokens on | /etc/nginx/conf.d/default.conf:1:23", nginx, StringComparison.Ordinal);
        var image = HardenedImage.Text(result.Of("image").Settings);
        Assert.All(["user 101\n", "env MODE fast\n", "read-only-root yes\n", "new-privileges no\n", "capability-drop ALL\n", "run-as-non-root yes\n"], line => Assert.Contains(line, image, StringComparison.Ordinal));
        Assert.DoesNotContain("TOKEN", image, StringComparison.Ordinal);
        Assert.Equal(new Exposure(Reach.Nobody, "No Service of the input leads to Deployment web, and it publishes no port."), result.Hardening!.Exposure);
        Assert.Contains("image/capabilities", result.Hardening.Followed);
    }

    [Theory]
    [InlineData("kind: Service\nmetadata: { name: s }\nspec: { selector: { app: web } }", Reach.Inside, "The Service s leads to Deployment web inside of the cluster.")]
    [InlineData("kind: Service\nmetadata: { name: s }\nspec: { selector: { app: other } }", Reach.Nobody, "No Service of the input leads to Deployment web, and it publishes no port.")]
    [InlineData("kind: Service\nmetadata: { name: s, namespace: other }\nspec: { type: NodePort, selector: { app: web } }", Reach.Nobody, "No Service of the input leads to Deployment web, and it publishes no port.")]
    [InlineData("kind: Service\nmetadata: { name: s }\nspec: { type: NodePort, selector: { app: web } }", Reach.Published, "The Service s publishes Deployment web by NodePort.")]
    [InlineData("kind: Service\nmetadata: { name: s }\nspec: { type: LoadBalancer, selector: { app: web } }", Reach.Published, "The Service s publishes Deployment web by LoadBalancer.")]
    [InlineData("kind: Service\nmetadata: { name: s }\nspec: { selector: { app: web } }\n---\nkind: Ingress\nmetadata: { name: i }\nspec: { rules: [{ http: { paths: [{ backend: { service: { name: s } } }] } }] }", Reach.Published, "The Ingress i leads to Deployment web by the Service s.")]
    public void Services_and_what_leads_to_them_say_who_can_reach_it(string more, Reach reach, string reason)
    {
        using var deployed = DeployedImage.Nginx().Write("k8s.yaml", Web + more + "\n");
        Assert.Equal(new Exposure(reach, reason), deployed.Kubernetes().Hardening!.Exposure);
    }

    [Theory]
    [InlineData("Pod", "spec: { SPEC }")]
    [InlineData("StatefulSet", "spec: { template: { spec: { SPEC } } }")]
    [InlineData("DaemonSet", "spec: { template: { spec: { SPEC } } }")]
    [InlineData("ReplicaSet", "spec: { template: { spec: { SPEC } } }")]
    [InlineData("Job", "spec: { template: { spec: { SPEC } } }")]
    [InlineData("CronJob", "spec: { jobTemplate: { spec: { template: { spec: { SPEC } } } } }")]
    public void Every_kind_of_workload_is_read(string kind, string spec)
    {
        using var deployed = DeployedImage.Nginx().Write("folder/below/k8s.yml", $"kind: {kind}\nmetadata: {{ name: w }}\n{spec.Replace("SPEC", "hostNetwork: true, containers: [{ name: c, image: example, securityContext: { privileged: true } }]", StringComparison.Ordinal)}\n");
        var result = deployed.Kubernetes(null, "folder");
        Assert.Equal($"{kind} w, container c (k8s.yml:3)", result.Hardening!.Deployment);
        Assert.Contains(result.Hardening.Findings, finding => finding.Rule.Id == "image/privileged" && finding is { Found: "privileged yes", Rank: HardeningSeverity.Critical });
        Assert.Equal(Reach.Published, result.Hardening.Exposure!.Reach);
    }

    [Theory]
    [InlineData("configMap: { name: gone }", "the file /etc/nginx/nginx.conf, which is mounted from the ConfigMap gone, which the input does not hold")]
    [InlineData("secret: { secretName: keys }", "the file /etc/nginx/nginx.conf, which holds the key nginx.conf of the Secret keys, whose values are not read")]
    [InlineData("hostPath: { path: /srv }", "the file /etc/nginx/nginx.conf, which is mounted from hostPath /srv")]
    [InlineData("persistentVolumeClaim: { claimName: data }", "the file /etc/nginx/nginx.conf, which is mounted from persistentVolumeClaim data")]
    [InlineData("projected: { sources: [{ secret: { name: keys } }] }", "the file /etc/nginx/nginx.conf, which holds the key nginx.conf of the Secret keys, whose values are not read")]
    public void What_the_input_does_not_hold_cannot_be_known(string volume, string needs)
    {
        using var deployed = DeployedImage.Nginx().Write("k8s.yaml", $$"""
            kind: Secret
            metadata: { name: keys }
            data: { nginx.conf: c2VjcmV0 }
            ---
            kind: Pod
            metadata: { name: p }
            spec:
              containers:
                - { name: c, image: example, volumeMounts: [{ name: v, mountPath: /etc/nginx }] }
              volumes:
                - { name: v, {{volume}} }
            """);
        var text = HardenedImage.Text(deployed.Kubernetes().Of("nginx").Settings);
        Assert.Contains($"needs {needs}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_of_the_pod_is_known_to_be_empty()
    {
        using var deployed = DeployedImage.Nginx().Write("k8s.yaml", "kind: Pod\nmetadata: { name: p }\nspec:\n  containers: [{ name: c, image: example, volumeMounts: [{ name: v, mountPath: /etc/nginx/conf.d }] }]\n  volumes: [{ name: v, emptyDir: {} }]\n");
        Assert.Equal("daemon off\nevents\nhttp\n  server_tokens off\n", HardenedImage.Text(deployed.Kubernetes().Of("nginx").Settings));
    }

    [Theory]
    [InlineData("kind: ConfigMap\nmetadata: { name: c }", null, "there is no Pod, Deployment")]
    [InlineData("- a\n- b", null, "this is no object of Kubernetes, but a text or a list")]
    [InlineData("a: [", null, "it is no YAML")]
    [InlineData("kind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: a, image: x }, { name: b, image: y }] }", "p", "`p` may be Pod p, container a (k8s.yaml:3), Pod p, container b (k8s.yaml:3).")]
    public void What_cannot_be_used_is_told(string text, string? service, string sentence)
    {
        using var deployed = DeployedImage.Nginx().Write("k8s.yaml", text);
        Assert.Contains(sentence, Assert.Throws<PlimsollException>(() => deployed.Kubernetes(service)).Message, StringComparison.Ordinal);
    }
}
