using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Limits;

/// <summary>
/// Whether a path is beneath a route whose load is limited, however it is written: any of the ways in which a server may take
/// `/Login`, `//login`, `/%6Cogin`, `/a/../login` or `/;a/login` for `/login`. What could be it, is it: a limit must not be escaped by spelling.
/// </summary>
internal static class RoutePath
{
    /// <summary>Of a path that is written in an odd way. A longer one may be anything, so it is beneath every route.</summary>
    private const int longest = 8 << 10;

    /// <param name="route">Beginning of a path, as the configuration has it.</param>
    /// <param name="path">As it came.</param>
    public static bool IsBeneath(ReadOnlySpan<byte> path, ReadOnlySpan<byte> route)
    {
        if (route.Length == 1 || Begins(path, route)) return true;
        if (path.IndexOfAny("%;\\"u8) < 0 && path.IndexOf("//"u8) < 0 && path.IndexOf("/."u8) < 0) return false;
        if (path.Length > longest) return true;
        Span<byte> read = stackalloc byte[path.Length + 1];
        return Begins(read[..Read(path, read)], route);
    }

    private static bool Begins(ReadOnlySpan<byte> path, ReadOnlySpan<byte> route) => path.Length >= route.Length && System.Text.Ascii.EqualsIgnoreCase(path[..route.Length], route);

    /// <summary>Decoded once, backslashes as slashes, without parameters of segments, dot segments and repeated slashes.</summary>
    private static int Read(ReadOnlySpan<byte> path, Span<byte> to)
    {
        int written = 0, segment = 0;
        var isParameter = false;
        for (var i = 0; i <= path.Length; i++)
        {
            var next = i < path.Length ? path[i] : (byte)'/';
            if (next == '%' && i + 2 < path.Length && Text.Hex(path[i + 1]) is >= 0 and var high && Text.Hex(path[i + 2]) is >= 0 and var low)
            {
                next = (byte)(high << 4 | low);
                i += 2;
            }
            if (next is not ((byte)'/' or (byte)'\\'))
            {
                isParameter |= next == ';';
                if (!isParameter) to[written++] = next;
                continue;
            }
            isParameter = false;
            var last = to[segment..written];
            if (last is [(byte)'.', (byte)'.']) written = segment > 1 ? to[..(segment - 1)].LastIndexOf((byte)'/') + 1 : segment;
            else if (last is [(byte)'.']) written = segment;
            if (i < path.Length && (written == 0 || to[written - 1] != '/')) to[written++] = (byte)'/';
            segment = written;
        }
        return written;
    }
}
