using System.Globalization;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>JSON as Node, Python and PHP read it.</summary>
public sealed class JsonOracleTests
{
    private const string inNode = """
        const lines = require('fs').readFileSync(0, 'latin1').split('\n').slice(0, -1);
        const hex = text => Buffer.from(text, 'utf8').toString('hex');
        function leaves(pointer, value, all) {
          if (value === null || typeof value != 'object') all.push(hex(pointer) + '=' + hex(typeof value == 'string' ? 's' + value : typeof value == 'number' ? 'n' + value : 'l' + value));
          else if (Object.keys(value).length == 0) all.push(hex(pointer) + '=');
          else for (const [key, one] of Object.entries(value)) leaves(pointer + '/' + key.replaceAll('~', '~0').replaceAll('/', '~1'), one, all);
          return all;
        }
        for (const line of lines) {
          try { console.log(leaves('', JSON.parse(Buffer.from(line, 'hex').toString('utf8')), []).join(' ')); } catch { console.log('!'); }
        }
        """;

    private const string inPython = """
        import sys, json
        def leaves(pointer, value, found):
            def add(text): found.append(pointer.encode('utf-8', 'surrogatepass').hex() + '=' + text.encode('utf-8', 'surrogatepass').hex())
            if isinstance(value, (dict, list)):
                if not value: add('')
                for key, one in value.items() if isinstance(value, dict) else enumerate(value):
                    leaves(pointer + '/' + str(key).replace('~', '~0').replace('/', '~1'), one, found)
            elif isinstance(value, str): add('s' + value)
            elif value is None or isinstance(value, bool): add('l' + json.dumps(value))
            else: add('n' + repr(float(value)))
            return found
        for line in sys.stdin:
            try: print(' '.join(leaves('', json.loads(bytes.fromhex(line.strip()).decode('utf-8', 'replace')), [])))
            except (ValueError, OverflowError): print('!')
        """;

    private const string inPhp = """
        ini_set('precision', '17'); ini_set('serialize_precision', '-1');
        function leaves($pointer, $value, &$all) {
          $name = bin2hex($pointer) . '=';
          if (is_object($value) || is_array($value)) {
            $any = false;
            foreach ($value as $key => $one) { $any = true; leaves($pointer . '/' . str_replace(['~', '/'], ['~0', '~1'], (string)$key), $one, $all); }
            if (!$any) $all[] = $name;
          } else $all[] = $name . bin2hex(is_string($value) ? 's' . $value : (is_bool($value) || $value === null ? 'l' . json_encode($value) : 'n' . (is_float($value) && !is_finite($value) ? 'Infinity' : json_encode($value))));
        }
        while (($line = fgets(STDIN)) !== false) {
          $value = json_decode(hex2bin(trim($line)));
          if (json_last_error() != JSON_ERROR_NONE) { echo "!\n"; continue; }
          $all = [];
          leaves('', $value, $all);
          echo implode(' ', $all), "\n";
        }
        """;

    [Fact]
    public void Json_without_a_note_is_the_same_for_all()
    {
        var random = new Random(2);
        string[] inputs = [.. Enumerable.Range(0, OracleProgram.Inputs).Select(_ => Inputs.Json(random))];
        var readings = inputs.Select(input => Reading.Body("application/json", input)).ToArray();
        var ours = readings.Select(reading => (OracleProgram.Pairs(reading.Values.Where(value => value.Origin == Origin.Json && value.Layer == ValueEncoding.None).Select(value => (value.Name, Plain(value.Content)))), !reading.Ambiguities.IsEmpty)).ToArray();
        var node = Untyped(OracleProgram.Ask(inputs, "node", "-e", inNode));
        var python = Untyped(OracleProgram.Ask(inputs, "python3", "-c", inPython));
        var php = Untyped(OracleProgram.Ask(inputs, "php", "-r", inPhp));
        OracleProgram.Compare(inputs, ours, differ: true, ("Node", node), ("Python", python), ("PHP", php));
        // What is JSON for us is JSON for all.
        for (var i = 0; i < inputs.Length; i++)
            if (readings[i].Ambiguities.IsEmpty && readings[i].Values.Count > 0) Assert.False(node[i] == "!" || python[i] == "!" || php[i] == "!", $"{inputs[i]} is refused: {node[i]} {python[i]} {php[i]}");
    }

    private static string[] Untyped(string[] answers) => [.. answers.Select(answer => answer == "!" ? answer : OracleProgram.Sorted(string.Join(' ', answer.Split(' ').Select(Untyped))))];

    private static string Untyped(string pair)
    {
        var parts = pair.Split('=');
        var content = System.Text.Encoding.Latin1.GetString(Convert.FromHexString(parts[1]));
        return parts[0] + "=" + (content.Length == 0 ? "" : OracleProgram.Hex(Plain(content[1..])));
    }

    /// <summary>A number as .NET writes it, so that 1.50 and 15e-1 are one; also in a string, because our values have no type.</summary>
    private static string Plain(string content) =>
        content.Length > 0 && (char.IsAsciiDigit(content[0]) || content[0] == '-') && double.TryParse(content, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : content;
}
