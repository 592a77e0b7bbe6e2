using System.Buffers;
using System.Text.Json;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Events;

/// <summary>
/// Events as lines of JSON on a stream, written by a thread of their own. Bounded: what a slow reader leaves no room for is
/// dropped and counted, and the next line says how many. Queries, fields and bodies are not in it.
/// </summary>
internal sealed class JsonLines : IEventSink, IDisposable
{
    /// <summary>Bytes that wait to be written. Ten thousand events.</summary>
    private const int most = 4 << 20;

    /// <summary>Milliseconds in which events are gathered, so that load costs one write for many.</summary>
    private const int gathering = 10;

    private const int mostOfPath = 256;

    private readonly Lock gate = new();
    private readonly Stream to;
    private readonly bool writesAll;
    private readonly Thread thread;
    private readonly SemaphoreSlim wake = new(0);
    private readonly Utf8JsonWriter json;
    private ArrayBufferWriter<byte> filling = new();
    private ArrayBufferWriter<byte> writing = new();
    private long dropped;
    private bool ending;

    /// <param name="writesAll">Whether forwarded requests are written too, not only what a verdict was against.</param>
    public JsonLines(Stream to, bool writesAll)
    {
        (this.to, this.writesAll) = (to, writesAll);
        json = new(filling, new JsonWriterOptions { SkipValidation = true });
        thread = new(WriteAll) { IsBackground = true, Name = "events" };
        thread.Start();
    }

    public void Record(in GuardEvent recorded)
    {
        if (!writesAll && recorded.Verdict.Passes) return;
        lock (gate)
        {
            if (filling.WrittenCount > most || ending)
            {
                dropped++;
                return;
            }
            var isFirst = filling.WrittenCount == 0;
            json.Reset(filling);
            Write(recorded);
            json.Flush();
            filling.Write("\n"u8);
            if (isFirst) wake.Release();
        }
    }

    private void Write(in GuardEvent recorded)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, recorded.Time);
        json.WriteString("decision"u8, recorded.Decision switch
        {
            Decision.Forward => "forwarded",
            Decision.ForwardRecorded => "detected",
            _ => "refused",
        });
        if (!recorded.Verdict.Passes)
        {
            json.WriteString("reason"u8, Reasons.Name(recorded.Verdict.Reason));
            if (recorded.Verdict.Where != Part.None) json.WriteString("where"u8, PartNames.Of(recorded.Verdict.Where));
            if (recorded.Verdict.At > 0) json.WriteNumber("at"u8, recorded.Verdict.At);
            if (recorded.Verdict.Rule > 0) json.WriteNumber("rule"u8, recorded.Verdict.Rule);
        }
        if (recorded.Request is { } judged) AmbiguityFields.Write(json, recorded.Verdict, judged);
        if (recorded.Site is not null) json.WriteString("site"u8, recorded.Site);
        Span<char> address = stackalloc char[64];
        if (recorded.Client.TryFormat(address, out var length)) json.WriteString("client"u8, address[..length]);
        if (recorded.Request is { } request && !request.Method.IsEmpty)
        {
            json.WriteString("method"u8, request[request.Method]);
            if (!request.Target.IsEmpty) WritePath(request.Path);
            if (!request.Authority.IsEmpty) json.WriteString("host"u8, request[request.Authority]);
        }
        if (recorded.Status > 0) json.WriteNumber("status"u8, recorded.Status);
        if (recorded.Upstream is not null) json.WriteString("upstream"u8, recorded.Upstream);
        if (recorded.RequestBytes > 0) json.WriteNumber("requestBytes"u8, recorded.RequestBytes);
        if (recorded.ResponseBytes > 0) json.WriteNumber("responseBytes"u8, recorded.ResponseBytes);
        if (recorded.Elapsed > TimeSpan.Zero) json.WriteNumber("microseconds"u8, (long)recorded.Elapsed.TotalMicroseconds);
        if (dropped > 0)
        {
            json.WriteNumber("droppedBefore"u8, dropped);
            dropped = 0;
        }
        json.WriteEndObject();
    }

    /// <summary>A path that was refused may be of any bytes.</summary>
    private void WritePath(ReadOnlySpan<byte> path)
    {
        Span<char> text = stackalloc char[mostOfPath];
        var length = Math.Min(path.Length, mostOfPath);
        for (var i = 0; i < length; i++) text[i] = path[i] is > 0x20 and < 0x7F ? (char)path[i] : '\uFFFD';
        json.WriteString("path"u8, text[..length]);
    }

    private void WriteAll()
    {
        while (true)
        {
            wake.Wait();
            Thread.Sleep(gathering);
            bool isLast;
            lock (gate)
            {
                (filling, writing) = (writing, filling);
                isLast = ending;
            }
            try
            {
                to.Write(writing.WrittenSpan);
                to.Flush();
            }
            catch (IOException) // Nobody reads any more: the guard goes on guarding.
            {
                lock (gate) dropped++;
            }
            writing.ResetWrittenCount();
            if (isLast) return;
        }
    }

    /// <summary>Writes what waits.</summary>
    public void Dispose()
    {
        lock (gate) ending = true;
        wake.Release();
        thread.Join();
        wake.Dispose();
        json.Dispose();
    }
}
