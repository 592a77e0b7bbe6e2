using System.Net;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// A stream of bytes in both directions. Failure is a result, never an exception. One read and one write may run at once.
/// Deadlines are kept by <see cref="Deadlines"/>.
/// </summary>
internal abstract class Transport : Timed, IDisposable
{
    private long readBy = long.MaxValue;
    private long writeBy = long.MaxValue;

    public abstract IPEndPoint Remote { get; }
    public abstract IPEndPoint Local { get; }
    public virtual bool IsTls => false;

    /// <summary>Whether TLS agreed on `h2` (ALPN, RFC 7301).</summary>
    public virtual bool IsHttp2 => false;

    /// <summary>Under which rules on certificates of clients the handshake was; null when none was asked for.</summary>
    public virtual ClientTrust? Trust => null;

    /// <summary>What the client's certificate says, which was verified; null when it has shown none.</summary>
    public virtual ClientCertificate? Certificate => null;

    /// <summary>When the read that runs ends as if the other side had ended, in <see cref="Environment.TickCount64"/>; <see cref="HasTimedOut"/> tells the difference.</summary>
    public virtual long ReadBy { get => Volatile.Read(ref readBy); set => Volatile.Write(ref readBy, value); }

    /// <summary>When the write that runs fails, and with it the transport.</summary>
    public virtual long WriteBy { get => Volatile.Read(ref writeBy); set => Volatile.Write(ref writeBy, value); }

    public virtual bool HasTimedOut { get; set; }

    /// <summary>Whose deadlines <see cref="Deadlines"/> looks after.</summary>
    public virtual Transport Watched => this;

    /// <summary>Number of bytes; 0 at the end; -1 when broken. With an empty buffer it waits until something can be read.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> into);

    /// <summary>All bytes. False when broken.</summary>
    public abstract ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Whether bytes or an end have come that nobody waits for.</summary>
    public abstract bool IsReadable { get; }

    /// <summary>Ends the read that runs, and all after it. Writing goes on.</summary>
    public abstract void ShutdownRead();

    /// <summary>Tells the other side that nothing more comes.</summary>
    public abstract ValueTask ShutdownWriteAsync();

    /// <summary>Resets the connection: what runs fails.</summary>
    public abstract void Abort();

    public abstract void Dispose();

    public override bool IsLate(long now) => WriteBy < now || ReadBy < now;

    public override void Expire(long now)
    {
        var writes = WriteBy < now;
        if (!writes && ReadBy >= now) return; // Done in this moment.
        HasTimedOut = true;
        (ReadBy, WriteBy) = (long.MaxValue, long.MaxValue);
        if (writes) Abort();
        else ShutdownRead();
    }
}
