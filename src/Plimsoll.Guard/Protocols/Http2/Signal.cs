using System.Threading.Tasks.Sources;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Something that one exchange waits for, again and again, without an allocation. Used under the session's gate but for <see cref="Set"/>.</summary>
internal sealed class Signal : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> source;
    private bool isAwaited;

    /// <summary>To be awaited outside the gate.</summary>
    public ValueTask Begin()
    {
        source.Reset();
        isAwaited = true;
        return new(this, source.Version);
    }

    /// <summary>Itself, to be set outside the gate, when somebody waits and nobody else has taken it.</summary>
    public Signal? Take()
    {
        if (!isAwaited) return null;
        isAwaited = false;
        return this;
    }

    /// <summary>What waited goes on in here.</summary>
    public void Set() => source.SetResult(true);

    void IValueTaskSource.GetResult(short token) => source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => source.OnCompleted(continuation, state, token, flags);
}

/// <summary>Signals of one stream to be set outside the gate.</summary>
internal readonly record struct Wakes(Signal? Reader, Signal? Writer)
{
    public void Set()
    {
        Reader?.Set();
        Writer?.Set();
    }
}
