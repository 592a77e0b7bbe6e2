using System.Text;
using System.Text.Json;
using Plimsoll.Core.Results;

namespace Plimsoll.Engines;

/// <summary>Reading what a server answered, bounded, and quoting it without its control characters.</summary>
internal static class Answer
{
    private const int QuotedLength = 200;

    /// <summary>Bytes of an answer that is no success, of which one sentence is quoted.</summary>
    private const int ErrorBytes = 64 * 1024;

    /// <exception cref="PlimsollException">Longer than the limit.</exception>
    /// <exception cref="IOException">The connection was cut.</exception>
    public static byte[] ReadAll(HttpResponseMessage response, int limit, string what)
    {
        using var source = response.Content.ReadAsStream();
        using var all = new MemoryStream();
        var buffer = new byte[32 * 1024];
        for (var read = source.Read(buffer); read > 0; read = source.Read(buffer))
        {
            if (all.Length + read > limit) throw new PlimsollException("answer-too-long", $"{what} has more than the {limit:N0} bytes that are read of its kind.", "Check that the right server answers.");
            all.Write(buffer, 0, read);
        }
        return all.ToArray();
    }

    /// <exception cref="PlimsollException">Too long or no JSON.</exception>
    public static JsonDocument ReadJson(HttpResponseMessage response, int limit, string what)
    {
        try
        {
            return JsonDocument.Parse(ReadAll(response, limit, what));
        }
        catch (JsonException malformed)
        {
            throw new PlimsollException("answer-malformed", $"{what} is no JSON: {malformed.Message}", "Check that the right server answers.");
        }
    }

    /// <summary>`404 no such image`: the status and what the server says on it, in one line. Docker and Podman send `message`, registries `errors[].message`.</summary>
    public static string Describe(HttpResponseMessage response)
    {
        var status = $"{(int)response.StatusCode} {Quote(response.ReasonPhrase ?? "")}".TrimEnd();
        try
        {
            var bytes = ReadAll(response, ErrorBytes, "");
            using var document = JsonDocument.Parse(bytes);
            var said = document.RootElement.Text("message") ?? document.RootElement.Member("errors").Items().Select(error => error.Text("message") ?? error.Text("code")).FirstOrDefault(text => text is not null);
            return said is null ? status : $"{status}: {Quote(said)}";
        }
        catch (Exception thrown) when (thrown is JsonException or IOException or HttpRequestException or PlimsollException)
        {
            return status; // It explains itself in no way that can be quoted; the status says what matters.
        }
    }

    public static string Quote(string text)
    {
        var quoted = new StringBuilder();
        foreach (var c in text.Trim())
        {
            if (quoted.Length >= QuotedLength) return quoted.Append('…').ToString();
            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c);
        }
        return quoted.ToString().TrimEnd('.');
    }
}
