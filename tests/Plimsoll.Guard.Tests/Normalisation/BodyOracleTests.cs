using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Cookies and multipart bodies as PHP, ASP.NET, Python and Node read them.</summary>
public sealed class BodyOracleTests
{
    private const string php = """
        <?php
        function flat($prefix, $value, &$all) {
          if (!is_array($value)) $all[] = bin2hex($prefix) . '=' . bin2hex($value);
          else foreach ($value as $key => $one) flat($prefix . '[' . $key . ']', $one, $all);
        }
        $all = [];
        foreach (isset($_SERVER['HTTP_COOKIE']) ? $_COOKIE : $_POST as $name => $value) flat((string)$name, $value, $all);
        foreach ($_FILES as $name => $file) if (is_array($file['name'])) flat($name, $file['name'], $all); else $all[] = bin2hex($name) . '=' . bin2hex($file['name']);
        echo '<', implode(' ', $all), '>';
        """;

    private const string pythonCookies = """
        import sys
        from http.cookies import SimpleCookie, CookieError
        for line in sys.stdin:
            try:
                jar = SimpleCookie()
                jar.load(bytes.fromhex(line.strip()).decode('latin-1'))
                print(' '.join(name.encode('latin-1').hex() + '=' + morsel.value.encode('latin-1', 'replace').hex() for name, morsel in jar.items()))
            except CookieError: print('!')
        """;

    private const string pythonMultipart = """
        import sys
        from email.parser import BytesParser
        from email.policy import HTTP
        for line in sys.stdin:
            try:
                message = BytesParser(policy=HTTP).parsebytes(b'Content-Type: ' + bytes.fromhex(line.strip()).replace(b'\n', b'\r\n\r\n', 1))
                found = []
                for part in message.iter_parts() if message.is_multipart() else []:
                    name = part.get_param('name', header='content-disposition')
                    value = part.get_filename()
                    if value is None: value = (part.get_payload(decode=True) or b'')
                    else: value = value.encode('utf-8', 'surrogateescape')
                    if name is not None: found.append(str(name).encode('utf-8', 'surrogateescape').hex() + '=' + value.hex())
                print(' '.join(found))
            except Exception: print('!')
        """;

    private const string node = """
        const lines = require('fs').readFileSync(0, 'latin1').split('\n').slice(0, -1);
        (async () => {
          for (const line of lines) {
            try {
              const all = Buffer.from(line, 'hex'), end = all.indexOf(10);
              const form = await new Response(all.subarray(end + 1), { headers: { 'content-type': all.subarray(0, end).toString('latin1') } }).formData();
              console.log([...form].map(([name, value]) => Buffer.from(name).toString('hex') + '=' + Buffer.from(typeof value == 'string' ? value : value.name).toString('hex')).join(' '));
            } catch { console.log('!'); }
          }
        })();
        """;

    [Fact]
    public void Cookies_without_a_note_are_the_same_for_all()
    {
        var random = new Random(5);
        // The blanks at the ends are no part of a field's value.
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs).Select(_ => Inputs.Cookie(random).Trim(' ', '\t')).Where(input => input.Length > 0)];
        var ours = inputs.Select(input =>
        {
            var reading = Reading.Cookie(input);
            return (OracleProgram.Pairs(reading.Values.Where(value => value.Layer == ValueEncoding.None).Select(value => (value.Name, value.Content))), !reading.Ambiguities.IsEmpty);
        }).ToArray();
        using var server = OracleServer.Start("php", [("index.php", php)], "-S", "127.0.0.1:PORT", "FOLDER/index.php");
        string[] byPhp = [.. inputs.Select(input => Php(server.Ask($"GET / HTTP/1.1\r\nHost: h\r\nCookie: {input}\r\nConnection: close\r\n\r\n")))];
        Assert.Contains(byPhp, answer => answer is not ("!" or ""));
        using var kestrel = new KestrelOracle();
        string[] byKestrel = [.. inputs.Select(input => kestrel.Ask("cookie", $"GET / HTTP/1.1\r\nHost: h\r\nCookie: {input}\r\nConnection: close\r\n\r\n"))];
        OracleProgram.Compare(inputs, ours, differ: true, ("PHP", byPhp), ("ASP.NET", byKestrel), ("Python", [.. OracleProgram.Ask(inputs, "python3", "-c", pythonCookies).Select(OracleProgram.Sorted)]));
    }

    [Fact]
    public void Multipart_without_a_note_is_the_same_for_all()
    {
        var random = new Random(6);
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs).Select(_ => Inputs.Multipart(random))];
        var ours = inputs.Select(input =>
        {
            var reading = Reading.Body("multipart/form-data; boundary=B", input);
            return (OracleProgram.Pairs(reading.Values.Where(value => value.Origin is Origin.Part or Origin.FileName && value.Layer == ValueEncoding.None).Select(value => (value.Name, value.Content))), !reading.Ambiguities.IsEmpty);
        }).ToArray();
        using var server = OracleServer.Start("php", [("index.php", php)], "-d", "display_errors=0", "-S", "127.0.0.1:PORT", "FOLDER/index.php");
        string[] byPhp = [.. inputs.Select(input => Php(server.Ask($"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: {input.Length}\r\nConnection: close\r\n\r\n{input}")))];
        using var kestrel = new KestrelOracle();
        string[] byKestrel = [.. inputs.Select(input => kestrel.Ask("form", $"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: {input.Length}\r\nConnection: close\r\n\r\n{input}"))];
        string[] lines = [.. inputs.Select(input => $"multipart/form-data; boundary=B\n{input}")];
        OracleProgram.Compare(inputs, ours, differ: true, ("PHP", byPhp), ("ASP.NET", byKestrel), ("Python", [.. OracleProgram.Ask(lines, "python3", "-c", pythonMultipart).Select(OracleProgram.Sorted)]), ("Node", [.. OracleProgram.Ask(lines, "node", "-e", node).Select(OracleProgram.Sorted)]));
    }

    /// <summary>The same body under types that are odd: who takes another boundary reads other fields.</summary>
    [Fact]
    public void Types_without_a_note_are_the_same_for_all()
    {
        const string body = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--C\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n2\r\n--C--\r\n--B--\r\n";
        var random = new Random(8);
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs / 2).Select(_ => Inputs.MultipartType(random))];
        var ours = inputs.Select(input =>
        {
            var reading = Reading.Body(input, body);
            return (OracleProgram.Pairs(reading.Values.Where(value => value.Origin == Origin.Part).Select(value => (value.Name, value.Content))), !reading.Ambiguities.IsEmpty);
        }).ToArray();
        using var server = OracleServer.Start("php", [("index.php", php)], "-d", "display_errors=0", "-S", "127.0.0.1:PORT", "FOLDER/index.php");
        using var kestrel = new KestrelOracle();
        string[] byPhp = [.. inputs.Select(input => Php(server.Ask(Request(input))))];
        string[] byKestrel = [.. inputs.Select(input => kestrel.Ask("form", Request(input)))];
        string[] lines = [.. inputs.Select(input => $"{input}\n{body}")];
        OracleProgram.Compare(inputs, ours, differ: true, ("PHP", byPhp), ("ASP.NET", byKestrel), ("Python", [.. OracleProgram.Ask(lines, "python3", "-c", pythonMultipart).Select(OracleProgram.Sorted)]), ("Node", [.. OracleProgram.Ask(lines, "node", "-e", node).Select(OracleProgram.Sorted)]));

        static string Request(string type) => $"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
    }

    private static string Php(string answer)
    {
        var start = answer.IndexOf("\r\n\r\n<", StringComparison.Ordinal);
        return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && start > 0 && answer[^1] == '>' ? OracleProgram.Sorted(answer[(start + 5)..^1]) : "!";
    }
}
