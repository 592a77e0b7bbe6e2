using System.Text.Json;
using Plimsoll.Core.Hardening;
using Plimsoll.Engines;
using Plimsoll.Scan.Deployments;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class EngineDeploymentTests
{
    [Theory]
    [InlineData("{}", Reach.Nobody, "The container web publishes no port, so only containers of its networks reach it.")]
    [InlineData("""{"NetworkMode":"none"}""", Reach.Nobody, "The container web has no network.")]
    [InlineData("""{"NetworkMode":"host"}""", Reach.Published, "The container web uses the host's network, so every port that it opens is one of the host.")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]}}""", Reach.Published, "The container web publishes port 8080 of the host.")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"}]}}""", Reach.Inside, "The container web publishes port 8080 to the host alone.")]
    [InlineData("""{"PortBindings":{"80/tcp":null},"SecurityOpt":7}""", Reach.Nobody, "The container web publishes no port, so only containers of its networks reach it.")]
    public void What_the_engine_says_of_ports_is_the_exposure(string host, Reach reach, string reason) =>
        Assert.Equal(new Exposure(reach, reason), Of(host).Exposure);

    [Fact]
    public void Rights_and_mounts_are_those_of_the_engine()
    {
        var deployment = Of("""{"Privileged":true,"ReadonlyRootfs":true,"CapAdd":["CAP_SYS_ADMIN"],"CapDrop":["ALL"],"SecurityOpt":["no-new-privileges","seccomp=unconfined"],"Binds":["/var/run/docker.sock:/s:ro","data:/data"]}""");
        Assert.Equal("""
            deployment web
            read-only-root yes
            privileged yes
            new-privileges no
            unconfined seccomp
            capability-add SYS_ADMIN
            capability-drop ALL
            host-mount /var/run/docker.sock

            """, HardenedImage.Text(deployment.Settings));
        Assert.Equal("is mounted into the container and no part of it", deployment.Unseen("/data/x")!.Needs);
        Assert.Null(deployment.Unseen("/database"));
    }

    private static Deployment Of(string host)
    {
        using var document = JsonDocument.Parse(host);
        return EngineDeployment.Of(new EngineContainer("1", "web", "2", false, default, ["/data", "/s"]) { Host = document.RootElement.Clone() });
    }
}
