using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Tests.Configuration;

/// <summary>Options of the command line on certificates of clients, as the file has them.</summary>
public sealed class OptionsReaderTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private HttpGuardRequest Request()
    {
        folder.Certificate("one", "one.test");
        return new() { Listen = ["127.0.0.1:0"], Upstreams = ["127.0.0.1:1"], TlsCertificates = [Path.Combine(folder.Path, "one.pem")], TlsKeys = [Path.Combine(folder.Path, "one.key")] };
    }

    [Fact]
    public void Certificates_of_clients()
    {
        var authorities = Path.Combine(folder.Path, "one.pem");
        var options = OptionsReader.Read(Request() with { ClientAuthorities = authorities, IsClientCertificateOptional = true, SubjectField = "X-Client-Subject" });
        Assert.Equal(new ClientTrust(authorities, IsRequired: false), Assert.Single(options.Listeners).Tls!.Trust);
        Assert.Equal("X-Client-Subject", Assert.Single(options.Sites).SubjectField);
        Assert.True(OptionsReader.Read(Request() with { ClientAuthorities = authorities }).Listeners[0].Tls!.Trust!.IsRequired);
    }

    [Fact]
    public void What_is_wrong_with_them()
    {
        var thrown = Assert.Throws<PlimsollException>(() => OptionsReader.Read(Request() with { IsClientCertificateOptional = true, SubjectField = "Host", NamesField = "Cookie", Revocations = "none.pem" }));
        Assert.Equal("`--client-certificates` needs `--client-ca`; `--client-revocations` needs `--client-ca`; `--client-subject` needs `--client-ca`; `--client-names` needs `--client-ca`; "
            + "`--client-subject Host` is no field that the guard may write, such as `X-Client-Subject`; `--client-names Cookie` is no field that the guard may write, such as `X-Client-Names`; `none.pem` does not exist.", thrown.Message);
        thrown = Assert.Throws<PlimsollException>(() => OptionsReader.Read(Request() with { ClientAuthorities = Path.Combine(folder.Path, "one.pem"), SubjectField = "X-Client", NamesField = "x-client" }));
        Assert.Equal("`--client-subject` and `--client-names` are one field.", thrown.Message);
    }
}
