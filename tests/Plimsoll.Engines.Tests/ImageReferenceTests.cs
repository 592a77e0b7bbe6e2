using Plimsoll.Core.Images;
using Plimsoll.Engines.Registry;

namespace Plimsoll.Engines.Tests;

public sealed class ImageReferenceTests
{
    private const string Hex = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.25", "docker.io/library/nginx:1.25")]
    [InlineData("bitnami/nginx", "docker.io/bitnami/nginx:latest")]
    [InlineData("docker.io/nginx", "docker.io/library/nginx:latest")]
    [InlineData("index.docker.io/library/nginx", "docker.io/library/nginx:latest")]
    [InlineData("quay.io/a/b/c:v1", "quay.io/a/b/c:v1")]
    [InlineData("localhost/app", "localhost/app:latest")]
    [InlineData("localhost:5000/app", "localhost:5000/app:latest")]
    [InlineData("host:5000/app:1", "host:5000/app:1")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app:latest")]
    [InlineData("Host/app", "Host/app:latest")]
    [InlineData("a.b/c__d-e--f/g.h", "a.b/c__d-e--f/g.h:latest")]
    [InlineData("nginx@" + Hex, "docker.io/library/nginx@" + Hex)]
    [InlineData("q.io/nginx:1@" + Hex, "q.io/nginx:1@" + Hex)]
    public void Names_are_completed_as_engines_do(string text, string whole)
    {
        Assert.True(ImageReference.TryParse(text, out var reference, out _));
        Assert.Equal(whole, reference!.ToString());
    }

    [Theory]
    [InlineData("", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("Nginx", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("a..b", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("a___b", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("a/-b", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("a//b", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("q.io/../b", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("a b", "a name consists of lower-case letters and digits, with `/`, `.`, `_` or `-` between them")]
    [InlineData("nginx:", "`` is no tag")]
    [InlineData("nginx:-1", "`-1` is no tag")]
    [InlineData("nginx@sha256:12", "what follows `@` is no digest sha256:HEX")]
    [InlineData("user@host.io/app", "what follows `@` is no digest sha256:HEX")]
    [InlineData("host.io:99999/app", "`host.io:99999` is no host")]
    [InlineData("oci:/tmp/layout:1", "`oci:` is no host")]
    public void What_is_no_name_is_refused(string text, string wrong)
    {
        Assert.False(ImageReference.TryParse(text, out var reference, out var said));
        Assert.Null(reference);
        Assert.Equal(wrong, said);
    }

    [Theory]
    [InlineData("""Bearer realm="https://a/token",service="a b",scope="repository:x:pull,push" """, "Bearer realm=https://a/token service=a b scope=repository:x:pull,push")]
    [InlineData("""Basic realm="quoted \"word\"" """, "Basic realm=quoted \"word\"")]
    [InlineData("Negotiate, bearer realm=x", "bearer realm=x")]
    [InlineData("Digest realm=a, nonce=b, Basic realm=c, charset=\"UTF-8\"", "Basic realm=c charset=UTF-8")]
    [InlineData("Basic", "Basic")]
    [InlineData("Bearer realm=\"unended", "Bearer realm=unended")]
    [InlineData("Negotiate", null)]
    [InlineData("", null)]
    [InlineData("=, ==\"", null)]
    public void Challenges_are_read(string header, string? expected)
    {
        var challenge = Challenge.Parse(header);
        Assert.Equal(expected, challenge is null ? null : string.Join(' ', [challenge.Scheme, .. challenge.Parameters.Select(pair => $"{pair.Key}={pair.Value}")]));
    }
}
