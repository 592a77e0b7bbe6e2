using System.Buffers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>Bytes in an array of the shared pool, which gets it back when the stream is closed.</summary>
internal sealed class RentedStream(byte[] rented, int length) : MemoryStream(rented, 0, length, writable: false)
{
    private byte[]? toReturn = rented;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (toReturn is { } array) ArrayPool<byte>.Shared.Return(array);
        toReturn = null;
    }
}
