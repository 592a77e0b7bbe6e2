using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// JSON by RFC 8259, nothing more. Each string, number, literal and empty container becomes a value named by its pointer; strings
/// are decoded, numbers stay as written. Pushed in pieces; any split gives the same values. After an error nothing more is read.
/// </summary>
internal sealed class JsonReader(ValueArena arena, NameTable names, uint scope = JsonReader.ScopeOfBody) : BodyReader
{
    /// <summary>Where the scopes of names begin that a body's objects have, and those of JSON inside of values.</summary>
    public const uint ScopeOfBody = 0x2000_0000;
    public const uint ScopeOfNested = 0x4000_0000;
    private const uint serials = 0x0FFF_FFFF;
    private static readonly SearchValues<byte> stringStops = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);
    private static readonly SearchValues<byte> scalarEnds = SearchValues.Create(" \t\r\n,]}:\"[{/"u8);
    private readonly NestedName name = new(arena.Limits);
    private readonly JsonString text = new(arena);
    private readonly Level[] levels = new Level[arena.Limits.Depth];
    private int depth, at, valueAt, tokenStart, marks;
    private uint serial;
    private Expect expect;
    private bool inScalar, inString, isKey, stopped, afterSlash;

    private enum Expect : byte
    {
        Value,
        /// <summary>After `[`.</summary>
        ValueOrEnd,
        /// <summary>After `{`.</summary>
        KeyOrEnd,
        /// <summary>After a comma in an object.</summary>
        Key,
        Colon,
        CommaOrEnd,
        /// <summary>After the outermost value.</summary>
        Nothing,
    }

    private record struct Level(bool IsObject, int NameLength, int Index, uint Scope);

    /// <summary>Everything was read and was JSON.</summary>
    public bool IsWhole => !stopped && expect == Expect.Nothing;

    public void Begin()
    {
        (depth, at, marks, expect) = (0, 0, 0, Expect.Value);
        (inScalar, inString, isKey, stopped, afterSlash) = (false, false, false, false, false);
        name.Truncate(0);
    }

    public override void Push(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty && !stopped)
        {
            var used = inString ? InString(piece) : inScalar ? InScalar(piece) : Structure(piece[0]);
            at += used;
            piece = piece[used..];
        }
    }

    public override void Finish()
    {
        if (stopped || at == 0) return;
        if (inScalar) EndScalar();
        if (!stopped && (expect != Expect.Nothing || inString || afterSlash)) arena.Note(Ambiguity.JsonIncomplete, Origin.Json, at);
    }

    private int Structure(byte next)
    {
        // A byte order mark is three bytes at the very start.
        if (at < 3 && at == marks && next == "\uFEFF"u8[marks])
        {
            if (++marks == 3) arena.Note(Ambiguity.ByteOrderMark, Origin.Json, 0);
            return 1;
        }
        if (marks is 1 or 2) return Stop(Ambiguity.JsonSyntax);
        if (afterSlash) return Stop(next is (byte)'/' or (byte)'*' ? Ambiguity.JsonComment : Ambiguity.JsonSyntax);
        switch (next)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return 1;
            case (byte)'/':
                afterSlash = true;
                return 1;
            case (byte)'"' when expect is Expect.Value or Expect.ValueOrEnd or Expect.Key or Expect.KeyOrEnd:
                isKey = expect is Expect.Key or Expect.KeyOrEnd;
                if (!isKey && !BeginValue()) return 1;
                (inString, valueAt) = (true, at);
                text.Begin(at);
                return 1;
            case (byte)'{' or (byte)'[' when expect is Expect.Value or Expect.ValueOrEnd:
                return Open(next == '{');
            case (byte)'}' or (byte)']':
                return Close(next == '}');
            case (byte)':' when expect == Expect.Colon:
                expect = Expect.Value;
                return 1;
            case (byte)',' when expect == Expect.CommaOrEnd:
                expect = levels[depth - 1].IsObject ? Expect.Key : Expect.Value;
                return 1;
            case not ((byte)',' or (byte)':' or (byte)'"' or (byte)'{' or (byte)'[') when expect is Expect.Value or Expect.ValueOrEnd:
                if (!BeginValue()) return 1;
                (inScalar, valueAt) = (true, at);
                tokenStart = arena.Length;
                return 0;
            default:
                return Stop(expect == Expect.Nothing ? Ambiguity.JsonTrailingBytes : Ambiguity.JsonSyntax);
        }
    }

    private int Open(bool isObject)
    {
        if (!BeginValue()) return 1;
        if (depth == levels.Length) return Stop(Ambiguity.TooDeep);
        levels[depth++] = new(isObject, name.Length, 0, scope + (++serial & serials) * 2);
        expect = isObject ? Expect.KeyOrEnd : Expect.ValueOrEnd;
        return 1;
    }

    private int Close(bool isObject)
    {
        if (depth == 0 || levels[depth - 1].IsObject != isObject) return Stop(expect == Expect.Nothing ? Ambiguity.JsonTrailingBytes : Ambiguity.JsonSyntax);
        if (expect is Expect.Key || expect == Expect.Value && !isObject) return Stop(Ambiguity.JsonTrailingComma);
        if (expect is not (Expect.CommaOrEnd or Expect.KeyOrEnd or Expect.ValueOrEnd)) return Stop(Ambiguity.JsonSyntax);
        var isEmpty = expect != Expect.CommaOrEnd;
        name.Truncate(levels[--depth].NameLength);
        // An empty container is a value, so that its name is seen.
        valueAt = at;
        if (isEmpty) Emit(arena.Length);
        else EndValue();
        return 1;
    }

    /// <summary>Names the value; of an object's member the key has done so.</summary>
    private bool BeginValue()
    {
        if (depth == 0 || levels[depth - 1].IsObject) return true;
        ref var level = ref levels[depth - 1];
        name.Truncate(level.NameLength);
        if (name.PushIndex(level.Index++)) return true;
        Stop(Ambiguity.NameTooLong);
        return false;
    }

    private int InString(ReadOnlySpan<byte> piece)
    {
        if (!text.IsEscaped)
        {
            var run = piece.IndexOfAny(stringStops);
            if (run != 0)
            {
                run = run < 0 ? piece.Length : run;
                if (!text.Append(piece[..run], at)) stopped = true;
                return run;
            }
            if (piece[0] == '"')
            {
                EndString();
                return 1;
            }
        }
        if (!text.Push(piece[0], at)) stopped = true;
        return 1;
    }

    private void EndString()
    {
        inString = false;
        var slice = text.End(at);
        if (stopped) return;
        if (!isKey)
        {
            Emit(slice.Start);
            return;
        }
        ref var level = ref levels[depth - 1];
        var key = arena[slice];
        if (names.Add(NameTable.Hash(key, level.Scope), 1) != 0) arena.Note(Ambiguity.DuplicateName, Origin.Json, at);
        else if (names.Add(NameTable.FoldedHash(key, level.Scope + 1), 1) != 0) arena.Note(Ambiguity.NamesDifferInCase, Origin.Json, at);
        name.Truncate(level.NameLength);
        if (!name.PushKey(key)) Stop(Ambiguity.NameTooLong);
        arena.Truncate(slice.Start);
        expect = Expect.Colon;
    }

    private int InScalar(ReadOnlySpan<byte> piece)
    {
        var run = piece.IndexOfAny(scalarEnds);
        var length = run < 0 ? piece.Length : run;
        // No number or literal is longer than a name may be: the split of the input does not decide where it is cut.
        var most = arena.Limits.PathBytes - (arena.Length - tokenStart);
        if (!Keep(piece[..Math.Min(length, most)])) return length;
        if (length > most) return Stop(Ambiguity.NameTooLong, valueAt);
        if (run >= 0) EndScalar();
        return length;
    }

    private bool Keep(ReadOnlySpan<byte> piece)
    {
        if (arena.Append(piece, Origin.Json, valueAt)) return true;
        stopped = true;
        return false;
    }

    private void EndScalar()
    {
        inScalar = false;
        var kind = JsonNumber.Check(arena[arena.Since(tokenStart)]);
        if (kind == Ambiguity.JsonSyntax) Stop(kind, valueAt);
        else
        {
            if (kind != Ambiguity.None) arena.Note(kind, Origin.Json, valueAt);
            Emit(tokenStart);
        }
    }

    private void Emit(int start)
    {
        var content = arena.Since(start);
        var nameStart = arena.Length;
        if (!Keep(name.Bytes)) return;
        if (arena.Add(new(Origin.Json, arena.Since(nameStart), content), valueAt)) EndValue();
        else stopped = true;
    }

    private void EndValue() => expect = depth == 0 ? Expect.Nothing : Expect.CommaOrEnd;

    private int Stop(Ambiguity why) => Stop(why, at);

    private int Stop(Ambiguity why, int position)
    {
        arena.Note(why, Origin.Json, position);
        stopped = true;
        return 1;
    }
}
