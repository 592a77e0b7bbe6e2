using System.Net.Sockets;
using Plimsoll.Core.Results;
using Plimsoll.Scan;

namespace Plimsoll.Engines.Tests;

/// <summary>What is said when no engine answers, or one that answers oddly.</summary>
public sealed class EngineSocketTests
{
    private static PlimsollException Refusal(string target) => Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = Target.Parse(target) }));

    [Fact]
    public void No_socket_says_where_it_was_looked_for()
    {
        using var logins = new LoginFolder();
        var refused = Refusal("docker:tiny");
        Assert.Equal($"There is no socket of Docker; looked for `{logins.At("none")}`.", refused.Message);
        Assert.Equal("Start it (`systemctl start docker`), or give its socket in DOCKER_HOST=unix:///PATH.", refused.Remedy);
    }

    [Fact]
    public void A_socket_that_nobody_listens_on_is_an_engine_that_does_not_run()
    {
        using var logins = new LoginFolder();
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) left.Bind(new UnixDomainSocketEndPoint(logins.At("left")));
        Tools.Bash("""[ -S "$1" ] || python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$1" """, logins.At("left"));
        Environment.SetEnvironmentVariable("CONTAINER_HOST", $"unix://{logins.At("left")}");
        var refused = Refusal("podman:tiny");
        Assert.Equal(("engine-not-running", $"Podman does not answer: `{logins.At("left")}` refuses: Connection refused."), (refused.Code, refused.Message));
    }

    [Fact]
    public void A_remote_engine_is_refused()
    {
        using var logins = new LoginFolder();
        Environment.SetEnvironmentVariable("DOCKER_HOST", "tcp://192.0.2.1:2375");
        Assert.Equal("DOCKER_HOST is `tcp://192.0.2.1:2375`, but only sockets of this machine are used.", Refusal("docker:tiny").Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 X\r\nContent-Length: 27\r\n\r\n{\"message\":\"disk is full.\"}", "Docker does not give the description of image `tiny`: it answers 500 X: disk is full.")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "Docker's description of image `tiny` has no `Id`.")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", "Docker stopped while sending its description of image `tiny`: ")]
    [InlineData("SSH-2.0-OpenSSH\r\n", "Docker does not give the description of image `tiny`: ")]
    public void An_engine_that_answers_oddly_is_quoted(string answer, string start)
    {
        using var logins = new LoginFolder();
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        server.Bind(new UnixDomainSocketEndPoint(logins.At("odd")));
        server.Listen();
        var serving = new Thread(() =>
        {
            server.Accept().Dispose(); // The first connection only finds whether somebody listens.
            using var client = server.Accept();
            client.Receive(new byte[4096]);
            client.Send(System.Text.Encoding.ASCII.GetBytes(answer));
        });
        serving.Start();
        Environment.SetEnvironmentVariable("DOCKER_HOST", $"unix://{logins.At("odd")}");
        Assert.StartsWith(start, Refusal("docker:tiny").Message, StringComparison.Ordinal);
        Assert.True(serving.Join(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData("absent.tar", "target-not-found", "There is no file or folder `absent.tar`.")]
    [InlineData("./absent", "target-not-found", "There is no file or folder `./absent`.")]
    [InlineData("/no/such/path", "target-not-found", "There is no file or folder `/no/such/path`.")]
    [InlineData("docker:", "target-empty", "`docker:` names nothing.")]
    public void What_is_certainly_no_image_is_not_asked_for(string target, string code, string message)
    {
        var refused = Assert.Throws<PlimsollException>(() => Target.Parse(target));
        Assert.Equal((code, message), (refused.Code, refused.Message));
    }
}
