using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// Time for one value and one pattern. It is processor time of the thread, so that a busy machine refuses nobody; the wall's clock, which costs
/// no system call and cannot be slower, is looked at first.
/// </summary>
internal struct Patience()
{
    /// <summary>Counted anew from when the wall's clock has passed it, so twice this at most before a step that is under way.</summary>
    private const long mostMilliseconds = 20;

    private const int threadTime = 3; // CLOCK_THREAD_CPUTIME_ID

    private readonly long began = Stopwatch.GetTimestamp();
    private long worked = -1;

    /// <summary>Whether the thread has worked longer than this since the wall's clock said so for the first time.</summary>
    public bool IsOver()
    {
        if (worked < 0)
        {
            if (Stopwatch.GetElapsedTime(began).TotalMilliseconds > mostMilliseconds) worked = Worked();
            return false;
        }
        return Worked() - worked > mostMilliseconds * 1_000_000;
    }

    private static long Worked() => GetTime(threadTime, out var time) == 0 ? (time.Seconds * 1_000_000_000L) + time.Nanoseconds : long.MaxValue;

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Time time);

    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
