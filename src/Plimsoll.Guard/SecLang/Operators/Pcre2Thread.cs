using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>What a thread needs to match with libpcre2: where groups go, limits, a stack, and what it is called back with; freed with the thread.</summary>
internal sealed unsafe class Pcre2Thread : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int firstStack = 32 << 10, mostStack = 512 << 10;

    /// <summary>Steps from one place of a pattern without calls. Each may pass over the whole value, so that steps times bytes are bounded, but for values so short that it does not matter.</summary>
    private const int stepBytes = 32_000, leastSteps = 64, mostSteps = 1_000;

    /// <summary>Calls between looks at the time. Before each the whole value may have been passed over, at some 2 ns a byte: calls times bytes are some 2 ms at most.</summary>
    private const int callBytes = 1_000_000, leastCalls = 8, mostCalls = 256;

    /// <summary>Nanoseconds before the end of the time; from there on it is looked at more often.</summary>
    private const int nearEnd = 2_000_000, oftenNearEnd = 4;

    private const int stop = -37; // PCRE2_ERROR_CALLOUT

    [ThreadStatic]
    private static Pcre2Thread? current;

    private static readonly delegate* unmanaged<nint, byte*, nuint, nuint, uint, nint, nint, int> match = (delegate* unmanaged<nint, byte*, nuint, nuint, uint, nint, nint, int>)Pcre2.Function("pcre2_match_8");
    private static readonly delegate* unmanaged<nint, uint, int> setMatchLimit = (delegate* unmanaged<nint, uint, int>)Pcre2.Function("pcre2_set_match_limit_8");
    private static readonly delegate* unmanaged<nint, nuint, int> setOffsetLimit = (delegate* unmanaged<nint, nuint, int>)Pcre2.Function("pcre2_set_offset_limit_8");

    private readonly nint stack, unwatched, watched;

    /// <summary>Counted down by each call, which so costs little.</summary>
    private readonly int* callsLeft = (int*)NativeMemory.Alloc(sizeof(int));
    private readonly Effort own = new();
    private int steps, calls;

    internal Pcre2Thread() : base(ownsHandle: true)
    {
        stack = ((delegate* unmanaged<nuint, nuint, nint, nint>)Pcre2.Function("pcre2_jit_stack_create_8"))(firstStack, mostStack, 0);
        SetHandle(((delegate* unmanaged<uint, nint, nint>)Pcre2.Function("pcre2_match_data_create_8"))(Captures.Most, 0));
        (unwatched, watched, Effort) = (Context(), Context(), own);
        if (handle == 0 || stack == 0 || unwatched == 0 || watched == 0) throw new InsufficientMemoryException();
        foreach (var context in (ReadOnlySpan<nint>)[unwatched, watched]) ((delegate* unmanaged<nint, nint, nint, void>)Pcre2.Function("pcre2_jit_stack_assign_8"))(context, 0, stack);
        _ = ((delegate* unmanaged<nint, nint, nint, int>)Pcre2.Function("pcre2_set_callout_8"))(watched, (nint)(delegate* unmanaged<nint, int*, int>)&Called, (nint)callsLeft);
        _ = setMatchLimit(watched, uint.MaxValue);
        Places = ((delegate* unmanaged<nint, nuint*>)Pcre2.Function("pcre2_get_ovector_pointer_8"))(handle);
    }

    public static Pcre2Thread Current => current ??= new();

    /// <summary>Begin and end of each group; the maximum where it took no part.</summary>
    public nuint* Places { get; }

    /// <summary>Of the value that is searched now.</summary>
    public Effort Effort { get; private set; }

    /// <summary>A value comes.</summary>
    /// <param name="request">Null for time of its own.</param>
    public void Begin(Effort? request, int bytes)
    {
        if (request is null) own.Renew();
        Effort = request ?? own;
        calls = Math.Clamp(callBytes / (bytes + 1), leastCalls, mostCalls);
        var most = Math.Clamp(stepBytes / (bytes + 1), leastSteps, mostSteps);
        if (most == steps) return;
        steps = most;
        _ = setMatchLimit(unwatched, (uint)most);
    }

    /// <param name="from">Where the search begins.</param>
    /// <param name="last">The last place where a match may begin.</param>
    /// <param name="isWatched">Whether the pattern calls back; else its steps are few.</param>
    /// <returns>The number of groups, 0 for more than there is room for, or an error of pcre2.h.</returns>
    public int Match(Pcre2.Code code, byte* value, nuint length, nuint from, nuint last, bool isWatched)
    {
        var context = isWatched ? watched : unwatched;
        _ = setOffsetLimit(context, last);
        *callsLeft = Calls(Effort.Left);
        Effort.Begin();
        var groups = match(code.DangerousGetHandle(), value, length, from, 0, handle, context);
        Effort.End();
        return groups;
    }

    protected override bool ReleaseHandle()
    {
        ((delegate* unmanaged<nint, void>)Pcre2.Function("pcre2_match_data_free_8"))(handle);
        foreach (var context in (ReadOnlySpan<nint>)[unwatched, watched]) ((delegate* unmanaged<nint, void>)Pcre2.Function("pcre2_match_context_free_8"))(context);
        ((delegate* unmanaged<nint, void>)Pcre2.Function("pcre2_jit_stack_free_8"))(stack);
        NativeMemory.Free(callsLeft);
        return true;
    }

    private static nint Context() => ((delegate* unmanaged<nint, nint>)Pcre2.Function("pcre2_match_context_create_8"))(0);

    [UnmanagedCallersOnly]
    private static int Called(nint block, int* left)
    {
        if (--*left > 0) return 0;
        var time = current!.Effort.Look();
        *left = current.Calls(time);
        return time <= 0 ? stop : 0;
    }

    private int Calls(long time) => time < nearEnd ? calls / oftenNearEnd : calls;
}
