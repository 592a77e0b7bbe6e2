using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>
/// Processor time that patterns may take for one request, and again for its answer. It is the thread's time inside of libpcre2 alone, so that neither a
/// busy machine nor a program that has just started refuses anybody. The thread's clock is a system call: until the wall's, which cannot be slower,
/// has counted <see cref="trusted"/>, that one is enough, and no more than this is ever charged by it.
/// </summary>
internal sealed partial class Effort
{
    /// <summary>Bytes from which on a value is long: a pattern may take long for it, and what the value says is asked first and kept.</summary>
    public const int LongValue = 256;

    /// <summary>Nanoseconds for a message whose body has <see cref="freeBytes"/> at most; what is missing to 5 ms is for all that is no pattern, and what is under way at the end.</summary>
    private const long ordinary = 3_000_000;

    /// <summary>Nanoseconds for each further byte: of long ordinary bodies the worst, text with many apostrophes and source code, take 170 at paranoia level 1 and 420 at level 4.</summary>
    private const long freeBytes = 8 << 10, nanosecondsOfByte = 400;

    /// <summary>The longest body that is read; one that was compressed is not given time for what it became beyond that.</summary>
    private const long mostBytes = 1 << 20;

    /// <summary>Nanoseconds; ordinary requests take less.</summary>
    private const long trusted = 300_000;

    private const int threadTime = 3; // CLOCK_THREAD_CPUTIME_ID

    private long trust = trusted, wall, thread;

    /// <summary>Nanoseconds; what was under way when the time was over makes them negative.</summary>
    public long Left { get; private set; } = ordinary;

    /// <summary>Nothing is left: matches are not begun any more.</summary>
    public bool IsSpent => Left <= 0;

    public void Renew() => (Left, trust) = (ordinary, trusted);

    /// <summary>A body came.</summary>
    public void Extend(long bytes) => Left += Math.Clamp(bytes - freeBytes, 0, mostBytes) * nanosecondsOfByte;

    /// <summary>This thread begins to match, until <see cref="End"/>.</summary>
    public void Begin()
    {
        if (trust <= 0) thread = ThreadNanoseconds();
        wall = Stopwatch.GetTimestamp();
    }

    public void End() => Charge(Stopwatch.GetTimestamp());

    /// <summary>Nanoseconds that what is under way may still take, or fewer where the machine is busy; 0 and less when it has to stop.</summary>
    public long Look()
    {
        var now = Stopwatch.GetTimestamp();
        var passed = Nanoseconds(now);
        if (passed < (trust > 0 ? Math.Min(trust, Left) : Left)) return Left - passed;
        Charge(now);
        return Left;
    }

    /// <summary>Processor time of this thread since it began, in nanoseconds; the greatest number where there is no such clock.</summary>
    internal static long ThreadNanoseconds() => GetTime(threadTime, out var time) == 0 ? (time.Seconds * 1_000_000_000L) + time.Nanoseconds : long.MaxValue;

    private long Nanoseconds(long now) => Stopwatch.GetElapsedTime(wall, now).Ticks * TimeSpan.NanosecondsPerTick;

    private void Charge(long now)
    {
        long taken;
        if (trust > 0)
        {
            taken = Math.Min(Nanoseconds(now), trust);
            trust -= taken;
            if (trust <= 0) thread = ThreadNanoseconds();
        }
        else
        {
            var time = ThreadNanoseconds();
            taken = time - thread;
            thread = time;
        }
        (Left, wall) = (Left - taken, now);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
