namespace Plimsoll.Guard.Normalisation;

/// <summary>Where a value came from.</summary>
internal enum Origin : byte
{
    /// <summary>The canonical path. No name.</summary>
    Path,
    Query,
    Header,
    Cookie,
    /// <summary>application/x-www-form-urlencoded.</summary>
    Form,
    /// <summary>A field of multipart/form-data.</summary>
    Part,
    /// <summary>The file name of a part; its content is not kept.</summary>
    FileName,
    /// <summary>A header of a part.</summary>
    PartHeader,
    /// <summary>A string, number, literal or empty container; the name is its JSON pointer (RFC 6901).</summary>
    Json,
    /// <summary>A text or attribute; the name is `/root/element` or `/root/element/@attribute`.</summary>
    Xml,
    /// <summary>A body of text or of no type, as it stands. No name.</summary>
    Body,
    /// <summary>The compressed body; ambiguities alone.</summary>
    Coding,
}

/// <summary>How a value was hidden in its parent.</summary>
internal enum ValueEncoding : byte
{
    None,
    Percent,
    Base64,
    HtmlEntities,
    /// <summary>`\u0041`, `\x41`, `%u0041`.</summary>
    UnicodeEscapes,
    /// <summary>A value that is JSON: its leaves.</summary>
    Json,
    /// <summary>A path with `;x` after a segment: without, as Tomcat reads it.</summary>
    PathParameters,
}

/// <summary>One value of a request: bytes, not guesses. Valid until the arena is reset.</summary>
/// <param name="Layer">How it was hidden in the value with the index <paramref name="Parent"/>.</param>
/// <param name="Parent">-1 for a value that the request has as such.</param>
internal readonly record struct Value(Origin Origin, Slice Name, Slice Content, ValueEncoding Layer = ValueEncoding.None, int Parent = -1);
