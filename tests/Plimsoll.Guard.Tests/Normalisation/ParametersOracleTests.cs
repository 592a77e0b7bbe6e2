using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Queries and forms as Node, ASP.NET, Python and PHP read them.</summary>
public sealed class ParametersOracleTests
{
    private const string node = """
        const lines = require('fs').readFileSync(0, 'latin1').split('\n').slice(0, -1);
        const hex = text => Buffer.from(text, 'utf8').toString('hex');
        const qs = require('querystring');
        for (const line of lines) {
          const text = Buffer.from(line, 'hex').toString('utf8');
          const pairs = process.argv[1] == 'url' ? [...new URLSearchParams('?' + text)] : Object.entries(qs.parse(text)).flatMap(([name, value]) => [].concat(value).map(one => [name, one]));
          console.log(pairs.map(([name, value]) => hex(name) + '=' + hex(value)).join(' '));
        }
        """;

    private const string python = """
        import sys
        from urllib.parse import parse_qsl
        for line in sys.stdin:
            text = bytes.fromhex(line.strip()).decode('utf-8', 'surrogateescape')
            pairs = parse_qsl(text, keep_blank_values=True, errors='surrogateescape')
            print(' '.join('='.join(part.encode('utf-8', 'surrogateescape').hex() for part in pair) for pair in pairs))
        """;

    private const string php = """
        function flat($prefix, $value) {
          if (!is_array($value)) return [bin2hex($prefix) . '=' . bin2hex($value)];
          $all = [];
          foreach ($value as $key => $one) $all = array_merge($all, flat($prefix . '[' . $key . ']', $one));
          return $all;
        }
        while (($line = fgets(STDIN)) !== false) {
          parse_str(hex2bin(trim($line)), $values);
          $all = [];
          foreach ($values as $name => $value) $all = array_merge($all, flat((string)$name, $value));
          echo implode(' ', $all), "\n";
        }
        """;

    [Fact]
    public void Queries_without_a_note_are_the_same_for_all()
    {
        var random = new Random(1);
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs).Select(_ => Inputs.Query(random).Replace('#', '_'))];
        var ours = inputs.Select(input =>
        {
            var reading = Reading.Target("/?" + input);
            return (OracleProgram.Pairs(reading.Values.Where(value => value.Origin == Origin.Query && value.Layer == ValueEncoding.None).Select(value => (value.Name, value.Content))), !reading.Ambiguities.IsEmpty);
        }).ToArray();
        using var kestrel = new KestrelOracle();
        // What a request line cannot hold, and what Kestrel refuses, it does not answer.
        string[] byKestrel = [.. inputs.Select(input => kestrel.Ask("query", $"GET /?{input} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))];
        Assert.True(byKestrel.Count(answer => answer != "!") > inputs.Length / 4);
        OracleProgram.Compare(inputs, ours, differ: true,
            ("URLSearchParams", Sorted(OracleProgram.Ask(inputs, "node", "-e", node, "url"))), ("querystring", Sorted(OracleProgram.Ask(inputs, "node", "-e", node, "querystring"))),
            ("ASP.NET", byKestrel), ("Python", Sorted(OracleProgram.Ask(inputs, "python3", "-c", python))), ("PHP", Sorted(OracleProgram.Ask(inputs, "php", "-d", "display_errors=stderr", "-r", php))));
    }

    private static string[] Sorted(string[] answers) => [.. answers.Select(OracleProgram.Sorted)];
}
