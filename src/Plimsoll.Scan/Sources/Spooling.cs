using Plimsoll.Core.Results;
using Plimsoll.Engines;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>Puts what an engine sends into the spool, bounded.</summary>
internal static class Spooling
{
    /// <param name="name">How messages call what is received.</param>
    public static Blob Receive(EngineStream source, string name, Spool spool, Limits limits, ScanProgress? progress)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(Blob.ReadSize);
        var (start, length) = (-1L, 0L);
        for (var read = source.Read(buffer); read > 0; read = source.Read(buffer))
        {
            var offset = Append(spool, buffer.AsSpan(0, read), name, limits);
            if (start < 0) start = offset;
            length += read;
            progress?.Advance(read);
        }
        return new Blob(spool.Handle, Math.Max(start, 0), length, name);
    }

    /// <summary>Writes behind all that is in the spool.</summary>
    public static long Append(Spool spool, ReadOnlySpan<byte> bytes, string name, Limits limits)
    {
        var offset = spool.Reserve(bytes.Length);
        if (offset < 0) throw new PlimsollException("target-too-large", $"`{name}` is larger than the {limits.SpoolBytes:N0} bytes that are taken into the temporary folder.", "Save it into a file and scan `archive:FILE`, which needs no copy.");
        try
        {
            spool.Write(offset, bytes);
            return offset;
        }
        catch (IOException failed)
        {
            throw new PlimsollException("no-space", $"`{name}` cannot be written into the temporary folder: {failed.Message.TrimEnd('.')}.", "Free space there or set TMPDIR to a larger folder.");
        }
    }
}
