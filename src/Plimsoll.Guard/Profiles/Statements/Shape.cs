using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Plimsoll.Guard.Profiles.Statements;

/// <summary>A shape of one identity while the guard runs: what is permitted of it, and what was seen.</summary>
internal sealed class Shape(byte[] text)
{
    private const long minute = 60_000;

    /// <summary>Headroom: what was seen may double twice, and small numbers say little.</summary>
    private const int headroom = 4;
    private const long leastRows = 100;
    private const long leastBytes = 64 << 10;
    private const int leastPerMinute = 600;

    private long seenRows;
    private long seenBytes;
    private long window;
    private int inWindow;
    private int seenPerMinute;
    private int times;

    public byte[] Bytes { get; } = text;

    /// <summary>Of the entry of the profile, or what is known of it.</summary>
    public StatementEntry Entry { get; set; } = new(Encoding.UTF8.GetString(text));

    public string Text => Entry.Text;

    public string Id { get; } = IdOf(text);

    /// <summary>Whether the profile has it, and accepts each rule that is against it.</summary>
    public bool IsPermitted { get; set; }

    /// <summary>Ids of rules of what is known to be bad that match it.</summary>
    public IReadOnlyList<string> Bad { get; init; } = [];

    /// <summary>Only begins or ends transactions, which every client may and which no profile has.</summary>
    public bool IsHarmless { get; init; }

    /// <summary>Whether it was learned in this run.</summary>
    public bool IsLearned { get; set; }

    /// <summary>Sixteen hexadecimal digits of SHA-256.</summary>
    public static string IdOf(ReadOnlySpan<byte> text) => Convert.ToHexStringLower(SHA256.HashData(text))[..16];

    public static bool IsId(string text) => text.Length == 16 && text.All(char.IsAsciiHexDigitLower);

    public static string IdOf(string text) => IdOf(Encoding.UTF8.GetBytes(text));

    /// <summary>How often it has run in this run of the guard, with one more; what is above two is all the same.</summary>
    public int Again() => Volatile.Read(ref times) > 2 ? 3 : Interlocked.Increment(ref times);

    /// <summary>One more execution. False when that is more in this minute than it may be.</summary>
    /// <param name="now">Milliseconds that only grow.</param>
    public bool Enter(long now)
    {
        var current = now / minute;
        if (Volatile.Read(ref window) != current)
        {
            Volatile.Write(ref window, current);
            Volatile.Write(ref inWindow, 0);
        }
        var count = Interlocked.Increment(ref inWindow);
        if (count > seenPerMinute) seenPerMinute = count;
        return Entry.PerMinute == 0 || count <= Entry.PerMinute;
    }

    /// <summary>Whether an execution may give so much.</summary>
    public bool MayGive(long rows, long bytes) => (Entry.Rows == 0 || rows <= Entry.Rows) && (Entry.Bytes == 0 || bytes <= Entry.Bytes);

    /// <summary>An execution has ended. True when it was the largest so far.</summary>
    public bool Gave(long rows, long bytes)
    {
        var isNew = false;
        if (rows > Volatile.Read(ref seenRows)) (seenRows, isNew) = (rows, true);
        if (bytes > Volatile.Read(ref seenBytes)) (seenBytes, isNew) = (bytes, true);
        return isNew;
    }

    /// <summary>The entry with limits for what was seen and what it had, as powers of two so that the next run writes the same.</summary>
    public StatementEntry Learned() => Entry with
    {
        Rows = Math.Max(Entry.Rows, Room(seenRows, leastRows)),
        Bytes = Math.Max(Entry.Bytes, Room(seenBytes, leastBytes)),
        PerMinute = (int)Math.Max(Entry.PerMinute, Room(seenPerMinute, leastPerMinute)),
    };

    private static long Room(long seen, long least) => seen * headroom <= least ? least : (long)BitOperations.RoundUpToPowerOf2((ulong)seen * headroom);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id} {Text}");
}
