using System.Runtime.InteropServices;

namespace Plimsoll.Guard.Tests.Injection;

/// <summary>The detector of Debian's libmodsecurity3, which judges by tables of token sequences: what ours is compared with.</summary>
internal static unsafe class LibInjection
{
    private const string library = "libmodsecurity.so.3";

    [DllImport(library)]
    private static extern int libinjection_sqli(byte* text, nint length, byte* fingerprint);

    [DllImport(library)]
    private static extern int libinjection_xss(byte* text, nint length);

    public static bool IsThere => NativeLibrary.TryLoad(library, out _);

    public static bool Sql(ReadOnlySpan<byte> value)
    {
        var fingerprint = stackalloc byte[32];
        fixed (byte* text = Terminated(value)) return libinjection_sqli(text, value.Length, fingerprint) != 0;
    }

    public static bool Markup(ReadOnlySpan<byte> value)
    {
        fixed (byte* text = Terminated(value)) return libinjection_xss(text, value.Length) != 0;
    }

    private static byte[] Terminated(ReadOnlySpan<byte> value) => [.. value, 0];
}
