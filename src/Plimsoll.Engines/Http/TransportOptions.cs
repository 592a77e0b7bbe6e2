namespace Plimsoll.Engines.Http;

/// <summary>How servers are spoken to.</summary>
public record TransportOptions
{
    /// <summary>HTTP without TLS even to another machine.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>PEM file of certificate authorities that are trusted besides the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Times that one request is tried, or one download resumed without a byte of progress.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How often one download is resumed in all: a connection that is cut each 20 MB still gives 1 GB.</summary>
    public int Resumes { get; init; } = 50;

    /// <summary>Before the second attempt; doubled for each further one.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause that a server may ask for by Retry-After; one that asks for more is not waited for.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for each piece of an answer.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for a connection, unless <see cref="Stall"/> is shorter: four times that the system asks for one again by itself.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one download may take in all: 1 GB at 2.5 Mbit/s.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>The time in which <see cref="WindowBytes"/> must come in while an answer is waited for.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>140 kbit/s: a layer of 100 MB takes an hour and a half.</summary>
    public int WindowBytes { get; init; } = 1 << 20;
}
