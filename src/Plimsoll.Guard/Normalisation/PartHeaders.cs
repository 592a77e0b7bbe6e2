namespace Plimsoll.Guard.Normalisation;

/// <summary>The headers of one part of multipart/form-data, a line at a time: Content-Disposition has the name of the field and of the file.</summary>
internal sealed class PartHeaders(ValueArena arena, NameTable names)
{
    private int lineStart;
    private Slice name, fileName;
    private bool hasDisposition, hasName, hasFileName, hasType, hasTransfer;

    /// <summary>Bytes of this part's headers so far.</summary>
    public int HeaderBytes { get; private set; }

    public bool IsFile => hasFileName;

    /// <summary>The arena is full; noted there.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Bytes of content, with the line end before the next boundary.</summary>
    public long ContentBytes { get; set; }

    public void Begin() => Stopped = false;

    public void BeginPart()
    {
        (HeaderBytes, lineStart, ContentBytes) = (0, arena.Length, 0);
        (name, fileName) = (default, default);
        hasDisposition = hasName = hasFileName = hasType = hasTransfer = false;
    }

    public bool Append(ReadOnlySpan<byte> bytes, int at)
    {
        HeaderBytes += bytes.Length;
        if (arena.Append(bytes, Origin.PartHeader, at)) return true;
        Stopped = true;
        return false;
    }

    /// <summary>The line in the arena is complete; true when it is the empty one that ends the headers, or when nothing more can be read.</summary>
    public bool EndLine(int at)
    {
        var line = arena[arena.Since(lineStart)][..^1];
        if (!line.IsEmpty && line[^1] == '\r') line = line[..^1];
        else arena.Note(Ambiguity.BareLineFeed, Origin.Part, at);
        if (line.IsEmpty)
        {
            arena.Truncate(lineStart);
            if (!hasName) arena.Note(Ambiguity.PartWithoutName, Origin.Part, at);
            return true;
        }
        if (line.Contains((byte)'\r')) arena.Note(Ambiguity.BareCarriageReturn, Origin.Part, at);
        if (line[0] is (byte)' ' or (byte)'\t') arena.Note(Ambiguity.FoldedPartHeader, Origin.Part, at);
        if (line.ContainsAnyInRange((byte)0, (byte)8) || line.ContainsAnyInRange((byte)0x0E, (byte)0x1F) || line.Contains((byte)0x7F)) arena.Note(Ambiguity.ControlByte, Origin.Part, at);
        var colon = line.IndexOf((byte)':');
        var isNamed = colon > 0 && line[..colon].IndexOfAny(" \t"u8) < 0;
        if (!isNamed) arena.Note(Ambiguity.MalformedPartHeader, Origin.Part, at);
        var start = lineStart;
        var nameLength = Math.Max(0, colon);
        var content = new Slice(start + colon + 1, line.Length - colon - 1);
        Text.Check(arena, content, Origin.PartHeader, at);
        if (!arena.Add(new(Origin.PartHeader, new(start, nameLength), content), at)) return Stop();
        Known(line[..nameLength], Text.Trim(arena[content]), at);
        lineStart = arena.Length;
        return Stopped;
    }

    private void Known(ReadOnlySpan<byte> header, ReadOnlySpan<byte> content, int at)
    {
        if (Text.EqualsIgnoreCase(header, "content-disposition"u8))
        {
            Once(ref hasDisposition, at);
            Disposition(content, at);
        }
        else if (Text.EqualsIgnoreCase(header, "content-type"u8))
        {
            Once(ref hasType, at);
            Type(content, at);
        }
        else if (Text.EqualsIgnoreCase(header, "content-transfer-encoding"u8))
        {
            Once(ref hasTransfer, at);
            if (!Text.EqualsIgnoreCase(content, "binary"u8) && !Text.EqualsIgnoreCase(content, "8bit"u8) && !Text.EqualsIgnoreCase(content, "7bit"u8)) arena.Note(Ambiguity.EncodedPart, Origin.Part, at);
        }
    }

    private void Disposition(ReadOnlySpan<byte> content, int at)
    {
        // The content may move when the arena grows: the parameters are read from a copy, no longer than PartHeaderBytes.
        Span<byte> copy = stackalloc byte[content.Length];
        content.CopyTo(copy);
        var parameters = new HeaderParameters(arena, copy, Origin.Part, at);
        if (!Text.EqualsIgnoreCase(parameters.Head(), "form-data"u8)) arena.Note(Ambiguity.PartWithoutName, Origin.Part, at);
        Slice extended = default;
        bool hasPlain = false, hasExtended = false, isOdd = false;
        while (parameters.Read())
        {
            if (Text.EqualsIgnoreCase(parameters.Name, "name"u8))
            {
                if (hasName) arena.Note(Ambiguity.RepeatedParameter, Origin.Part, at);
                else (name, hasName) = (parameters.Value, true);
            }
            else if (Text.EqualsIgnoreCase(parameters.Name, "filename"u8))
            {
                if (hasPlain) arena.Note(Ambiguity.RepeatedParameter, Origin.Part, at);
                (fileName, hasPlain) = (parameters.Value, true);
            }
            else if (parameters.IsExtended)
            {
                isOdd |= hasExtended || !Text.EqualsIgnoreCase(parameters.Name, "filename*"u8);
                (extended, hasExtended) = (parameters.Value, true);
            }
        }
        if (hasExtended && !hasPlain) fileName = extended;
        hasFileName |= hasPlain || hasExtended;
        // .NET's client sends the same name in both ways; then all read the same.
        if (isOdd || hasExtended && !(hasPlain && IsSame(extended, fileName))) arena.Note(Ambiguity.ExtendedParameter, Origin.Part, at);
    }

    /// <summary>Whether `utf-8''name` of RFC 8187 says the same as the plain name.</summary>
    private bool IsSame(Slice extended, Slice plain)
    {
        if (extended.Length < 7 || !Text.EqualsIgnoreCase(arena[extended][..7], "utf-8''"u8)) return false;
        var room = arena.Reserve(extended.Length);
        if (room.IsEmpty) return false;
        var encoded = arena[extended][7..];
        var written = PercentText.Decode(encoded, room);
        return arena[plain].SequenceEqual(written == 0 ? encoded : room[..written]);
    }

    private void Type(ReadOnlySpan<byte> content, int at)
    {
        Span<byte> copy = stackalloc byte[content.Length];
        content.CopyTo(copy);
        if (copy.Length >= 10 && Text.EqualsIgnoreCase(copy[..10], "multipart/"u8)) arena.Note(Ambiguity.NestedMultipart, Origin.Part, at);
        var parameters = new HeaderParameters(arena, copy, Origin.Part, at);
        parameters.Head();
        while (parameters.Read())
            if (parameters.IsExtended) arena.Note(Ambiguity.ExtendedParameter, Origin.Part, at);
            else if (Text.EqualsIgnoreCase(parameters.Name, "charset"u8)) ContentType.CheckCharset(arena, arena[parameters.Value], Origin.Part, at);
    }

    public bool EndField(Slice content, int at)
    {
        Text.Check(arena, content, Origin.Part, at);
        return AddNamed(Origin.Part, content, at);
    }

    public void EndFile(int at)
    {
        if (!hasFileName) return;
        arena.FileBytes += Math.Max(0, ContentBytes - 2);
        var file = arena[fileName];
        if (file.IndexOfAny("/\\"u8) >= 0)
        {
            arena.Note(Ambiguity.FileNameWithPath, Origin.Part, at);
            if (HasParent(file)) arena.Note(Ambiguity.DotSegment, Origin.FileName, at);
        }
        if (file.IsEmpty && ContentBytes > 2) arena.Note(Ambiguity.NamelessFile, Origin.Part, at);
        Text.Check(arena, fileName, Origin.FileName, at);
        if (!AddNamed(Origin.FileName, fileName, at)) Stopped = true;
    }

    /// <summary>Whether the name goes up a folder.</summary>
    private static bool HasParent(ReadOnlySpan<byte> file)
    {
        foreach (var segment in file.SplitAny((byte)'/', (byte)'\\'))
            if (file[segment] is [(byte)'.', (byte)'.']) return true;
        return false;
    }

    private bool AddNamed(Origin origin, Slice content, int at)
    {
        if (hasName && name.Length > 0) Parameters.CheckName(arena, names, name, Origin.Part, at);
        else arena.Note(Ambiguity.PartWithoutName, Origin.Part, at);
        return arena.Add(new(origin, name, content), at);
    }

    private void Once(ref bool had, int at)
    {
        if (had) arena.Note(Ambiguity.RepeatedPartHeader, Origin.Part, at);
        had = true;
    }

    private bool Stop() => Stopped = true;
}
