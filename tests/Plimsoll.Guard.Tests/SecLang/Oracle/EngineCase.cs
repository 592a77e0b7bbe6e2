using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>A case of ModSecurity's own tests: rules, an exchange, and what is expected of them. One byte a character.</summary>
/// <param name="Name">File and number, `operator-rx-3`.</param>
/// <param name="Client">Its address.</param>
/// <param name="Status">That the client gets; 0 when the case does not say.</param>
/// <param name="IsRefused">Whether the rules are wrong.</param>
internal sealed record EngineCase(string Name, string Rules, string Client, string Method, string Uri, string Version, IReadOnlyList<(string Name, string Value)> Fields, string Body, int AnswerStatus, IReadOnlyList<(string Name, string Value)> AnswerFields, string AnswerBody, int Status, bool IsRefused)
{
    /// <summary>Null where the suite is absent; what was unpacked is gone when the callback returns.</summary>
    public static bool Read(Action<IReadOnlyList<EngineCase>, string> use)
    {
        var archive = Path.Combine(Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") ?? "/nowhere", "suites/waf/modsecurity.tar.xz");
        if (!File.Exists(archive)) return false;
        var folder = Directory.CreateTempSubdirectory("plimsoll-cases-");
        try
        {
            using (var tar = Process.Start("tar", ["xf", archive, "-C", folder.FullName])) tar.WaitForExit();
            var root = Path.Combine(folder.FullName, "modsecurity");
            var regression = Path.Combine(root, "test-cases/regression");
            use([.. Directory.EnumerateFiles(regression, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(file => Cases(file, Path.GetRelativePath(regression, file)[..^5]))], root);
            return true;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>As it goes over a connection, behind a PROXY header that says who the client is; the length of the body is what it is.</summary>
    public byte[] Request()
    {
        var head = new StringBuilder($"PROXY {(Client.Contains(':', StringComparison.Ordinal) ? $"TCP6 {Client} ::1" : $"TCP4 {Client} 127.0.0.1")} 123 80\r\n{Method} {Uri} HTTP/{Version}\r\n");
        foreach (var (name, value) in Fields) head.Append($"{name}: {value}\r\n");
        return Encoding.Latin1.GetBytes($"{head}Connection: close\r\n\r\n{Body}");
    }

    public string Answer()
    {
        var head = new StringBuilder($"HTTP/1.1 {AnswerStatus} X\r\n");
        foreach (var (name, value) in AnswerFields) head.Append($"{name}: {value}\r\n");
        return $"{head}\r\n{(Method == "HEAD" ? "" : AnswerBody)}";
    }

    private static IEnumerable<EngineCase> Cases(string file, string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var number = 0;
        foreach (var one in json.RootElement.EnumerateArray())
        {
            var request = one.TryGetProperty("request", out var asked) ? asked : default;
            var response = one.TryGetProperty("response", out var answered) ? answered : default;
            var expected = one.GetProperty("expected");
            var body = BodyOf(request);
            var answer = BodyOf(response);
            yield return new($"{name}-{++number}", string.Join('\n', one.GetProperty("rules").EnumerateArray().Select(line => Latin(line.GetString()!))),
                one.TryGetProperty("client", out var client) ? Text(client, "ip") ?? nobody : nobody, Text(request, "method") ?? "GET", Encoded(Text(request, "uri") ?? "/"), Number(Text(request, "http_version")),
                [.. Hosted(Measured(FieldsOf(request), body))], body, 200, Measured(FieldsOf(response), answer, always: true), answer,
                expected.TryGetProperty("http_code", out var code) ? code.GetInt32() : 0, expected.TryGetProperty("parser_error", out _));
        }
    }

    private const string nobody = "127.0.0.1";

    private static string Number(string? version) => version is "1.0" or "10" ? "1.0" : "1.1";

    /// <summary>With a Host, which the guard asks for, and without Expect, which would bring an answer of its own.</summary>
    private static IEnumerable<(string Name, string Value)> Hosted(List<(string Name, string Value)> fields)
    {
        if (!fields.Exists(field => field.Name.Equals("Host", StringComparison.OrdinalIgnoreCase))) fields.Insert(0, ("Host", "localhost"));
        return fields.Where(field => !field.Name.Equals("Expect", StringComparison.OrdinalIgnoreCase) && !field.Name.Equals("Connection", StringComparison.OrdinalIgnoreCase));
    }

    private static List<(string, string)> Measured(List<(string Name, string Value)> fields, string body, bool always = false)
    {
        var had = fields.RemoveAll(field => field.Name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) > 0;
        if (had || always || body.Length > 0) fields.Add(("Content-Length", body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return fields;
    }

    /// <summary>Bytes that a target must not have are percent-encoded, and it begins with a slash: no server would be asked for another.</summary>
    private static string Encoded(string uri) => (uri.StartsWith('/') ? "" : "/") + string.Concat(uri.Select(letter => letter is <= ' ' or >= '\x7F' or '"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}' ? $"%{(int)letter:X2}" : letter.ToString()));

    private static List<(string Name, string Value)> FieldsOf(JsonElement of) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty("headers", out var fields) && fields.ValueKind == JsonValueKind.Object ? [.. fields.EnumerateObject().Select(field => (Latin(field.Name), Latin(field.Value.ToString()).Trim()))] : [];

    private static string BodyOf(JsonElement of) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty("body", out var body) ? body.ValueKind == JsonValueKind.Array ? string.Join('\n', body.EnumerateArray().Select(line => Latin(line.ToString()))) : Latin(body.ToString()) : "";

    private static string? Text(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var text) ? Latin(text.ToString()) : null;

    private static string Latin(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
