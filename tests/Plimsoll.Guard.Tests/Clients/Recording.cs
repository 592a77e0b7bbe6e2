using System.Text;
using Plimsoll.Guard.Tests.KnownTechniques;

namespace Plimsoll.Guard.Tests.Clients;

/// <summary>What a real client sent on one connection; record.mjs says how it came about.</summary>
internal sealed record Recording(string Name, byte[] Bytes)
{
    public static IReadOnlyList<Recording> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Clients"), "*.http").Order(StringComparer.Ordinal).Select(path => new Recording(Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path)))];

    public bool IsWebSocket => Name.Contains("websocket", StringComparison.Ordinal);

    /// <summary>The bytes that are HTTP: a WebSocket's frames are not.</summary>
    public byte[] Http => IsWebSocket ? Bytes[..(Bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4)] : Bytes;

    public IReadOnlyList<StrictMessage> Requests => StrictReader.Requests(Encoding.Latin1.GetString(Http)).Messages;

    /// <summary>As a technique that must pass.</summary>
    public Technique AsTechnique => new()
    {
        Id = Name,
        Family = "clients",
        Source = "a real client",
        Must = Must.Passes,
        Requests = Requests.Count,
        IsAlone = IsWebSocket || Requests[^1].Values("Connection").Contains("close") || Requests[^1].Start.EndsWith("HTTP/1.0", StringComparison.Ordinal),
        Request = IsWebSocket ? [new(Http, 0), new([], 300), new(Bytes[Http.Length..], 0), new([], 300)] : [new(Bytes, 0)],
    };
}
