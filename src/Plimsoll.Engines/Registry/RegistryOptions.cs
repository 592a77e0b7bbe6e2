namespace Plimsoll.Engines.Registry;

/// <summary>How registries are spoken to.</summary>
public sealed record RegistryOptions
{
    public static readonly RegistryOptions Default = new();

    /// <summary>HTTP without TLS even to another machine.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>PEM file of certificate authorities that are trusted besides the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Times that one request is tried, or one blob resumed without a byte of progress.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How often one blob is resumed in all: a connection that is cut each 20 MB still gives a layer of 1 GB.</summary>
    public int Resumes { get; init; } = 50;

    /// <summary>Before the second attempt; doubled for each further one.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause that a server may ask for by Retry-After; one that asks for more is not waited for.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long to wait for a connection, and for each piece of an answer.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time in which <see cref="WindowBytes"/> must come in while an answer is waited for.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>140 kbit/s: a layer of 100 MB takes an hour and a half.</summary>
    public int WindowBytes { get; init; } = 1 << 20;
}
