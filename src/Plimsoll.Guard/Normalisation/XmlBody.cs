using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// XML 1.0 with namespaces, without document types. Each text and attribute becomes a value named by its path. The bytes are
/// kept in the arena until the last has come and then read once: values must stay until the verdict anyway, and no split can
/// matter. Comments, instructions and blanks between elements are no values. After an error nothing more is read.
/// </summary>
internal sealed class XmlBody(ValueArena arena, NameTable names) : BodyReader
{
    private static readonly SearchValues<byte> textStops = SearchValues.Create("<&\r]"u8);
    private static readonly SearchValues<byte> nameEnds = SearchValues.Create(" \t\r\n=/><\"'&;?"u8);
    private static readonly SearchValues<byte> noCharacters = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(value => value is not (9 or 10 or 13)).Select(value => (byte)value)]);
    private readonly NestedName name = new(arena.Limits);
    private readonly XmlScope scope = new(arena, names);
    private readonly int[] nameLengths = new int[arena.Limits.Depth];
    private int start, end, next, depth, textStart, blankUntil;
    private bool stopped, hasRoot;

    public void Begin()
    {
        (start, next, depth, blankUntil, stopped, hasRoot) = (arena.Length, arena.Length, 0, 0, false, false);
        name.Truncate(0);
        scope.Begin();
    }

    public override void Push(ReadOnlySpan<byte> piece)
    {
        if (stopped) return;
        if (piece.Length <= arena.Limits.ArenaBytes - arena.Length) arena.Append(piece, Origin.Xml, 0);
        else Stop(Ambiguity.TooManyBytes);
    }

    public override void Finish()
    {
        end = arena.Length;
        if (stopped || end == start) return;
        CheckBytes();
        textStart = arena.Length;
        if (!stopped && StartsWith("<?xml"u8) && Rest.Length > 5 && IsBlank(Rest[5])) Declaration();
        while (next < end && !stopped)
        {
            if (Rest[0] == '<') Markup();
            else if (depth == 0 && !IsBlank(Rest[0])) Stop(Ambiguity.XmlSyntax);
            else if (depth == 0) next++;
            else ReadText();
        }
        if (!stopped && (depth > 0 || !hasRoot)) Stop(Ambiguity.XmlSyntax);
    }

    /// <summary>What is not read yet; valid until something is appended to the arena.</summary>
    private ReadOnlySpan<byte> Rest => arena[new(next, end - next)];

    private void CheckBytes()
    {
        var body = Rest;
        if (body.StartsWith("\uFEFF"u8))
        {
            arena.Note(Ambiguity.ByteOrderMark, Origin.Xml, 0);
            next += 3;
        }
        // UTF-16 and UTF-32, with a mark or by the NULs around `<`.
        if (body.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || body.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || body.Length > 1 && (body[0] == 0 || body[1] == 0)) Stop(Ambiguity.XmlEncoding);
        if (body.ContainsAny(noCharacters) || body.IndexOf("\uFFFE"u8) >= 0 || body.IndexOf("\uFFFF"u8) >= 0) arena.Note(Ambiguity.XmlCharacter, Origin.Xml, 0);
        Text.Check(arena, new(start, end - start), Origin.Xml, 0);
    }

    private void Declaration()
    {
        next += 5;
        var expected = 0; // `version`, `encoding`, `standalone`: in this order, the first always.
        while (!stopped)
        {
            var hadBlank = SkipBlanks();
            if (expected > 0 && StartsWith("?>"u8)) break;
            var attribute = hadBlank ? ReadName() : default;
            var value = attribute.Length > 0 ? ReadAttributeValue() : default;
            if (stopped) return;
            var key = arena[attribute];
            var part = key.SequenceEqual("version"u8) ? 0 : key.SequenceEqual("encoding"u8) ? 1 : key.SequenceEqual("standalone"u8) ? 2 : -1;
            var said = arena[value];
            var isRight = part switch { 0 => said.SequenceEqual("1.0"u8), 1 => true, 2 => said.SequenceEqual("yes"u8) || said.SequenceEqual("no"u8), _ => false };
            if (part < expected || expected == 0 && part > 0 || !isRight) Stop(Ambiguity.XmlSyntax);
            else if (part == 1 && !Text.EqualsIgnoreCase(said, "utf-8"u8)) Stop(Ambiguity.XmlEncoding);
            expected = part + 1;
        }
        next += 2;
        textStart = arena.Length;
    }

    private void Markup()
    {
        var rest = Rest;
        if (rest.Length < 2) Stop(Ambiguity.XmlSyntax);
        else if (rest[1] == '/') EndTag();
        else if (rest[1] == '?') Aside(2, "?>"u8);
        else if (rest.StartsWith("<!--"u8)) Aside(4, "-->"u8);
        else if (rest.StartsWith("<![CDATA["u8)) Cdata();
        else if (rest.StartsWith("<!D"u8) || rest.StartsWith("<!d"u8)) Stop(Ambiguity.XmlDoctype);
        else if (rest[1] == '!' || depth == 0 && hasRoot) Stop(Ambiguity.XmlSyntax);
        else StartTag();
    }

    /// <summary>A comment or an instruction.</summary>
    private void Aside(int opening, ReadOnlySpan<byte> closing)
    {
        var rest = Rest[opening..];
        var length = rest.IndexOf(closing);
        if (length < 0 || opening == 4 && rest[..(length + 1)].IndexOf("--"u8) is >= 0 and var dashes && dashes < length) Stop(Ambiguity.XmlSyntax);
        else if (opening == 2 && (length == 0 || !IsName(rest[..length].IndexOfAny(" \t\r\n"u8) is >= 0 and var blank ? rest[..blank] : rest[..length]))) Stop(Ambiguity.XmlSyntax);
        else if (opening == 2 && length >= 3 && Text.EqualsIgnoreCase(rest[..3], "xml"u8) && (length == 3 || IsBlank(rest[3]))) Stop(Ambiguity.XmlSyntax);
        if (stopped) return;
        if (opening == 2) arena.Note(Ambiguity.XmlInstruction, Origin.Xml, next - start);
        if (HasText) arena.Note(Ambiguity.XmlSplitText, Origin.Xml, next - start);
        next += opening + length + closing.Length;
    }

    private void Cdata()
    {
        var length = Rest.IndexOf("]]>"u8);
        if (length < 0 || depth == 0)
        {
            Stop(Ambiguity.XmlSyntax);
            return;
        }
        arena.Note(Ambiguity.XmlCdata, Origin.Xml, next - start);
        if (length > 9) Copy(9, length - 9);
        else next += 9;
        next += 3;
    }

    private void StartTag()
    {
        EmitText();
        next++;
        var element = ReadName();
        if (element.Length == 0)
        {
            Stop(Ambiguity.XmlSyntax);
            return;
        }
        if (depth == nameLengths.Length)
        {
            Stop(Ambiguity.TooDeep);
            return;
        }
        hasRoot = true;
        nameLengths[depth++] = name.Length;
        scope.Open(depth);
        if (!name.Push(arena[element])) Stop(Ambiguity.NameTooLong);
        while (!stopped)
        {
            var hadBlank = SkipBlanks();
            if (next == end) Stop(Ambiguity.XmlSyntax);
            else if (Rest[0] == '>' || StartsWith("/>"u8)) break;
            else if (!hadBlank) Stop(Ambiguity.XmlSyntax);
            else Attribute();
        }
        if (stopped) return;
        if (!scope.Close(element, next - start))
        {
            stopped = true;
            return;
        }
        var isEmpty = Rest[0] == '/';
        next += isEmpty ? 2 : 1;
        textStart = arena.Length;
        // An element without anything is a value, so that its name is seen.
        if (isEmpty && !Emit(arena.Length)) stopped = true;
        if (isEmpty) EndElement();
    }

    private void Attribute()
    {
        var attribute = ReadName();
        if (attribute.Length == 0)
        {
            Stop(Ambiguity.XmlSyntax);
            return;
        }
        var value = ReadAttributeValue();
        if (stopped) return;
        if (!scope.Add(attribute, value, next - start))
        {
            stopped = true;
            return;
        }
        var length = name.Length;
        if (!name.Push("@"u8) || !name.Append(arena[attribute])) Stop(Ambiguity.NameTooLong);
        else if (!Emit(value.Start)) stopped = true;
        name.Truncate(length);
    }

    private Slice ReadAttributeValue()
    {
        SkipBlanks();
        if (next == end || Rest[0] != '=') return Fail();
        next++;
        SkipBlanks();
        if (next == end || Rest[0] is not ((byte)'"' or (byte)'\'')) return Fail();
        var quote = Rest[0];
        next++;
        var begin = arena.Length;
        while (!stopped)
        {
            if (next == end || Rest[0] == '<') return Fail();
            var letter = Rest[0];
            if (letter == quote) break;
            if (letter == '&') Reference();
            else if (IsBlank(letter))
            {
                next += StartsWith("\r\n"u8) ? 2 : 1;
                Write(" "u8);
            }
            else
            {
                var run = Rest.IndexOfAny([quote, (byte)'<', (byte)'&', (byte)' ', (byte)'\t', (byte)'\r', (byte)'\n']);
                Copy(0, run < 0 ? end - next : run);
            }
        }
        next++;
        return arena.Since(begin);
    }

    private void EndTag()
    {
        EmitText();
        if (stopped) return;
        next += 2;
        var element = ReadName();
        SkipBlanks();
        if (depth == 0 || next == end || Rest[0] != '>' || !name.Bytes[(nameLengths[depth - 1] + 1)..].SequenceEqual(arena[element]))
        {
            Stop(Ambiguity.XmlSyntax);
            return;
        }
        next++;
        EndElement();
    }

    private void EndElement()
    {
        scope.Leave(depth);
        name.Truncate(nameLengths[--depth]);
        textStart = arena.Length;
    }

    private void ReadText()
    {
        switch (Rest[0])
        {
            case (byte)'&':
                Reference();
                break;
            case (byte)'\r':
                next += StartsWith("\r\n"u8) ? 2 : 1;
                Write("\n"u8);
                break;
            case (byte)']' when StartsWith("]]>"u8):
                Stop(Ambiguity.XmlSyntax);
                break;
            default:
                var run = Rest[1..].IndexOfAny(textStops);
                Copy(0, run < 0 ? end - next : run + 1);
                break;
        }
    }

    private void Reference()
    {
        var length = Rest.IndexOf((byte)';');
        var entity = length < 0 ? default : Rest[1..length];
        if (entity.IsEmpty || entity[0] != '#' && !IsName(entity))
        {
            Stop(Ambiguity.XmlSyntax);
            return;
        }
        Span<byte> utf8 = stackalloc byte[4];
        if (entity[0] == '#')
        {
            if (!CharacterReference.TryRead(entity[1..], out var scalar))
            {
                Stop(Ambiguity.XmlSyntax);
                return;
            }
            if (scalar is 0 or 0xFFFE or 0xFFFF or (< 0x20 and not (9 or 10 or 13)) or (>= 0xD800 and <= 0xDFFF)) arena.Note(Ambiguity.XmlCharacter, Origin.Xml, next - start);
            next += length + 1;
            Write(utf8[..Text.Encode(scalar, utf8)]);
            return;
        }
        var letter = entity.SequenceEqual("lt"u8) ? '<' : entity.SequenceEqual("gt"u8) ? '>' : entity.SequenceEqual("amp"u8) ? '&' : entity.SequenceEqual("quot"u8) ? '"' : entity.SequenceEqual("apos"u8) ? '\'' : '\0';
        if (letter == 0)
        {
            arena.Note(Ambiguity.XmlEntity, Origin.Xml, next - start);
            Copy(0, length + 1);
            return;
        }
        next += length + 1;
        Write([(byte)letter]);
    }

    /// <summary>Something else than blanks since the last tag. What was found blank is not looked at again.</summary>
    private bool HasText
    {
        get
        {
            blankUntil = Math.Max(blankUntil, textStart);
            if (arena[arena.Since(blankUntil)].ContainsAnyExcept(" \t\r\n"u8)) return true;
            blankUntil = arena.Length;
            return false;
        }
    }

    private void EmitText()
    {
        if (depth > 0 && HasText && !Emit(textStart)) stopped = true;
    }

    /// <summary>Adds what was written since <paramref name="from"/>, under the name as it is now.</summary>
    private bool Emit(int from)
    {
        var content = arena.Since(from);
        var nameStart = arena.Length;
        return arena.Append(name.Bytes, Origin.Xml, next - start) && arena.Add(new(Origin.Xml, arena.Since(nameStart), content), next - start);
    }

    private Slice ReadName()
    {
        var begin = next;
        var length = Rest.IndexOfAny(nameEnds);
        if (length < 0) length = end - next;
        if (!IsName(Rest[..length])) return default;
        next += length;
        return new(begin, length);
    }

    private static bool IsName(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is (byte)'-' or (byte)'.' or (>= (byte)'0' and <= (byte)'9')) return false;
        foreach (var letter in text)
            if (letter < 0x80 && !char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'-' or (byte)'.' or (byte)'_' or (byte)':')) return false;
        return true;
    }

    /// <summary>Bytes of the document that follow, after <paramref name="skip"/> others.</summary>
    private void Copy(int skip, int length)
    {
        var room = arena.Reserve(length);
        if (room.IsEmpty && length > 0) Stop(Ambiguity.TooManyBytes);
        else if (length > 0)
        {
            arena[new(next + skip, length)].CopyTo(room);
            arena.Commit(length);
        }
        next += skip + length;
    }

    private void Write(scoped ReadOnlySpan<byte> text)
    {
        if (!arena.Append(text, Origin.Xml, next - start)) stopped = true;
    }

    private bool SkipBlanks()
    {
        var begin = next;
        while (next < end && IsBlank(Rest[0])) next++;
        return next > begin;
    }

    private static bool IsBlank(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private bool StartsWith(ReadOnlySpan<byte> text) => Rest.StartsWith(text);

    private Slice Fail()
    {
        Stop(Ambiguity.XmlSyntax);
        return default;
    }

    private void Stop(Ambiguity why)
    {
        arena.Note(why, Origin.Xml, next - start);
        stopped = true;
    }
}
