using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>How a body is read.</summary>
internal enum BodyKind : byte
{
    /// <summary>text/*, or no type: one value as it stands.</summary>
    Text,
    Form,
    Multipart,
    Json,
    Xml,
    /// <summary>A type that is not read: cannot know.</summary>
    Opaque,
}

/// <summary>
/// Content-Type (RFC 9110 §8.3): which reader a body gets, and the boundary of multipart. What servers choose differently
/// (two types, a charset that changes the bytes' meaning, parameters twice) is noted.
/// </summary>
internal struct ContentType
{
    private static readonly SearchValues<byte> token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    // bcharsnospace of RFC 2046 §5.1.1, and the space.
    private static readonly SearchValues<byte> boundaryBytes = SearchValues.Create("'()+_,-./:=? 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private const int longestBoundary = 70;

    public BodyKind Kind { get; private set; }

    /// <summary>Of multipart, in the arena.</summary>
    public Slice Boundary { get; private set; }

    public static ContentType Read(ValueArena arena, ReadOnlySpan<byte> field, Origin origin)
    {
        var result = new ContentType();
        var parameters = new HeaderParameters(arena, field, origin, 0);
        var type = parameters.Head();
        var slash = type.IndexOf((byte)'/');
        if (type.Contains((byte)',') || field.Count((byte)'/') > 1 && field.Contains((byte)',')) arena.Note(Ambiguity.RepeatedContentType, origin, 0);
        if (slash <= 0 || slash == type.Length - 1 || type[..slash].ContainsAnyExcept(token) || type[(slash + 1)..].ContainsAnyExcept(token)) arena.Note(Ambiguity.MalformedContentType, origin, 0);
        if (field.Contains((byte)'\t')) arena.Note(Ambiguity.MalformedContentType, origin, 0);
        result.Kind = KindOf(type);
        if (result.Kind == BodyKind.Multipart && !Text.EqualsIgnoreCase(type, "multipart/form-data"u8)) arena.Note(Ambiguity.OtherMultipart, origin, 0);
        bool hasBoundary = false, hasCharset = false, isTwice = false;
        while (parameters.Read())
        {
            if (parameters.IsExtended) arena.Note(Ambiguity.ExtendedParameter, origin, 0);
            if (Text.EqualsIgnoreCase(parameters.Name, "boundary"u8))
            {
                // PHP takes what follows the first `boundary`, in small letters if there is one, wherever that stands.
                isTwice |= hasBoundary || field.Overlaps(parameters.Name, out var offset) && offset != IndexOfBoundary(field);
                if (!hasBoundary) result.Boundary = parameters.Value;
                hasBoundary = true;
            }
            else if (Text.EqualsIgnoreCase(parameters.Name, "charset"u8))
            {
                isTwice |= hasCharset;
                hasCharset = true;
                CheckCharset(arena, arena[parameters.Value], origin, 0);
            }
        }
        if (isTwice) arena.Note(Ambiguity.RepeatedParameter, origin, 0);
        if (result.Kind == BodyKind.Multipart) CheckBoundary(arena, arena[result.Boundary], origin);
        return result;
    }

    private static int IndexOfBoundary(ReadOnlySpan<byte> field)
    {
        if (field.IndexOf("boundary"u8) is >= 0 and var small) return small;
        for (var at = 0; at + 8 <= field.Length; at++)
            if (Text.EqualsIgnoreCase(field.Slice(at, 8), "boundary"u8)) return at;
        return -1;
    }

    public static void CheckCharset(ValueArena arena, ReadOnlySpan<byte> charset, Origin origin, int at)
    {
        if (Text.EqualsIgnoreCase(charset, "utf-8"u8) || Text.EqualsIgnoreCase(charset, "utf8"u8) || Text.EqualsIgnoreCase(charset, "us-ascii"u8)) return;
        var isSingleByte = Text.EqualsIgnoreCase(charset, "iso-8859-1"u8) || Text.EqualsIgnoreCase(charset, "iso-8859-15"u8) || Text.EqualsIgnoreCase(charset, "windows-1252"u8);
        arena.Note(isSingleByte ? Ambiguity.SingleByteCharset : Ambiguity.ForeignCharset, origin, at);
    }

    private static void CheckBoundary(ValueArena arena, ReadOnlySpan<byte> boundary, Origin origin)
    {
        if (boundary.IsEmpty) arena.Note(Ambiguity.NoBoundary, origin, 0);
        else if (boundary.Length > longestBoundary || boundary[^1] == ' ' || boundary.ContainsAnyExcept(boundaryBytes)) arena.Note(Ambiguity.OddBoundary, origin, 0);
    }

    private static BodyKind KindOf(ReadOnlySpan<byte> type)
    {
        if (type.IsEmpty) return BodyKind.Text;
        if (Text.EqualsIgnoreCase(type, "application/x-www-form-urlencoded"u8)) return BodyKind.Form;
        if (StartsWith(type, "multipart/"u8)) return BodyKind.Multipart;
        if (Text.EqualsIgnoreCase(type, "application/json"u8) || Text.EqualsIgnoreCase(type, "application/csp-report"u8) || Text.EqualsIgnoreCase(type, "text/json"u8) || Text.EqualsIgnoreCase(type, "text/x-json"u8) || Text.EqualsIgnoreCase(type, "application/x-json"u8) || EndsWith(type, "+json"u8)) return BodyKind.Json;
        if (Text.EqualsIgnoreCase(type, "application/xml"u8) || Text.EqualsIgnoreCase(type, "text/xml"u8) || EndsWith(type, "+xml"u8)) return BodyKind.Xml;
        if (StartsWith(type, "text/"u8) || Text.EqualsIgnoreCase(type, "application/graphql"u8) || Text.EqualsIgnoreCase(type, "application/x-ndjson"u8)) return BodyKind.Text;
        return BodyKind.Opaque;
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) => text.Length >= start.Length && Text.EqualsIgnoreCase(text[..start.Length], start);

    private static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) => text.Length >= end.Length && Text.EqualsIgnoreCase(text[^end.Length..], end);
}
