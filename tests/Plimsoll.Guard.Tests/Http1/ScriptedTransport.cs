using System.Net;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Http1;

/// <summary>Gives pieces as they were cut, then the end; keeps what is written.</summary>
internal sealed class ScriptedTransport(IEnumerable<byte[]> pieces) : Transport
{
    private readonly Queue<byte[]> pieces = new(pieces.Where(piece => piece.Length > 0));
    private int at;

    public MemoryStream Written { get; } = new();
    public override IPEndPoint Remote { get; } = new(IPAddress.Loopback, 1);
    public override IPEndPoint Local { get; } = new(IPAddress.Loopback, 2);
    public override bool IsReadable => pieces.Count > 0;

    public override ValueTask<int> ReadAsync(Memory<byte> into)
    {
        if (into.IsEmpty || !pieces.TryPeek(out var piece)) return new(0);
        var count = Math.Min(into.Length, piece.Length - at);
        piece.AsSpan(at, count).CopyTo(into.Span);
        at += count;
        if (at == piece.Length)
        {
            pieces.Dequeue();
            at = 0;
        }
        return new(count);
    }

    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        Written.Write(bytes.Span);
        return new(true);
    }

    public override void ShutdownRead() => pieces.Clear();
    public override ValueTask ShutdownWriteAsync() => default;
    public override void Abort() => pieces.Clear();

    public override void Dispose()
    {
    }
}
