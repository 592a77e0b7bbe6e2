using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>
/// The slow truth: the grammar of requests that the guard documents, as regular expressions over the text of a whole
/// connection. Knows no reasons, only what is a request and what is none.
/// </summary>
internal static class SlowReading
{
    private const string token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static readonly TimeSpan patience = Waiting.Patience;
    private static readonly Regex requestLine = New(@"^(?<method>[A-Z][A-Z-]{0,23}) (?<target>[\x21\x22\x24-\x7e\x80-\xff]{1,8192}) HTTP/1\.(?<minor>[01])\z");
    private static readonly Regex field = New($@"^(?<name>{token}):[ \t]*(?<value>[\t\x20-\x7e\x80-\xff]*?)[ \t]*\z");
    private static readonly Regex host = New(@"^([A-Za-z0-9_-][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]{2,}\])(:[0-9]{1,5})?\z");
    private static readonly Regex length = New(@"^(0|[1-9][0-9]{0,17})\z");
    private static readonly Regex chunk = New(@"^(?<size>[0-9a-fA-F]{1,15})\z");

    private static readonly string[] hopByHop = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade", "expect", "http2-settings"];
    private static readonly string[] endToEnd =
    [
        "host", "content-length", "content-type", "content-encoding", "authorization", "cookie", "date", "server", "location",
        "sec-websocket-key", "sec-websocket-version", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions",
        "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip", "true-client-ip", "x-client-ip",
        "x-cluster-client-ip", "x-original-url", "x-rewrite-url",
    ];

    private static Regex New(string pattern) => new(pattern, RegexOptions.CultureInvariant, patience);

    /// <summary>Method, target, host and body of each request, as far as they are well-formed; then `refused` unless the bytes end with a request.</summary>
    public static List<string> Read(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var found = new List<string>();
        while (text.Length > 0)
        {
            if (One(ref text, out var closes) is not { } request)
            {
                found.Add("refused");
                return found;
            }
            found.Add(request);
            if (closes) return found;
        }
        return found;
    }

    private static string? One(ref string text, out bool closes)
    {
        closes = false;
        var limits = GuardLimits.Default;
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || end + 4 > limits.HeadBytes) return null;
        var lines = text[..end].Split("\r\n");
        text = text[(end + 4)..];
        var first = requestLine.Match(lines[0]);
        if (!first.Success || first.Groups["method"].Value is "CONNECT" or "TRACE" or "TRACK") return null;
        if (lines.Length - 1 > limits.Fields || lines.Skip(1).Any(line => line.Length > limits.FieldBytes)) return null;
        var matches = lines.Skip(1).Select(line => field.Match(line)).ToList();
        if (!matches.TrueForAll(match => match.Success)) return null;
        var fields = matches.ConvertAll(match => (Name: match.Groups["name"].Value.ToLowerInvariant(), Value: match.Groups["value"].Value));
        if (fields.Exists(one => one.Name.Contains('_', StringComparison.Ordinal) && (hopByHop.Contains(one.Name.Replace('_', '-')) || endToEnd.Contains(one.Name.Replace('_', '-'))))) return null;
        string[] All(string name) => [.. fields.Where(one => one.Name == name).Select(one => one.Value)];

        var hosts = All("host");
        if (hosts.Length != 1 || hosts[0].Length > limits.HostBytes || !host.IsMatch(hosts[0])) return null;
        if (Target(first.Groups["method"].Value, first.Groups["target"].Value, hosts[0]) is not { } target) return null;

        // A comma at the very end of a field leaves nothing behind it.
        var options = All("connection").SelectMany(list => list.Length == 0 ? [] : (list.EndsWith(',') ? list[..^1] : list).Split(',')).Select(option => option.Trim(' ', '\t').ToLowerInvariant()).ToList();
        if (options.Exists(option => !Regex.IsMatch(option, $@"^{token}\z", RegexOptions.None, patience) || endToEnd.Contains(option))) return null;
        var isOld = first.Groups["minor"].Value == "0";
        closes = options.Contains("close") || (isOld && !options.Contains("keep-alive"));

        foreach (var name in (string[])["expect", "content-type", "authorization", "upgrade"])
            if (All(name).Length > 1) return null;
        if (All("expect") is [var expectation] && !expectation.Equals("100-continue", StringComparison.OrdinalIgnoreCase)) return null;
        if (Body(ref text, All("content-length"), All("transfer-encoding"), isOld) is not { } body) return null;
        if (options.Contains("upgrade") && All("upgrade") is [var upgrade] && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && !(first.Groups["method"].Value == "GET" && !isOld && All("content-length") is [] or ["0"] && All("transfer-encoding") is [] && All("sec-websocket-version") is ["13"]
                && All("sec-websocket-key") is [{ Length: 24 } key] && IsKey(key))) return null;
        return $"{first.Groups["method"].Value} {target} {hosts[0]} [{body}]";
    }

    /// <summary>Sixteen bytes, in the one way in which they are written.</summary>
    private static bool IsKey(string key)
    {
        var bytes = new byte[18];
        return Convert.TryFromBase64String(key, bytes, out var count) && count == 16 && Convert.ToBase64String(bytes, 0, count) == key;
    }

    private static string? Target(string method, string target, string authority)
    {
        if (target[0] == '/') return target;
        if (target == "*") return method == "OPTIONS" ? target : null;
        var absolute = Regex.Match(target, @"^https?://([^/]+)(/.*)\z", RegexOptions.IgnoreCase, patience);
        return absolute.Success && absolute.Groups[1].Value.Equals(authority, StringComparison.OrdinalIgnoreCase) ? absolute.Groups[2].Value : null;
    }

    private static string? Body(ref string text, string[] lengths, string[] codings, bool isOld)
    {
        if (lengths.Length + codings.Length > 1) return null;
        if (lengths is [var declared])
        {
            if (!length.IsMatch(declared)) return null;
            var count = long.Parse(declared, CultureInfo.InvariantCulture);
            if (count > GuardLimits.Default.BodyBytes || count > text.Length) return null;
            var body = text[..(int)count];
            text = text[(int)count..];
            return body;
        }
        if (codings.Length == 0) return "";
        if (isOld || !codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase)) return null;
        var all = new StringBuilder();
        while (true)
        {
            if (Line(ref text) is not { } line || !chunk.IsMatch(line)) return null;
            var size = long.Parse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0) break;
            if (size + 2 > text.Length || text[(int)size..((int)size + 2)] != "\r\n") return null;
            all.Append(text, 0, (int)size);
            text = text[((int)size + 2)..];
        }
        var trailers = 0;
        while (Line(ref text) is { } line)
        {
            trailers += line.Length + 2;
            if (trailers > GuardLimits.Default.TrailerBytes) return null;
            if (line.Length == 0) return all.ToString();
            var match = field.Match(line);
            var name = match.Groups["name"].Value.ToLowerInvariant().Replace('_', '-');
            if (!match.Success || hopByHop.Contains(name) || endToEnd.Contains(name)) return null;
        }
        return null;
    }

    private static string? Line(ref string text)
    {
        var end = text.IndexOf("\r\n", StringComparison.Ordinal);
        if (end < 0) return null;
        var line = text[..end];
        text = text[(end + 2)..];
        return line;
    }
}
