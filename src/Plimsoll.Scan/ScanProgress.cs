namespace Plimsoll.Scan;

/// <summary>How far a scan is, for whoever wants to look from another thread.</summary>
public sealed class ScanProgress
{
    private long done;
    private long total;

    /// <summary>What is being done now, `reading layers`.</summary>
    public string Stage { get; private set; } = "";

    /// <summary>Bytes read in this stage.</summary>
    public long Done => Interlocked.Read(ref done);

    /// <summary>Bytes that this stage has to read; 0 where it is not known.</summary>
    public long Total => Interlocked.Read(ref total);

    internal void Begin(string stage, long bytes = 0)
    {
        Stage = stage;
        Interlocked.Exchange(ref done, 0);
        Interlocked.Exchange(ref total, bytes);
    }

    internal void Advance(long bytes) => Interlocked.Add(ref done, bytes);
}
