namespace Plimsoll.Guard.Events;

/// <summary>Where a queue writes. Used by one thread, which may be kept waiting. Never throws for what is wrong at the other end.</summary>
internal interface IEventTarget : IDisposable
{
    /// <param name="batch">Whole events, each with the format's separator behind it.</param>
    /// <returns>How many of them were lost.</returns>
    int Write(ReadOnlySpan<byte> batch, int events);

    /// <summary>Said from another thread: this is the end, no more patience.</summary>
    void Stop();
}
