using System.Buffers;
using System.Text.Json;
using Plimsoll.Guard.Egress;

namespace Plimsoll.Guard.Events;

/// <summary>
/// Events on their way to one target, which a thread of its own writes. Bounded: what a slow target leaves no room for is dropped
/// and counted, and the next event says how many. Recording never waits.
/// </summary>
internal sealed class EventQueue : IDisposable
{
    /// <summary>Bytes that wait to be written. Ten thousand events.</summary>
    private const int most = 4 << 20;

    /// <summary>Milliseconds in which events are gathered, so that load costs one write for many.</summary>
    private const int gathering = 10;

    /// <summary>How long the end waits for a target that takes nothing.</summary>
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly EventFormat format;
    private readonly IEventTarget target;
    private readonly Thread thread;
    private readonly SemaphoreSlim wake = new(0);
    private readonly Utf8JsonWriter json;
    private ArrayBufferWriter<byte> filling = new();
    private ArrayBufferWriter<byte> writing = new();
    private int events;
    private long unsaid;
    private long dropped;
    private bool ending;

    /// <param name="name">As metrics call it.</param>
    public EventQueue(string name, EventFormat format, IEventTarget target)
    {
        (Name, this.format, this.target) = (name, format, target);
        json = new(filling, new JsonWriterOptions { Encoder = ReadableJson.Instance, SkipValidation = true });
        thread = new(WriteAll) { IsBackground = true, Name = $"events to {name}" };
        thread.Start();
    }

    public string Name { get; }

    /// <summary>Events that did not come to the target, since the start.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    public void Record(in GuardEvent recorded)
    {
        lock (gate)
        {
            if (!HasRoom()) return;
            format.Write(json, recorded, unsaid);
            Complete();
        }
    }

    public void Record(Notice notice)
    {
        lock (gate)
        {
            if (!HasRoom()) return;
            format.Write(json, notice, unsaid);
            Complete();
        }
    }

    public void Record(EgressEvent recorded)
    {
        lock (gate)
        {
            if (!HasRoom()) return;
            format.Write(json, recorded, unsaid);
            Complete();
        }
    }

    private bool HasRoom()
    {
        if (filling.WrittenCount > most || ending)
        {
            Lost(1);
            return false;
        }
        json.Reset(filling);
        return true;
    }

    private void Complete()
    {
        json.Flush();
        filling.GetSpan(1)[0] = format.Separator;
        filling.Advance(1);
        unsaid = 0;
        if (events++ == 0) wake.Release();
    }

    private void Lost(int count)
    {
        unsaid += count;
        dropped += count;
    }

    private void WriteAll()
    {
        while (true)
        {
            wake.Wait();
            Thread.Sleep(gathering);
            bool isLast;
            int count;
            lock (gate)
            {
                (filling, writing) = (writing, filling);
                (count, events) = (events, 0);
                isLast = ending;
            }
            var lost = count == 0 ? 0 : target.Write(writing.WrittenSpan, count);
            if (lost > 0)
                lock (gate) Lost(lost);
            writing.ResetWrittenCount();
            if (isLast) return;
        }
    }

    /// <summary>Writes what waits, and gives up on a target that does not take it.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (ending) return;
            ending = true;
        }
        target.Stop();
        wake.Release();
        if (!thread.Join(patience)) return; // It holds what it needs until the process ends.
        wake.Dispose();
        json.Dispose();
        target.Dispose();
    }
}
