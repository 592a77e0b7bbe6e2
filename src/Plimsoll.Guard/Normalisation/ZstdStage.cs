using ZstdSharp.Unsafe;

namespace Plimsoll.Guard.Normalisation;

/// <summary>Zstandard (RFC 8878) with a window of at most 8 MiB, which is what RFC 9659 allows in HTTP.</summary>
internal sealed unsafe class ZstdStage(ValueArena arena) : CodingStage(arena), IDisposable
{
    private const int windowLog = 23;
    private readonly byte[] output = new byte[4096];
    private ZSTD_DCtx_s* context;
    private bool isBetween, hadFrame;

    public override void Begin(BodyReader receiver)
    {
        base.Begin(receiver);
        Dispose();
        context = Methods.ZSTD_createDCtx();
        Methods.ZSTD_DCtx_setParameter(context, ZSTD_dParameter.ZSTD_d_windowLogMax, windowLog);
        (isBetween, hadFrame) = (false, false);
    }

    protected override bool IsComplete => isBetween;

    protected override void Decode(ReadOnlySpan<byte> piece)
    {
        fixed (byte* source = piece, target = output)
        {
            var input = new ZSTD_inBuffer_s { src = source, size = (nuint)piece.Length, pos = 0 };
            while (!Stopped)
            {
                if (isBetween && input.pos < input.size)
                {
                    if (hadFrame) Note(Ambiguity.SeveralMembers);
                    isBetween = false;
                }
                var decoded = new ZSTD_outBuffer_s { dst = target, size = (nuint)output.Length, pos = 0 };
                var left = Methods.ZSTD_decompressStream(context, &decoded, &input);
                if (Methods.ZSTD_isError(left))
                {
                    Stop(hadFrame && decoded.pos == 0 ? Ambiguity.CodingTrailingBytes : Ambiguity.CorruptCoding);
                    return;
                }
                Give(output.AsSpan(0, (int)decoded.pos));
                if (left == 0) isBetween = hadFrame = true;
                if (input.pos == input.size && decoded.pos < decoded.size) return;
            }
        }
    }

    public void Dispose()
    {
        Methods.ZSTD_freeDCtx(context);
        context = null;
    }
}
