namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>How the last streams ended: frames for one that the guard reset are late, those for one that the client ended are wrong (RFC 9113, section 5.1).</summary>
internal sealed class EndedStreams
{
    private const int remembered = 256;
    private int[]? streams;
    private int next;

    public enum How
    {
        /// <summary>Never begun, or long ago.</summary>
        Unknown,
        ByClient,
        ByGuard,
    }

    /// <param name="byGuard">Reset by the guard before the client had ended it.</param>
    public void Add(int stream, bool byGuard)
    {
        streams ??= new int[remembered];
        streams[next] = byGuard ? -stream : stream;
        next = (next + 1) % remembered;
    }

    public How this[int stream]
    {
        get
        {
            if (streams is null) return How.Unknown;
            return streams.AsSpan().Contains(stream) ? How.ByClient : streams.AsSpan().Contains(-stream) ? How.ByGuard : How.Unknown;
        }
    }
}
