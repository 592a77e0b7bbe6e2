using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// The path of a request target (RFC 9112 §3.2.1): decoded once, without dot segments and repeated slashes, as nginx and
/// Apache httpd read it. Whatever a server could read differently is noted, so a path without a note is the same for all.
/// </summary>
internal static class TargetPath
{
    private static readonly SearchValues<byte> plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-~./!$&'()*+,:=@"u8);

    /// <summary>Where the query begins, after its `?`; the target's length when there is none.</summary>
    public static int QueryStart(ReadOnlySpan<byte> target) => target.IndexOf((byte)'?') is >= 0 and var mark ? mark + 1 : target.Length;

    /// <summary>Adds the canonical path as one value and returns it.</summary>
    public static Slice Read(ValueArena arena, ReadOnlySpan<byte> target)
    {
        var path = target.IndexOf((byte)'?') is >= 0 and var mark ? target[..mark] : target;
        var start = arena.Length;
        if (path.IsEmpty || path[0] != '/') arena.Note(Ambiguity.NotOriginForm, Origin.Path, 0);
        var room = arena.Reserve(path.Length + 1);
        if (room.IsEmpty)
        {
            arena.Note(Ambiguity.TooManyBytes, Origin.Path, 0);
            return arena.Since(start);
        }
        if (!path.ContainsAnyExcept(plain) && path.IndexOf("//"u8) < 0 && path.IndexOf("/."u8) < 0 && path.IndexOf("./"u8) < 0 && !path.EndsWith("."u8))
        {
            path.CopyTo(room);
            arena.Commit(path.Length);
        }
        else
        {
            var decoded = room[..Decode(arena, path, room)];
            CheckDecoded(arena, decoded, path);
            arena.Commit(RemoveDots(decoded));
        }
        arena.Add(new(Origin.Path, default, arena.Since(start)));
        return arena.Since(start);
    }

    private static int Decode(ValueArena arena, ReadOnlySpan<byte> path, Span<byte> room)
    {
        var written = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var value = path[i];
            if (value == '%')
            {
                var (high, low) = i + 2 < path.Length ? (Text.Hex(path[i + 1]), Text.Hex(path[i + 2])) : (-1, -1);
                if (high < 0 || low < 0)
                {
                    arena.Note(Ambiguity.InvalidEscape, Origin.Path, i);
                    if (i + 1 < path.Length && path[i + 1] is (byte)'u' or (byte)'U') arena.Note(Ambiguity.UnicodePercentEscape, Origin.Path, i);
                }
                else
                {
                    value = (byte)(high << 4 | low);
                    NoteEncoded(arena, value, i);
                    i += 2;
                }
            }
            else NoteRaw(arena, value, i);
            room[written++] = value;
        }
        return written;
    }

    private static void NoteEncoded(ValueArena arena, byte value, int at)
    {
        var kind = value switch
        {
            0 => Ambiguity.NulByte,
            < 0x20 or 0x7F => Ambiguity.ControlByte,
            (byte)'/' => Ambiguity.EncodedSlash,
            (byte)'\\' => Ambiguity.Backslash,
            (byte)';' => Ambiguity.PathParameter,
            (byte)'?' or (byte)'#' => Ambiguity.EncodedDelimiter,
            (byte)'-' or (byte)'.' or (byte)'_' or >= (byte)'0' and <= (byte)'9' or >= (byte)'A' and <= (byte)'Z' or >= (byte)'a' and <= (byte)'z' => Ambiguity.EncodedUnreserved,
            _ => Ambiguity.None,
        };
        if (kind != Ambiguity.None) arena.Note(kind, Origin.Path, at);
    }

    private static void NoteRaw(ValueArena arena, byte value, int at)
    {
        var kind = value switch
        {
            0 => Ambiguity.NulByte,
            <= 0x20 or 0x7F => Ambiguity.ControlByte,
            > 0x7F => Ambiguity.RawNonAscii,
            (byte)'\\' => Ambiguity.Backslash,
            (byte)';' => Ambiguity.PathParameter,
            (byte)'#' => Ambiguity.Fragment,
            _ => Ambiguity.None,
        };
        if (kind != Ambiguity.None) arena.Note(kind, Origin.Path, at);
    }

    private static void CheckDecoded(ValueArena arena, ReadOnlySpan<byte> path, ReadOnlySpan<byte> raw)
    {
        if (path.ContainsAnyExceptInRange((byte)0, (byte)0x7F))
        {
            Text.CheckUtf8(arena, path, Origin.Path, 0);
            // Full-width full stop, solidus and reverse solidus; division and fraction slash; one dot leader; small full stop.
            if (path.IndexOf("．"u8) >= 0 || path.IndexOf("／"u8) >= 0 || path.IndexOf("＼"u8) >= 0 || path.IndexOf("∕"u8) >= 0 || path.IndexOf("⁄"u8) >= 0 || path.IndexOf("․"u8) >= 0 || path.IndexOf("﹒"u8) >= 0)
                arena.Note(Ambiguity.LookalikeDelimiter, Origin.Path, 0);
        }
        for (var rest = path; rest.IndexOf((byte)'%') is >= 0 and var mark; rest = rest[(mark + 1)..])
            if (mark + 2 < rest.Length && (rest[mark + 1] is (byte)'u' or (byte)'U' || Text.Hex(rest[mark + 1]) >= 0 && Text.Hex(rest[mark + 2]) >= 0)) arena.Note(Ambiguity.DoubleEncoding, Origin.Path, 0);
        var start = 0;
        while (start <= path.Length)
        {
            var length = path[start..].IndexOf((byte)'/');
            var segment = length < 0 ? path[start..] : path.Slice(start, length);
            // What Tomcat and its like see of the segment.
            var bare = segment.IndexOf((byte)';') is >= 0 and var mark ? segment[..mark] : segment;
            if (bare is [(byte)'.'] or [(byte)'.', (byte)'.']) arena.Note(Ambiguity.DotSegment, Origin.Path, AtRaw(raw, start));
            else if (!bare.IsEmpty && bare[^1] is (byte)'.' or (byte)' ') arena.Note(Ambiguity.TrailingDot, Origin.Path, AtRaw(raw, start));
            if (segment.IsEmpty && length >= 0 && start > 0) arena.Note(Ambiguity.RepeatedSlash, Origin.Path, AtRaw(raw, start));
            if (length < 0) break;
            start += length + 1;
        }
    }

    /// <summary>Where a byte of the decoded path stands in the target.</summary>
    private static int AtRaw(ReadOnlySpan<byte> raw, int decoded)
    {
        var at = 0;
        for (; decoded > 0; decoded--) at += raw[at] == '%' && at + 2 < raw.Length && Text.Hex(raw[at + 1]) >= 0 && Text.Hex(raw[at + 2]) >= 0 ? 3 : 1;
        return at;
    }

    /// <summary>Adds the path without the parameters of its segments.</summary>
    public static void CutParameters(ValueArena arena, int parent)
    {
        var content = arena.Values[parent].Content;
        var start = arena.Length;
        var room = arena.Reserve(content.Length);
        if (room.IsEmpty)
        {
            arena.Note(Ambiguity.TooManyBytes, Origin.Path, 0);
            return;
        }
        var written = 0;
        var isParameter = false;
        foreach (var next in arena[content])
        {
            isParameter = next != '/' && (isParameter || next == ';');
            if (!isParameter) room[written++] = next;
        }
        arena.Commit(written);
        arena.Add(new(Origin.Path, default, arena.Since(start), ValueEncoding.PathParameters, parent));
    }

    /// <summary>Merges slashes and takes dot segments out, in place. What would leave the root stays at the root.</summary>
    private static int RemoveDots(Span<byte> path)
    {
        var written = 0;
        for (var start = 0; start < path.Length;)
        {
            var length = path[start..].IndexOf((byte)'/');
            var isLast = length < 0;
            if (isLast) length = path.Length - start;
            var segment = path.Slice(start, length);
            start += length + 1;
            var isDot = segment is [(byte)'.'];
            var isParent = segment is [(byte)'.', (byte)'.'];
            if (isParent && written > 1) written = path[..(written - 1)].LastIndexOf((byte)'/') + 1;
            if (isDot || isParent || segment.IsEmpty && written > 0) continue;
            segment.CopyTo(path[written..]);
            written += length;
            if (!isLast) path[written++] = (byte)'/';
        }
        return written;
    }
}
