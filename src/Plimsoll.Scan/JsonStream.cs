using System.Buffers;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan;

/// <summary>
/// Reads a JSON document of any length (RFC 8259, UTF-8 with or without a byte order mark) from a stream: members and
/// items one after the other, and only the values that a caller takes as a tree are held, one at a time. What the
/// grammar forbids ends the reading with an <see cref="UnreadableException"/>; all that stood before was handed on.
/// </summary>
internal sealed class JsonStream : IDisposable
{
    /// <summary>Levels of nesting. The deepest feed, the product tree of CSAF, has some twenty.</summary>
    internal const int MaxDepth = 256;

    /// <summary>Bytes of one value or text that is held whole. The largest record of any feed known, a kernel vulnerability with all its versions, has some 5 MB.</summary>
    internal const int MostValueBytes = 16 << 20;

    private readonly Stream source;
    private readonly ProblemLog problems;
    private readonly string where;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int filled;
    private long before;
    private bool ended;
    private int next;
    private JsonReaderState nextState;
    private int mark;
    private JsonReaderState markState;
    private int textStart;
    private int textEnd;
    private int depth;
    private long tokens;

    private JsonStream(Stream source, string where, ProblemLog problems, bool isLines)
    {
        this.source = source;
        this.where = where;
        this.problems = problems;
        nextState = markState = new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth, AllowMultipleValues = isLines });
        Fill();
        if (buffer.AsSpan(0, filled).StartsWith("\uFEFF"u8)) next = mark = 3;
    }

    /// <summary>Kind of the token that was read last.</summary>
    public JsonTokenType Token { get; private set; }

    /// <summary>Offset of that token.</summary>
    public long Position => before + textStart;

    /// <summary>The text of a string or of a member's name.</summary>
    /// <exception cref="JsonException">It is no UTF-8.</exception>
    public string Text
    {
        get
        {
            var json = new Utf8JsonReader(buffer.AsSpan(textStart, textEnd - textStart));
            try
            {
                return json.Read() && json.TokenType == JsonTokenType.String ? json.GetString()! : "";
            }
            catch (InvalidOperationException wrong)
            {
                throw new JsonException("a text is no UTF-8, or has half a surrogate pair", wrong);
            }
        }
    }

    /// <summary>Reads one document, whose value <paramref name="read"/> takes.</summary>
    /// <exception cref="UnreadableException">It is no JSON, or not all of it.</exception>
    public static void Read(Stream source, string where, ProblemLog problems, Action<JsonStream> read) => Read(source, where, problems, isLines: false, read);

    /// <summary>Reads documents that stand one after the other, as in JSON Lines; <paramref name="read"/> takes each.</summary>
    /// <exception cref="UnreadableException">One is no JSON, or not all of it.</exception>
    public static void ReadLines(Stream source, string where, ProblemLog problems, Action<JsonStream> read) => Read(source, where, problems, isLines: true, read);

    /// <summary>Calls for each member of the object at hand, with its name; a value that the call leaves alone is passed over.</summary>
    /// <param name="what">The object, for problems.</param>
    public void Members(string what, Action<string> member)
    {
        if (Token != JsonTokenType.StartObject)
        {
            Unexpected(what, "an object");
            return;
        }
        while (Next() && Token == JsonTokenType.PropertyName)
        {
            var name = Text;
            Next();
            var start = tokens;
            member(name);
            if (tokens == start) Skip();
        }
    }

    /// <summary>Calls for each item of the list at hand; an item that the call leaves alone is passed over.</summary>
    /// <param name="what">The list, for problems.</param>
    public void Items(string what, Action item)
    {
        if (Token != JsonTokenType.StartArray)
        {
            Unexpected(what, "a list");
            return;
        }
        while (Next() && Token != JsonTokenType.EndArray)
        {
            var start = tokens;
            item();
            if (tokens == start) Skip();
        }
    }

    /// <summary>Hands on the value at hand as a tree, which lives as long as the call.</summary>
    /// <param name="what">The value, for problems.</param>
    public void Value(string what, Action<JsonElement> take)
    {
        var at = Position;
        using var value = Tree();
        if (value is null)
        {
            Skip();
            problems.Report(ProblemKind.LimitReached, where, $"{what} at byte {at:N0} has more than {MostValueBytes:N0} bytes; it was not read");
            return;
        }
        try
        {
            take(value.RootElement);
        }
        catch (InvalidOperationException)
        {
            problems.Report(ProblemKind.Malformed, where, $"{what} at byte {at:N0} has a text that is no UTF-8 or half a surrogate pair; it was not read");
        }
    }

    /// <summary>Passes over the value at hand.</summary>
    public void Skip()
    {
        if (Token is not (JsonTokenType.StartObject or JsonTokenType.StartArray)) return; // One token is the whole value.
        var outer = depth;
        while (Next() && depth > outer) { }
    }

    /// <summary>Reports that the value at hand is of another kind than the format has there, and passes over it.</summary>
    public void Unexpected(string what, string expected)
    {
        problems.Report(ProblemKind.Malformed, where, $"expected {expected} for {what} at byte {Position:N0}, but found {Kind(Token)}; it was not read");
        Skip();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private static void Read(Stream source, string where, ProblemLog problems, bool isLines, Action<JsonStream> read)
    {
        using var json = new JsonStream(source, where, problems, isLines);
        try
        {
            do
            {
                if (!json.Next()) break;
                var start = json.tokens;
                read(json);
                if (json.tokens == start) json.Skip();
            }
            while (isLines);
            json.Next(); // Refuses what follows the document.
        }
        catch (JsonException broken)
        {
            var at = json.before + json.next;
            var kind = json.BreaksOff() ? ProblemKind.Truncated : ProblemKind.Malformed;
            throw new UnreadableException(kind, $"expected JSON, but it breaks at byte {at:N0}: {broken.Message.Split(" LineNumber")[0].TrimEnd('.')}; what follows was not read");
        }
    }

    /// <summary>Moves to the next token; false at the end of the document.</summary>
    private bool Next()
    {
        while (true)
        {
            mark = next;
            markState = nextState;
            var json = new Utf8JsonReader(buffer.AsSpan(next, filled - next), ended, nextState);
            var found = json.Read();
            if (found)
            {
                Token = json.TokenType;
                textStart = next + (int)json.TokenStartIndex;
                // A name's token takes the colon with it.
                textEnd = Token == JsonTokenType.PropertyName ? textStart + json.ValueSpan.Length + 2 : next + (int)json.BytesConsumed;
                depth = json.CurrentDepth;
                tokens++;
            }
            next += (int)json.BytesConsumed;
            nextState = json.CurrentState;
            if (found) return true;
            if (ended) return false;
            if (!Fill() && !ended) throw new JsonException($"a text has more than {MostValueBytes:N0} bytes");
        }
    }

    /// <summary>The value at hand, read to its end; null when it is longer than may be held.</summary>
    private JsonDocument? Tree()
    {
        while (true)
        {
            var json = new Utf8JsonReader(buffer.AsSpan(mark, filled - mark), ended, markState);
            json.Read();
            if (JsonDocument.TryParseValue(ref json, out var value))
            {
                next = mark + (int)json.BytesConsumed;
                nextState = json.CurrentState;
                depth = json.CurrentDepth;
                tokens++;
                return value;
            }
            if (!Fill() && !ended) return null;
        }
    }

    /// <summary>Gets more bytes behind those that are still needed; false at the end, or when there is no room for more.</summary>
    private bool Fill()
    {
        if (ended) return false;
        if (mark > 0)
        {
            buffer.AsSpan(mark, filled - mark).CopyTo(buffer);
            before += mark;
            (filled, next, textStart, textEnd, mark) = (filled - mark, next - mark, textStart - mark, textEnd - mark, 0);
        }
        if (filled == buffer.Length)
        {
            if (filled >= MostValueBytes) return false;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, MostValueBytes));
            buffer.AsSpan(0, filled).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        var read = source.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
        ended = filled + read < buffer.Length;
        filled += read;
        return read > 0;
    }

    /// <summary>Whether the document ends before its last bracket.</summary>
    private bool BreaksOff()
    {
        while (!ended)
        {
            mark = next = Math.Max(next, filled - 1);
            Fill();
        }
        var text = buffer.AsSpan(0, filled).TrimEnd(" \t\r\n"u8);
        return !text.EndsWith("}"u8) && !text.EndsWith("]"u8);
    }

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        _ => "null",
    };
}
