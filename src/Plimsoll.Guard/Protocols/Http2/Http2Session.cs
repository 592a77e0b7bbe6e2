using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>
/// What the streams of a connection share: the output, the windows, who waits. Streams run on several threads at once, so
/// what is said to be under the gate holds <see cref="Gate"/>; signals are set outside it.
/// </summary>
internal sealed class Http2Session(Transport transport, GuardLimits limits) : Timed
{
    /// <summary>RFC 9113, section 6.9.2.</summary>
    public const int DefaultWindow = 65_535;

    /// <summary>Our SETTINGS_MAX_FRAME_SIZE, the smallest there is, and what we send at most.</summary>
    public const int MostOfFrame = 16_384;

    /// <summary>Writes after which a thread that goes on writing lets others go on.</summary>
    private const int mostInARow = 16;

    private readonly Queue<Http2ClientStream> waiting = new();
    private readonly Stack<Http2ClientStream> spare = new();
    private readonly Signal idle = new();
    private readonly Signal drained = new();
    private FrameBuffer filling = new();
    private FrameBuffer sending = new();
    private Allowance resets = new(limits.Resets, limits.ResetsRate);
    private Allowance controls = new(limits.ControlFrames, limits.ControlFramesRate);
    private bool isWriting;
    private bool isCorked;
    private bool isClosing;
    private int unreturned;
    private long earliest = long.MaxValue;

    public Lock Gate { get; } = new();
    public Transport Transport => transport;
    public GuardLimits Limits => limits;

    /// <summary>Streams whose exchange runs.</summary>
    public Dictionary<int, Http2ClientStream> Active { get; } = [];

    public EndedStreams Ended { get; } = new();

    /// <summary>Frames to be sent; under the gate, then <see cref="Kick"/>.</summary>
    public FrameBuffer Output => filling;

    /// <summary>Nothing more can be sent.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Streams have to wait until some was sent.</summary>
    public bool IsFull => filling.Count >= limits.OutputBytes;

    /// <summary>What the client's windows allow to all streams together.</summary>
    public long SendWindow { get; set; } = DefaultWindow;

    /// <summary>What our window still allows to the client.</summary>
    public int ReceiveWindow { get; set; } = limits.ConnectionWindow;

    /// <summary>The client's SETTINGS_INITIAL_WINDOW_SIZE.</summary>
    public int InitialWindow { get; private set; } = DefaultWindow;

    /// <summary>The client set a size for the table that we do not use, and must be told so at the next header block.</summary>
    public bool MustTellTable { get; set; }

    /// <summary>When the rest of what has begun to come must be there. Under the gate.</summary>
    public long PartialBy { get; set; } = long.MaxValue;

    /// <summary>The last stream that was begun.</summary>
    public int LastStream { get; set; }

    /// <summary>No stream is begun any more.</summary>
    public bool Drains { get; private set; }

    /// <summary>An exchange has thrown: the connection ends.</summary>
    public bool HasCrashed { get; private set; }

    /// <summary>Takes a frame without use, or a broken stream, off what is allowed. Under the gate.</summary>
    public Reason Charge(Reason flood)
    {
        var now = Environment.TickCount64;
        return (flood == Reason.RapidReset ? resets.TryTake(now) : controls.TryTake(now)) ? Reason.None : flood;
    }

    /// <summary>Frames of the client that an exchange explains, as window updates. Under the gate.</summary>
    public void Earn(int frames) => controls.Earn(frames);

    /// <summary>
    /// Whether one stream more is too many. Under the gate. One whose answer is written as a whole has ended for the client, who
    /// may begin the next before the exchange is over here; one that was reset has not, however soon the client resets it.
    /// </summary>
    public bool IsCrowded
    {
        get
        {
            if (Active.Count < limits.Streams) return false;
            var complete = 0;
            foreach (var stream in Active.Values)
                if (stream.IsComplete) complete++;
            return Active.Count - complete >= limits.Streams || complete >= limits.Streams;
        }
    }

    /// <summary>A stream to begin. Under the gate.</summary>
    public Http2ClientStream Take() => spare.TryPop(out var stream) ? stream : new(this);

    /// <summary>So many bytes of bodies are read, or thrown away: the client may send as many again. Under the gate.</summary>
    public void Return(int bytes)
    {
        unreturned += bytes;
        if (unreturned < limits.ConnectionWindow / 2) return;
        ReceiveWindow += unreturned;
        Output.WriteWindowUpdate(0, unreturned);
        unreturned = 0;
    }

    /// <summary>The exchange is over. Nobody uses the stream afterwards.</summary>
    public void Finish(Http2ClientStream stream)
    {
        Signal? last;
        bool ends;
        lock (Gate)
        {
            stream.Close();
            Active.Remove(stream.Id);
            spare.Push(stream);
            last = Active.Count == 0 ? idle.Take() : null;
            ends = Active.Count == 0 && Drains && !isClosing;
            if (Active.Count == 0) transport.ReadBy = Math.Min(PartialBy, Environment.TickCount64 + limits.IdleTime);
        }
        Kick();
        last?.Set();
        if (ends) transport.ShutdownRead();
    }

    /// <summary>Ends the connection for a bug of ours.</summary>
    public void Crash()
    {
        HasCrashed = true;
        transport.ShutdownRead();
    }

    /// <summary>Waits until no exchange runs.</summary>
    public async ValueTask WhenIdleAsync()
    {
        ValueTask waits;
        lock (Gate)
        {
            isClosing = true;
            if (Active.Count == 0) return;
            waits = idle.Begin();
        }
        await waits;
    }

    /// <summary>Tells the client that no more streams are begun. True when none runs.</summary>
    public bool Drain()
    {
        bool isIdle;
        lock (Gate)
        {
            if (!Drains) Output.WriteGoAway(LastStream, ErrorCode.NoError);
            Drains = true;
            isIdle = Active.Count == 0;
        }
        Kick();
        return isIdle;
    }

    /// <summary>The client's SETTINGS_INITIAL_WINDOW_SIZE, which changes the windows of all streams. Under the gate.</summary>
    public Reason Widen(int window, ref List<Signal>? writers)
    {
        var fault = Reason.None;
        foreach (var stream in Active.Values)
        {
            if (!stream.TryWiden((long)window - InitialWindow, out var writer)) fault = Reason.FlowControl;
            if (writer is not null) (writers ??= []).Add(writer);
        }
        InitialWindow = window;
        return fault;
    }

    /// <summary>Gives unused streams up, but for a few. Under the gate.</summary>
    public void Trim()
    {
        const int kept = 2;
        if (spare.Count <= kept) return;
        while (spare.Count > kept) spare.Pop();
        spare.TrimExcess();
    }

    /// <summary>While it is corked, what is written waits, so that the answers to frames that came together leave together.</summary>
    public void Cork()
    {
        lock (Gate) isCorked = true;
    }

    public void Uncork()
    {
        lock (Gate) isCorked = false;
        Kick();
    }

    /// <summary>Sends what was written. Not under the gate.</summary>
    public void Kick()
    {
        lock (Gate)
        {
            if (IsBroken) filling.Clear();
            if (isWriting || isCorked || filling.Count == 0) return;
            isWriting = true;
            (filling, sending) = (sending, filling);
        }
        _ = WriteAsync();
    }

    /// <summary>Waits until all that was written is sent, or cannot be.</summary>
    public async ValueTask DrainOutputAsync()
    {
        Kick();
        ValueTask waits;
        lock (Gate)
        {
            if (!isWriting) return;
            waits = drained.Begin();
        }
        await waits;
    }

    /// <summary>Ends all streams, and what is written from now on is thrown away.</summary>
    public void Break(Reason reason)
    {
        var wakes = new List<Wakes>();
        lock (Gate)
        {
            IsBroken = true;
            filling.Clear();
            foreach (var stream in Active.Values) wakes.Add(stream.Break(reason));
        }
        foreach (var wake in wakes) wake.Set();
    }

    /// <summary>The client sends no more: bodies that are not whole are cut off, other requests are answered.</summary>
    public void EndReceiving()
    {
        var wakes = new List<Wakes>();
        lock (Gate)
        {
            foreach (var stream in Active.Values) wakes.Add(stream.CutOff());
        }
        foreach (var wake in wakes) wake.Set();
    }

    /// <summary>Will be woken when some was sent or a window of the connection has room. Under the gate.</summary>
    public void Await(Http2ClientStream stream)
    {
        if (stream.IsQueued) return;
        stream.IsQueued = true;
        waiting.Enqueue(stream);
    }

    /// <summary>Lets those go on who wait to write, each once.</summary>
    public void WakeWriters()
    {
        int count;
        lock (Gate) count = waiting.Count;
        for (; count > 0; count--)
        {
            Signal? writer;
            lock (Gate)
            {
                if (!waiting.TryDequeue(out var stream)) return;
                stream.IsQueued = false;
                writer = stream.TakeWriter();
            }
            writer?.Set();
        }
    }

    /// <summary>A stream waits no longer than this. Under the gate.</summary>
    public void Limit(long deadline) => Volatile.Write(ref earliest, Math.Min(earliest, deadline));

    public override bool IsLate(long now) => Volatile.Read(ref earliest) < now;

    public override void Expire(long now)
    {
        var wakes = new List<Wakes>();
        lock (Gate)
        {
            earliest = long.MaxValue;
            foreach (var stream in Active.Values)
            {
                wakes.Add(stream.Expire(now));
                Limit(stream.Deadline);
            }
        }
        foreach (var wake in wakes) wake.Set();
        Kick();
    }

    private async Task WriteAsync()
    {
        for (var writes = 1; ; writes++)
        {
            transport.WriteBy = Environment.TickCount64 + limits.WriteTime;
            var sent = await transport.WriteAsync(sending.Written);
            transport.WriteBy = long.MaxValue;
            if (!sent) Break(transport.HasTimedOut ? Reason.SlowReader : Reason.ClientGone);
            lock (Gate) sending.Clear();
            WakeWriters();
            Signal? last;
            lock (Gate)
            {
                if (IsBroken) filling.Clear();
                isWriting = filling.Count > 0;
                (filling, sending) = (sending, filling);
                last = isWriting ? null : drained.Take();
                if (!isWriting && last is null) return;
            }
            if (last is not null)
            {
                last.Set();
                return;
            }
            if (writes % mostInARow == 0) await Task.Yield();
        }
    }
}
