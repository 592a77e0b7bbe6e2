using System.Runtime.CompilerServices;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>Writes a body piece by piece, in chunks where its length was not told.</summary>
/// <param name="most">Bytes that may wait in the output before a piece is added.</param>
internal sealed class BodyWriter(OutputBuffer output, int most)
{
    public bool IsChunked { get; set; }

    /// <summary>False when the transport is broken or too slow.</summary>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> piece)
    {
        if (piece.IsEmpty) return new(true);
        if (output.Count > most) return FlushedFirst(piece);
        Append(piece.Span);
        return new(true);
    }

    public void End()
    {
        if (IsChunked) output.Write("0\r\n\r\n"u8);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FlushedFirst(ReadOnlyMemory<byte> piece)
    {
        if (!await output.FlushAsync()) return false;
        Append(piece.Span);
        return true;
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        if (IsChunked)
        {
            output.WriteHex(piece.Length);
            output.Write("\r\n"u8);
        }
        output.Write(piece);
        if (IsChunked) output.Write("\r\n"u8);
    }
}
