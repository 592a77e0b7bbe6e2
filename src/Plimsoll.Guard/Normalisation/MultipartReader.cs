namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// multipart/form-data (RFC 7578, RFC 2046 §5.1): parts between lines `--boundary`, the last `--boundary--`. Pushed in pieces;
/// any split gives the same values. Fields become values, files their names alone: no more than headers and fields is kept.
/// </summary>
internal sealed class MultipartReader : BodyReader
{
    private const int longest = 256;
    private readonly ValueArena arena;
    private readonly PartHeaders part;
    private readonly byte[] token = new byte[longest];
    private readonly byte[] fallback = new byte[longest];
    private int tokenLength, matched, at, lineAt, contentStart, parts;
    private State state;
    private byte last, beforeLast; // The last two bytes of content.
    private bool keeps, stopped, afterDash;

    public MultipartReader(ValueArena arena, NameTable names) => (this.arena, part) = (arena, new(arena, names));

    private enum State : byte
    {
        /// <summary>In the preamble or in a part's content, looking for the boundary.</summary>
        Content,
        /// <summary>After `--boundary`.</summary>
        AfterBoundary,
        /// <summary>After its CR.</summary>
        AfterReturn,
        Headers,
        /// <summary>After `--boundary--`.</summary>
        Closed,
        ClosedReturn,
        Epilogue,
    }

    public void Begin(Slice boundary)
    {
        (matched, at, parts, state, last, beforeLast, keeps, afterDash) = (0, 0, 0, State.Content, (byte)'\n', (byte)'\r', false, false);
        // An unusable boundary is noted with the type; nothing can be read by it.
        stopped = boundary.Length is 0 or > longest - 2;
        if (stopped) return;
        token[0] = token[1] = (byte)'-';
        arena[boundary].CopyTo(token.AsSpan(2));
        tokenLength = boundary.Length + 2;
        fallback[0] = 0;
        for (int i = 1, k = 0; i < tokenLength; i++)
        {
            while (k > 0 && token[i] != token[k]) k = fallback[k - 1];
            if (token[i] == token[k]) k++;
            fallback[i] = (byte)k;
        }
        part.Begin();
    }

    public override void Push(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty && !stopped)
        {
            var used = state switch
            {
                State.Content => InContent(piece),
                State.Headers => InHeaders(piece),
                _ => InBoundary(piece[0]),
            };
            at += used;
            piece = piece[used..];
        }
    }

    public override void Finish()
    {
        if (stopped) return;
        if (state == State.ClosedReturn) arena.Note(Ambiguity.Epilogue, Origin.Part, at);
        if (state is State.Closed or State.ClosedReturn or State.Epilogue) return;
        arena.Note(Ambiguity.UnterminatedMultipart, Origin.Part, at);
        if (state is State.AfterBoundary or State.AfterReturn) EndContent();
        if (state == State.Content && matched > 0) Content(token.AsSpan(0, matched));
        if (state == State.Content && parts > 0) EndPart(0);
    }

    private int InContent(ReadOnlySpan<byte> piece)
    {
        if (matched == 0)
        {
            var found = piece.IndexOf(token.AsSpan(0, tokenLength));
            if (found >= 0)
            {
                Content(piece[..found]);
                BoundaryFound(found);
                return found + tokenLength;
            }
            var kept = Math.Min(piece.Length, tokenLength - 1);
            while (kept > 0 && !token.AsSpan(0, kept).SequenceEqual(piece[^kept..])) kept--;
            Content(piece[..^kept]);
            matched = kept;
            return piece.Length;
        }
        for (var i = 0; i < piece.Length; i++)
        {
            while (matched > 0 && token[matched] != piece[i])
            {
                var shorter = fallback[matched - 1];
                Content(token.AsSpan(0, matched - shorter));
                matched = shorter;
            }
            if (token[matched] != piece[i]) return i; // Nothing is matched any more: the fast way again.
            if (++matched < tokenLength) continue;
            BoundaryFound(i + 1 - tokenLength);
            return i + 1;
        }
        return piece.Length;
    }

    /// <summary>The boundary stands in the text; whether it is one depends on what is before and after.</summary>
    private void BoundaryFound(int offset)
    {
        matched = 0;
        if (stopped) return;
        if (last == '\n')
        {
            (state, afterDash) = (State.AfterBoundary, false);
            return;
        }
        arena.Note(Ambiguity.BoundaryInside, Origin.Part, at + offset);
        Content(token.AsSpan(0, tokenLength));
    }

    private int InBoundary(byte next)
    {
        switch (state)
        {
            case State.AfterBoundary when next == '-' && afterDash:
                EndContent();
                state = State.Closed;
                return 1;
            case State.AfterBoundary when next == '-':
                afterDash = true;
                return 1;
            case State.AfterBoundary when next == '\r' && !afterDash:
                state = State.AfterReturn;
                return 1;
            case State.AfterBoundary when next == '\n' && !afterDash:
                arena.Note(Ambiguity.BareLineFeed, Origin.Part, at);
                BeginHeaders();
                return 1;
            case State.AfterBoundary when next is (byte)' ' or (byte)'\t' && !afterDash:
                arena.Note(Ambiguity.BoundaryPadding, Origin.Part, at);
                return 1;
            case State.AfterReturn when next == '\n':
                BeginHeaders();
                return 1;
            case State.AfterBoundary or State.AfterReturn:
                arena.Note(Ambiguity.BoundaryInside, Origin.Part, at);
                Content(token.AsSpan(0, tokenLength));
                if (afterDash) Content("-"u8);
                if (state == State.AfterReturn) Content("\r"u8);
                state = State.Content;
                return 0;
            case State.Closed when next == '\r':
                state = State.ClosedReturn;
                return 1;
            case State.ClosedReturn when next == '\n':
                state = State.Epilogue;
                return 1;
            default:
                // Also a boundary that goes on: `--boundary--x`.
                if (state == State.Closed) arena.Note(next == '\n' ? Ambiguity.BareLineFeed : Ambiguity.BoundaryInside, Origin.Part, at);
                if (state != State.Closed || next != '\n') arena.Note(Ambiguity.Epilogue, Origin.Part, at);
                state = State.Epilogue;
                return 1;
        }
    }

    private void BeginHeaders()
    {
        EndContent();
        if (stopped) return;
        if (parts++ == arena.Limits.Parameters)
        {
            Stop(Ambiguity.TooManyParameters, at);
            return;
        }
        (state, lineAt) = (State.Headers, at + 1);
        part.BeginPart();
    }

    /// <summary>Bytes up to the end of a line; an empty line ends the headers.</summary>
    private int InHeaders(ReadOnlySpan<byte> piece)
    {
        var length = piece.IndexOf((byte)'\n') + 1;
        if (length == 0) length = piece.Length;
        var most = arena.Limits.PartHeaderBytes - part.HeaderBytes;
        stopped = !part.Append(piece[..Math.Min(length, most)], lineAt);
        if (length > most && !stopped) Stop(Ambiguity.HeaderTooLong, lineAt);
        if (stopped) return length;
        if (piece[length - 1] != '\n') return length;
        var isEnd = part.EndLine(lineAt);
        lineAt = at + length;
        if (!isEnd) return length;
        if (part.Stopped)
        {
            stopped = true;
            return length;
        }
        keeps = !part.IsFile;
        contentStart = arena.Length;
        state = State.Content;
        // A boundary that follows at once lacks the line end that is its own.
        (beforeLast, last) = (0, 0);
        return length;
    }

    private void Content(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || stopped) return;
        if (keeps && !Keep(text)) return;
        part.ContentBytes += text.Length;
        if (parts == 0) arena.Note(Ambiguity.Preamble, Origin.Part, 0);
        beforeLast = text.Length > 1 ? text[^2] : last;
        last = text[^1];
    }

    private bool Keep(ReadOnlySpan<byte> text)
    {
        var most = arena.Limits.ArenaBytes - arena.Length;
        if (text.Length <= most) return arena.Append(text, Origin.Part, lineAt);
        arena.Append(text[..most], Origin.Part, lineAt);
        Stop(Ambiguity.TooManyBytes, lineAt);
        return false;
    }

    /// <summary>The content before a boundary, without the line end that belongs to it.</summary>
    private void EndContent()
    {
        if (parts == 0) return;
        if (beforeLast != '\r') arena.Note(Ambiguity.BareLineFeed, Origin.Part, at);
        EndPart(beforeLast == '\r' ? 2 : 1);
    }

    private void EndPart(int lineEnd)
    {
        if (!keeps) part.EndFile(at);
        else if (!part.EndField(new(contentStart, Math.Max(0, arena.Length - contentStart - lineEnd)), at)) stopped = true;
        keeps = false;
    }

    private void Stop(Ambiguity why, int position)
    {
        arena.Note(why, Origin.Part, position);
        stopped = true;
    }
}
