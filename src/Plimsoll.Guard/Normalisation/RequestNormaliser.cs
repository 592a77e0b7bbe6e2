namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// The order of a request: <see cref="Begin"/>, <see cref="Target"/>, each <see cref="Header"/>, pieces of the <see cref="Body"/> as
/// they come over the wire without their framing, <see cref="Finish"/>. Then <see cref="Values"/> and <see cref="Ambiguities"/> hold what an
/// application could read, until the next <see cref="Begin"/>. One for each connection or worker; an ordinary request allocates nothing.
/// It never throws for what it is given.
/// </summary>
internal sealed class RequestNormaliser : IDisposable
{
    private readonly ValueArena arena;
    private readonly NameTable names = new();
    private readonly Parameters parameters;
    private readonly PlainBody plain;
    private readonly JsonReader json;
    private readonly NestedEncodings nested;
    private readonly ContentDecoding decoding;
    private MultipartReader? multipart;
    private XmlBody? xml;
    private ContentType type;
    private BodyReader? wire;
    private ValueArena.Checkpoint beforeBody;
    private bool hasType, hasCookie, hasBody;

    public RequestNormaliser(NormalisationLimits limits)
    {
        arena = new(limits);
        parameters = new(arena, names);
        plain = new(arena);
        json = new(arena, names);
        nested = new(arena, names);
        decoding = new(arena);
    }

    /// <summary>Everything that was read, in the order of the request; what was hidden in values comes last.</summary>
    public ReadOnlySpan<Value> Values => arena.Values;

    /// <summary>What is ambiguous, with the first place in each origin.</summary>
    public ReadOnlySpan<AmbiguityMark> Marks => arena.Marks;

    public AmbiguitySet Ambiguities => arena.Ambiguities;

    /// <summary>By Content-Type, once the headers are in.</summary>
    public BodyKind BodyKind => type.Kind;

    /// <summary>The path as nginx and Apache httpd read it.</summary>
    public Slice Path { get; private set; }

    /// <summary>The bytes of a name or content.</summary>
    public ReadOnlySpan<byte> Bytes(Slice slice) => arena[slice];

    /// <summary>What inspectors see of it.</summary>
    public MessageValues All => new(arena);

    public AmbiguitySet AmbiguitiesOf(Origin origin) => arena.Of(origin);

    public void Begin()
    {
        arena.Reset();
        names.Reset();
        decoding.Begin();
        (type, wire, hasType, hasCookie, hasBody, Path) = (default, null, false, false, false, default);
    }

    /// <summary>In origin form, `/path?query`, as it stands in the request line or in `:path`.</summary>
    /// <param name="position">Where it stands; marks count from there.</param>
    public void Target(ReadOnlySpan<byte> target, int position = 0)
    {
        Path = TargetPath.Read(arena, target);
        if (arena.Of(Origin.Path).Contains(Ambiguity.PathParameter) && arena.Values.Length > 0) TargetPath.CutParameters(arena, 0);
        arena.MoveMarks(0, Origin.Path, position);
        var start = TargetPath.QueryStart(target);
        if (start == target.Length) return;
        Query(target[start..]);
        arena.MoveMarks(0, Origin.Query, position + start);
    }

    private void Query(ReadOnlySpan<byte> query)
    {
        if (query.IndexOfAnyExceptInRange((byte)'!', (byte)0xFF) is >= 0 and var control) arena.Note(Ambiguity.ControlByte, Origin.Query, control);
        if (query.IndexOfAny((byte)'#', (byte)0x7F) is >= 0 and var odd) arena.Note(query[odd] == '#' ? Ambiguity.Fragment : Ambiguity.ControlByte, Origin.Query, odd);
        parameters.Begin(Origin.Query);
        parameters.Push(query);
        parameters.Finish();
    }

    /// <param name="position">Where the content stands; marks count from there.</param>
    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content, int position = 0)
    {
        var marks = arena.Marks.Length;
        Field(name, content);
        if (arena.Marks.Length == marks) return;
        arena.MoveMarks(marks, Origin.Header, position);
        arena.MoveMarks(marks, Origin.Cookie, position);
        arena.MoveMarks(marks, Origin.Coding, position);
    }

    private void Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        var start = arena.Length;
        if (!arena.Append(name, Origin.Header, 0) || !arena.Append(content, Origin.Header, 0)) return;
        arena.Add(new(Origin.Header, new(start, name.Length), new(start + name.Length, content.Length)));
        if (content.ContainsAnyExceptInRange((byte)' ', (byte)'~')) CheckHeader(content);
        switch (name.Length)
        {
            case 6 when Text.EqualsIgnoreCase(name, "cookie"u8):
                if (hasCookie) arena.Note(Ambiguity.RepeatedCookieHeader, Origin.Cookie, 0);
                hasCookie = true;
                CookieHeader.Read(arena, names, content);
                break;
            case 12 when Text.EqualsIgnoreCase(name, "content-type"u8):
                if (hasType) arena.Note(Ambiguity.RepeatedContentType, Origin.Header, 0);
                else type = ContentType.Read(arena, content, Origin.Header);
                hasType = true;
                break;
            case 16 when Text.EqualsIgnoreCase(name, "content-encoding"u8):
                decoding.Field(content);
                break;
        }
    }

    public void Body(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty) return;
        if (!hasBody) BeginBody();
        wire?.Push(piece);
    }

    /// <summary>The request is complete.</summary>
    public void Finish()
    {
        wire?.Finish();
        if (decoding.HasFailed) ForgetBody();
        if (hasBody) decoding.Dispose();
        nested.Unfold(0);
    }

    public void Dispose()
    {
        decoding.Dispose();
        arena.Reset();
    }

    private void BeginBody()
    {
        hasBody = true;
        if (!hasType) arena.Note(Ambiguity.NoContentType, Origin.Header, 0);
        if (type.Kind == BodyKind.Opaque) arena.Note(Ambiguity.OpaqueBody, Origin.Body, 0);
        beforeBody = arena.Save();
        if (!decoding.IsRefused) wire = decoding.Chain(Reader());
    }

    /// <summary>A body that does not decode has no values, however far it went; why is all that stays.</summary>
    private void ForgetBody()
    {
        var why = arena.Of(Origin.Coding);
        arena.Restore(beforeBody);
        for (var kind = Ambiguity.None; kind <= Ambiguity.TooManyLayers; kind++)
            if (why.Contains(kind)) arena.Note(kind, Origin.Coding, 0);
    }

    private BodyReader Reader()
    {
        switch (type.Kind)
        {
            case BodyKind.Form:
                parameters.Begin(Origin.Form);
                return parameters;
            case BodyKind.Json:
                json.Begin();
                return json;
            case BodyKind.Multipart:
                multipart ??= new(arena, names);
                multipart.Begin(type.Boundary);
                return multipart;
            case BodyKind.Xml:
                xml ??= new(arena, names);
                xml.Begin();
                return xml;
            default:
                plain.Begin(keep: type.Kind == BodyKind.Text);
                return plain;
        }
    }

    private void CheckHeader(ReadOnlySpan<byte> content)
    {
        if (content.Contains((byte)0)) arena.Note(Ambiguity.NulByte, Origin.Header, 0);
        if (content.ContainsAnyInRange((byte)0x80, (byte)0xFF)) arena.Note(Ambiguity.RawNonAscii, Origin.Header, 0);
        if (content.ContainsAnyInRange((byte)1, (byte)8) || content.ContainsAnyInRange((byte)10, (byte)0x1F) || content.Contains((byte)0x7F)) arena.Note(Ambiguity.ControlByte, Origin.Header, 0);
    }
}
