using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>Inflates a compressed archive into the spool, up to its end, its first fault or a limit.</summary>
internal static class InflatedArchive
{
    private const int Piece = 256 * 1024;

    /// <returns>How many bytes there are, and why they end early if they do.</returns>
    public static (long Length, string? Broken) Write(Blob blob, Compression compression, Spool spool, Limits limits, ScanProgress? progress, DigestCheck? hash)
    {
        progress?.Begin("inflating the archive", blob.Length);
        var length = 0L;
        var buffer = GC.AllocateUninitializedArray<byte>(Piece);
        try
        {
            using var source = new BlobStream(blob, hash, new Handover(), progress);
            using var inflated = Compressions.Inflate(compression, source);
            while (true)
            {
                var read = inflated.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
                if (read == 0)
                {
                    source.Drain();
                    return (length, null); // Gzip that ends early shows as a tar that does.
                }
                var offset = spool.Reserve(read);
                if (offset < 0) return (length, $"it inflates to more than {limits.SpoolBytes:N0} bytes; the rest was not read");
                spool.Write(offset, buffer.AsSpan(0, read));
                length += read;
                if (length > 64L << 20 && length / Math.Max(1, source.Taken) > limits.Ratio) return (length, $"it inflates to more than {limits.Ratio:N0} times its size, as no real image does; the rest was not read");
            }
        }
        catch (Exception thrown) when (Compressions.IsCorruption(thrown))
        {
            return (length, $"it cannot be inflated beyond byte {length:N0} of its tar: its {compression.ToString().ToLowerInvariant()} data are corrupt");
        }
        catch (IOException failed)
        {
            throw new PlimsollException("no-space", $"`{blob.Name}` cannot be inflated into the temporary folder: {failed.Message}.", "Free space there, set TMPDIR to a larger folder, or inflate the archive yourself.");
        }
    }
}
