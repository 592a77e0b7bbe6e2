using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// The system's libpcre2-8 with its JIT compiler (pcre2api(3)), where it is installed. It sees bytes, each of which is a character, and
/// nothing but buffers whose length it is told. Code of the JIT counts steps from each place anew and cannot be stopped from outside. So only short
/// values are searched by the pattern as it stands, with few steps; long ones, and those that take more, by code that calls back
/// (<see cref="WatchedPattern"/>) and is stopped there when the time of the request is over.
/// </summary>
internal static unsafe class Pcre2
{
    // pcre2.h: the point matches line feeds, the dollar only the very end, as ModSecurity 2 has it; nothing switches to Unicode.
    private const uint options = 0x20 | 0x10 | 0x1000 | 0x800;
    private const uint useOffsetLimit = 0x0080_0000, jitComplete = 1;
    private const uint allOptions = 0, anchored = 0x8000_0000;
    private const int noMatch = -1, stackLimit = -46, matchLimit = -47;

    /// <summary>
    /// Places between looks at the time where no call comes, and parts that a long value is searched in at most: each search looks through all that
    /// follows for what a match must have.
    /// </summary>
    private const nuint fewPlaces = 1_024, mostParts = 4;

    private static readonly nint library = NativeLibrary.TryLoad("libpcre2-8.so.0", out var loaded) ? loaded : 0;
    private static readonly delegate* unmanaged<byte*, nuint, uint, int*, nuint*, nint, nint> compile = (delegate* unmanaged<byte*, nuint, uint, int*, nuint*, nint, nint>)Function("pcre2_compile_8");
    private static readonly delegate* unmanaged<nint, uint, int> jitCompile = (delegate* unmanaged<nint, uint, int>)Function("pcre2_jit_compile_8");
    private static readonly delegate* unmanaged<nint, uint, void*, int> info = (delegate* unmanaged<nint, uint, void*, int>)Function("pcre2_pattern_info_8");
    private static readonly delegate* unmanaged<nint, void> free = (delegate* unmanaged<nint, void>)Function("pcre2_code_free_8");

    public static bool IsThere => library != 0;

    /// <param name="pattern">Letters are bytes.</param>
    /// <param name="fault">What the library says of a pattern that it takes for wrong; null otherwise.</param>
    /// <returns>Null for a pattern that is wrong.</returns>
    public static Code? Compile(string pattern, out string? fault)
    {
        int error;
        nuint at;
        nint code;
        byte nothing;
        var bytes = Encoding.Latin1.GetBytes(pattern);
        fixed (byte* text = bytes) code = compile(text == null ? &nothing : text, (nuint)bytes.Length, options | useOffsetLimit, &error, &at, 0);
        fault = code == 0 ? $"{Message(error)} at {at}" : null;
        if (code == 0) return null;
        _ = jitCompile(code, jitComplete); // Where the processor has none, it interprets.
        uint all;
        _ = info(code, allOptions, &all);
        // `\G` asks where the search began, which must be the value's beginning.
        return new(code, pattern, isOneSearch: (all & anchored) != 0 || pattern.Contains("\\G", StringComparison.Ordinal));
    }

    /// <param name="effort">Of the request; null for time of its own.</param>
    /// <param name="start">Where the search begins; what stands before is seen by what looks behind.</param>
    public static Answer Ask(Code code, ReadOnlySpan<byte> value, Captures? captures, Effort? effort, int start = 0)
    {
        var thread = Pcre2Thread.Current;
        thread.Begin(effort, value.Length);
        if (thread.Effort.IsSpent) return Answer.Unknown;
        int groups;
        byte nothing;
        fixed (byte* bytes = value) groups = Match(code, bytes == null ? &nothing : bytes, (nuint)value.Length, (nuint)start, thread);
        GC.KeepAlive(code);
        if (groups == noMatch) return Answer.No;
        if (groups < 0) return Answer.Unknown;
        if (captures is null) return Answer.Yes;
        var places = thread.Places;
        for (var group = 0; group < (groups == 0 ? Captures.Most : groups); group++)
            if (places[2 * group] != nuint.MaxValue) captures.Set(group, new((int)places[2 * group], (int)(places[(2 * group) + 1] - places[2 * group])));
        return Answer.Yes;
    }

    private static int Match(Code code, byte* value, nuint length, nuint start, Pcre2Thread thread)
    {
        if (length <= Effort.LongValue)
        {
            var groups = thread.Match(code, value, length, start, nuint.MaxValue, isWatched: false);
            if (groups is not (matchLimit or stackLimit) || thread.Effort.IsSpent) return groups;
        }
        var watched = code.Watched;
        var stretch = watched is null ? fewPlaces : nuint.Max(fewPlaces, (length / mostParts) + 1);
        for (var from = start; ; from += stretch)
        {
            var isLast = code.IsOneSearch || length - from < stretch;
            // Where calls make a pattern too large for the library, it has the few steps of a short value at each place.
            var groups = thread.Match(watched ?? code, value, length, from, isLast ? nuint.MaxValue : from + stretch - 1, isWatched: watched is not null);
            if (groups != noMatch || isLast) return groups;
            if (thread.Effort.IsSpent) return matchLimit;
        }
    }

    private static string Message(int error)
    {
        Span<byte> text = stackalloc byte[256];
        int length;
        fixed (byte* bytes = text) length = ((delegate* unmanaged<int, byte*, nuint, int>)Function("pcre2_get_error_message_8"))(error, bytes, (nuint)text.Length);
        return length > 0 ? Encoding.ASCII.GetString(text[..length]) : $"error {error}";
    }

    internal static nint Function(string name) => library == 0 ? 0 : NativeLibrary.GetExport(library, name);

    /// <summary>A compiled pattern.</summary>
    internal sealed class Code : SafeHandleZeroOrMinusOneIsInvalid
    {
        private readonly string pattern;
        private Code? watched;
        private bool isTooLarge;

        /// <param name="isOneSearch">Whether the search must not be cut into stretches, since a match begins where the search does.</param>
        public Code(nint code, string pattern, bool isOneSearch) : base(ownsHandle: true)
        {
            this.pattern = pattern;
            SetHandle(code);
            IsOneSearch = isOneSearch;
        }

        public bool IsOneSearch { get; }

        /// <summary>The same with calls, made when it is first wanted; itself where nothing is repeated. Null for a pattern that is too large with them.</summary>
        public Code? Watched
        {
            get
            {
                if (watched is not null || isTooLarge) return watched;
                if (WatchedPattern.Write(pattern) is not { } text) watched = this;
                else if (Compile(text, out _) is not { } made) isTooLarge = true;
                else if (Interlocked.CompareExchange(ref watched, made, null) is not null) made.Dispose();
                return watched;
            }
        }

        protected override bool ReleaseHandle()
        {
            free(handle);
            return true;
        }
    }
}
