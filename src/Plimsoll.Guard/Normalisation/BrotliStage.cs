using System.Buffers;
using System.IO.Compression;

namespace Plimsoll.Guard.Normalisation;

/// <summary>Brotli (RFC 7932), by the base library's decoder. Its memory is the library's, 16 MiB at most by the format's window, and freed with the body.</summary>
internal sealed class BrotliStage(ValueArena arena) : CodingStage(arena), IDisposable
{
    private readonly byte[] output = new byte[4096];
    private BrotliDecoder decoder;
    private bool isDone;

    public override void Begin(BodyReader receiver)
    {
        base.Begin(receiver);
        Dispose();
        decoder = default;
        isDone = false;
    }

    protected override bool IsComplete => isDone;

    protected override void Decode(ReadOnlySpan<byte> piece)
    {
        while (!Stopped)
        {
            if (isDone)
            {
                if (!piece.IsEmpty) Stop(Ambiguity.CodingTrailingBytes);
                return;
            }
            var status = decoder.Decompress(piece, output, out var consumed, out var written);
            piece = piece[consumed..];
            if (status == OperationStatus.InvalidData)
            {
                Stop(Ambiguity.CorruptCoding);
                return;
            }
            Give(output.AsSpan(0, written));
            isDone = status == OperationStatus.Done;
            if (status == OperationStatus.NeedMoreData) return;
        }
    }

    public void Dispose() => decoder.Dispose();
}
