using System.Diagnostics;
using System.Globalization;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>Rules that send a client elsewhere: by which status, and where, whatever the client put into the address.</summary>
public sealed class RedirectionTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("redirect:http://a.test/", 302, "http://a.test/")]
    [InlineData("deny,status:403,redirect:http://a.test/", 302, "http://a.test/")]
    [InlineData("status:301,redirect:'http://a.test/b,c'", 301, "http://a.test/b,c")]
    [InlineData("status:308,redirect:/sorry?id=%{rule.id}", 308, "/sorry?id=1")]
    [InlineData("status:304,redirect:/sorry", 302, "/sorry")]
    [InlineData("phase:1,redirect:https://%{SERVER_NAME}%{REQUEST_URI}", 302, "https://a/reflect?q=x%0D%0AX:%20y&long=1")]
    [InlineData("phase:3,redirect:/sorry", 302, "/sorry")]
    [InlineData("phase:4,status:303,redirect:/sorry", 303, "/sorry")]
    // Whatever the client sends stays within the one field.
    [InlineData("redirect:'/s?%{ARGS.q}'", 302, "/s?x%0D%0AX:%20y")]
    [InlineData("redirect:%{ARGS.q}\u00FC\u007F", 302, "x%0D%0AX:%20y%FC%7F")]
    [InlineData("redirect:%{ARGS.none}", 403, null)]
    [InlineData("redirect:/,deny", 403, null)]
    [InlineData("deny,status:302", 403, null)]
    public async Task A_client_is_sent_elsewhere(string actions, int status, string? location)
    {
        using var guard = Guard($"SecAction \"id:1,{actions}\"", Mode.Enforce);
        var told = await guard.SendAsync("GET /reflect?q=x%0D%0AX:%20y&long=1 HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Equal((Reason.RuleMatched, status, 1), (told.Reason, told.Status, told.RefusedBy));
        var lines = told.Answer.Split("\r\n");
        Assert.Equal(location is null ? [] : [$"Location: {location}"], lines.Where(line => line.StartsWith("Location:", StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(lines, line => line.StartsWith("X:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Redirection.Most, 302)]
    [InlineData(Redirection.Most + 1, 403)]
    public async Task An_address_has_a_limit(int length, int status)
    {
        using var guard = Guard("SecAction \"id:1,redirect:/%{ARGS.q}\"", Mode.Enforce);
        // A space is three bytes of the address.
        var told = await guard.SendAsync(Encoding.ASCII.GetBytes($"GET /?q=+{new string('x', length - 4)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        Assert.Equal(status, told.Status);
        Assert.Equal(status == 302, told.Answer.Contains($"\r\nLocation: /%20{new string('x', length - 4)}\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_block_does_may_be_a_redirection()
    {
        using var guard = Guard("SecDefaultAction \"phase:2,redirect:/sorry/%{ARGS.q}\"\nSecAction \"id:1,block\"", Mode.Enforce);
        Assert.Contains("\r\nLocation: /sorry/7\r\n", (await guard.SendAsync("GET /?q=7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray())).Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detecting_forwards()
    {
        using var guard = Guard("SecAction \"id:1,redirect:/sorry\"", Mode.Detect);
        Assert.Equal(200, (await guard.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray())).Status);
    }

    [Fact]
    public void Curl_is_sent_elsewhere_in_HTTP_2()
    {
        using var guard = Guard("SecAction \"id:1,status:307,redirect:/sorry/%{ARGS.q}\"", Mode.Enforce);
        using var curl = Process.Start(new ProcessStartInfo("curl", ["--silent", "--max-time", "100", "--http2-prior-knowledge", "--output", "/dev/null", "--write-out", "%{http_version} %{http_code} %{redirect_url}", $"http://{guard.Address}/?q=a%20b"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.Equal($"2 307 http://{guard.Address}/sorry/a%20b", curl.StandardOutput.ReadToEnd());
    }

    /// <summary>What is refused while it is forwarded is answered as the rule says.</summary>
    [Theory]
    [InlineData("deny,status:406", 406, null)]
    [InlineData("status:303,redirect:/smaller", 303, "/smaller")]
    public async Task A_long_upload_is_refused_by_the_status_of_the_rule(string actions, int status, string? location)
    {
        using var guard = Guard($"SecRule ARGS:t \"@streq bad\" \"id:1,phase:2,{actions}\"", Mode.Enforce);
        var body = $"--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n\r\n{new string('x', 2 << 20)}\r\n--B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nbad\r\n--B--\r\n";
        var told = await guard.SendAsync(Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}")));
        Assert.Equal((Reason.RuleMatched, status), (told.Reason, told.Status));
        Assert.Equal(location is not null, told.Answer.Contains($"\r\nLocation: {location}\r\n", StringComparison.Ordinal));
    }

    private RuledGuard Guard(string rules, Mode mode)
    {
        File.WriteAllText(file, rules + "\n", Encoding.Latin1);
        return new(ProgramBuilder.Build(RuleFiles.Read([file]), paranoia: null, Detection.Crs), mode, listener: new(new(System.Net.IPAddress.Loopback, 0)) { AllowsHttp2 = true });
    }
}
