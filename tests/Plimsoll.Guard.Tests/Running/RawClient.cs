using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>A socket that sends bytes as they are.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan patience = Waiting.Patience;
    private readonly TcpClient client = new();

    public RawClient(IPEndPoint to)
    {
        client.Connect(to);
        Stream = client.GetStream();
    }

    public Stream Stream { get; }

    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await Stream.WriteAsync(bytes);
        }
        catch (IOException) // The other side has refused already: what it said is read.
        {
        }
    }

    public void EndSending() => client.Client.Shutdown(SocketShutdown.Send);

    public void Reset() => client.Client.Close(0);

    /// <summary>All until the other side ends or resets.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new MemoryStream();
        using var late = new CancellationTokenSource(patience);
        var buffer = new byte[16384];
        try
        {
            while (await Stream.ReadAsync(buffer, late.Token) is var count and > 0) all.Write(buffer, 0, count);
        }
        catch (IOException)
        {
            all.Write("[reset]"u8);
        }
        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>Until what was read contains the text; what came too, comes too.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var all = new StringBuilder();
        using var late = new CancellationTokenSource(patience);
        var buffer = new byte[16384];
        while (!all.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await Stream.ReadAsync(buffer, late.Token);
            if (count == 0) throw new EndOfStreamException($"ended after `{all}`, before `{text}`");
            all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return all.ToString();
    }

    /// <summary>Status of one answer, read to its end; `broken off` when the connection ended first. Only for answers that nothing follows.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        try
        {
            var text = await ReadUntilAsync("\r\n\r\n");
            var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            if (text.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
            {
                if (!text.EndsWith("0\r\n\r\n", StringComparison.Ordinal)) await ReadUntilAsync("0\r\n\r\n");
            }
            else
            {
                var length = int.Parse(text.Split("Content-Length: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
                var rest = new byte[Math.Max(0, body + length - text.Length)];
                await Stream.ReadExactlyAsync(rest);
            }
            return text.Split(' ')[1];
        }
        catch (Exception thrown) when (thrown is IOException)
        {
            return "broken off";
        }
    }

    public void Dispose() => client.Dispose();
}
