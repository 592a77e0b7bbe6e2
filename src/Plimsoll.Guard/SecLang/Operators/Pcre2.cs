using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// The system's libpcre2-8 with its JIT compiler (pcre2api(3)), where it is installed. It sees bytes, each of which is a character, and
/// nothing but buffers whose length it is told. How far it may search is bounded: code of the JIT counts steps from each place anew, so a long
/// value is searched in stretches of places, and between them the time is looked at.
/// </summary>
internal static unsafe class Pcre2
{
    // pcre2.h: the point matches line feeds, the dollar only the very end, as ModSecurity 2 has it; nothing switches to Unicode.
    private const uint options = 0x20 | 0x10 | 0x1000 | 0x800;
    private const uint useOffsetLimit = 0x0080_0000, jitComplete = 1;
    private const int noMatch = -1, matchLimit = -47;

    /// <summary>Steps that a match may go back from one place; hostile values reach it in a few milliseconds.</summary>
    private const uint mostSteps = 200_000;

    /// <summary>Places of a stretch at least, and stretches of a long value at most.</summary>
    private const nuint fewPlaces = 32, mostStretches = 64;

    private static readonly nint library = NativeLibrary.TryLoad("libpcre2-8.so.0", out var loaded) ? loaded : 0;
    private static readonly delegate* unmanaged<byte*, nuint, uint, int*, nuint*, nint, nint> compile = (delegate* unmanaged<byte*, nuint, uint, int*, nuint*, nint, nint>)Function("pcre2_compile_8");
    private static readonly delegate* unmanaged<nint, uint, int> jitCompile = (delegate* unmanaged<nint, uint, int>)Function("pcre2_jit_compile_8");
    private static readonly delegate* unmanaged<nint, void> free = (delegate* unmanaged<nint, void>)Function("pcre2_code_free_8");
    private static readonly delegate* unmanaged<nint, byte*, nuint, nuint, uint, nint, nint, int> match = (delegate* unmanaged<nint, byte*, nuint, nuint, uint, nint, nint, int>)Function("pcre2_match_8");

    private static readonly delegate* unmanaged<nint, nuint, int> setOffsetLimit = (delegate* unmanaged<nint, nuint, int>)Function("pcre2_set_offset_limit_8");

    public static bool IsThere => library != 0;

    /// <param name="fault">What the library says of a pattern that it takes for wrong; null otherwise.</param>
    /// <returns>Null for a pattern that is wrong.</returns>
    public static Code? Compile(ReadOnlySpan<byte> pattern, out string? fault)
    {
        int error;
        nuint at;
        nint code;
        byte nothing;
        fixed (byte* text = pattern) code = compile(text == null ? &nothing : text, (nuint)pattern.Length, options | useOffsetLimit, &error, &at, 0);
        if (code != 0) _ = jitCompile(code, jitComplete); // Where the processor has none, it interprets.
        fault = code == 0 ? $"{Message(error)} at {at}" : null;
        return code == 0 ? null : new(code, searchesOn: pattern.IndexOf("\\G"u8) >= 0);
    }

    public static Answer Ask(Code code, ReadOnlySpan<byte> value, Captures? captures)
    {
        var thread = ThreadState.Current;
        int groups;
        byte nothing;
        fixed (byte* bytes = value) groups = Match(code, bytes == null ? &nothing : bytes, (nuint)value.Length, thread);
        GC.KeepAlive(code);
        if (groups == noMatch) return Answer.No;
        if (groups < 0) return Answer.Unknown;
        if (captures is null) return Answer.Yes;
        var places = thread.Places;
        for (var group = 0; group < (groups == 0 ? Captures.Most : groups); group++)
            if (places[2 * group] != nuint.MaxValue) captures.Set(group, new((int)places[2 * group], (int)(places[(2 * group) + 1] - places[2 * group])));
        return Answer.Yes;
    }

    private static int Match(Code code, byte* value, nuint length, ThreadState thread)
    {
        var (pattern, data) = (code.DangerousGetHandle(), thread.DangerousGetHandle());
        var stretch = code.SearchesOn ? length : Math.Max(fewPlaces, length / mostStretches);
        var patience = length > stretch ? new Patience() : default;
        nuint from = 0;
        for (; length - from > stretch; from += stretch)
        {
            thread.SearchUntil(from + stretch - 1);
            var groups = match(pattern, value, length, from, 0, data, thread.Context);
            if (groups != noMatch) return groups;
            if (patience.IsOver()) return matchLimit;
        }
        thread.SearchUntil(nuint.MaxValue);
        return match(pattern, value, length, from, 0, data, thread.Context);
    }

    private static string Message(int error)
    {
        Span<byte> text = stackalloc byte[256];
        int length;
        fixed (byte* bytes = text) length = ((delegate* unmanaged<int, byte*, nuint, int>)Function("pcre2_get_error_message_8"))(error, bytes, (nuint)text.Length);
        return length > 0 ? System.Text.Encoding.ASCII.GetString(text[..length]) : $"error {error}";
    }

    private static nint Function(string name) => library == 0 ? 0 : NativeLibrary.GetExport(library, name);

    /// <summary>A compiled pattern.</summary>
    internal sealed class Code : SafeHandleZeroOrMinusOneIsInvalid
    {
        /// <param name="searchesOn">Whether it asks where the search began (`\G`), which must be the value's beginning then.</param>
        public Code(nint code, bool searchesOn) : base(ownsHandle: true)
        {
            SetHandle(code);
            SearchesOn = searchesOn;
        }

        public bool SearchesOn { get; }

        protected override bool ReleaseHandle()
        {
            free(handle);
            return true;
        }
    }

    /// <summary>What a thread needs to match: where groups go, limits and a stack; freed with the thread.</summary>
    private sealed class ThreadState : SafeHandleZeroOrMinusOneIsInvalid
    {
        private const int firstStack = 32 << 10, mostStack = 512 << 10;

        [ThreadStatic]
        private static ThreadState? current;

        private readonly nint stack;

        private ThreadState() : base(ownsHandle: true)
        {
            Context = ((delegate* unmanaged<nint, nint>)Function("pcre2_match_context_create_8"))(0);
            stack = ((delegate* unmanaged<nuint, nuint, nint, nint>)Function("pcre2_jit_stack_create_8"))(firstStack, mostStack, 0);
            SetHandle(((delegate* unmanaged<uint, nint, nint>)Function("pcre2_match_data_create_8"))(Captures.Most, 0));
            if (handle == 0 || Context == 0 || stack == 0) throw new InsufficientMemoryException();
            ((delegate* unmanaged<nint, nint, nint, void>)Function("pcre2_jit_stack_assign_8"))(Context, 0, stack);
            _ = ((delegate* unmanaged<nint, uint, int>)Function("pcre2_set_match_limit_8"))(Context, mostSteps);
            Places = ((delegate* unmanaged<nint, nuint*>)Function("pcre2_get_ovector_pointer_8"))(handle);
        }

        public static ThreadState Current => current ??= new();

        public nint Context { get; }

        /// <summary>The last place where a match may begin.</summary>
        public void SearchUntil(nuint place) => _ = setOffsetLimit(Context, place);

        /// <summary>Begin and end of each group; the maximum where it took no part.</summary>
        public nuint* Places { get; }

        protected override bool ReleaseHandle()
        {
            ((delegate* unmanaged<nint, void>)Function("pcre2_match_data_free_8"))(handle);
            ((delegate* unmanaged<nint, void>)Function("pcre2_match_context_free_8"))(Context);
            ((delegate* unmanaged<nint, void>)Function("pcre2_jit_stack_free_8"))(stack);
            return true;
        }
    }
}
