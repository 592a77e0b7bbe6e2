using System.Text;
using YamlDotNet.RepresentationModel;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>
/// The request of a stage as go-ftw sends it: HTTP/1.1 and GET when nothing else is said; Content-Type, Content-Length and
/// Connection are added unless `autocomplete_headers` is false; the data of a form that is not encoded becomes so.
/// </summary>
internal static class CoreRuleSetRequest
{
    private const string form = "application/x-www-form-urlencoded";

    public static byte[] Bytes(YamlMappingNode input)
    {
        if (CoreRuleSetSuite.Text(input, "encoded_request") is { } encoded) return Convert.FromBase64String(encoded);
        var head = new StringBuilder();
        head.Append($"{CoreRuleSetSuite.Text(input, "method") ?? "GET"} {CoreRuleSetSuite.Text(input, "uri") ?? "/"} {CoreRuleSetSuite.Text(input, "version") ?? "HTTP/1.1"}\r\n");
        var headers = input.Children.TryGetValue("headers", out var given) && given is YamlMappingNode mapping
            ? mapping.Children.Select(header => (Name: ((YamlScalarNode)header.Key).Value!, Value: ((YamlScalarNode)header.Value).Value ?? "")).ToList() : [];
        string? Header(string name) => headers.Find(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        void Add(string name, string value)
        {
            if (Header(name) is null) headers.Add((name, value));
        }
        var data = CoreRuleSetSuite.Text(input, "data") ?? "";
        if (CoreRuleSetSuite.Text(input, "autocomplete_headers") != "false")
        {
            if (data.Length > 0)
            {
                Add("Content-Type", form);
                if (Header("Content-Type") == form) data = Encoded(data);
                Add("Content-Length", Encoding.UTF8.GetByteCount(data).ToString());
            }
            else if (CoreRuleSetSuite.Text(input, "method") is "POST" or "PUT" or "PATCH" or "DELETE") Add("Content-Length", "0");
            Add("Connection", "close");
        }
        foreach (var (name, value) in headers) head.Append($"{name}: {value}\r\n");
        return Encoding.UTF8.GetBytes($"{head}\r\n{data}");
    }

    /// <summary>Names and values as Go's net/url writes them, with `;` as a byte like any other; as it stands when it is encoded already.</summary>
    private static string Encoded(string data)
    {
        if (Unescaped(data) != data) return data;
        return string.Join('&', data.Split('&').Select(pair => string.Join('=', pair.Split('=', 2).Select(Escaped))));
    }

    private static string? Unescaped(string text)
    {
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', at + 1))
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2])) return ""; // Go gives an error and no text.
        return Uri.UnescapeDataString(text.Replace('+', ' '));
    }

    private static string Escaped(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value =>
        char.IsAsciiLetterOrDigit((char)value) || "-_.~".Contains((char)value) ? ((char)value).ToString() : value == ' ' ? "+" : $"%{value:X2}"));
}
