using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// The `; name=value` of Content-Type and Content-Disposition (RFC 9110 §5.6.6), one at a time. A quoted value is copied to the
/// arena without its quotes and backslashes. Whatever is not by the grammar is noted and read as the most lenient do.
/// </summary>
internal ref struct HeaderParameters(ValueArena arena, ReadOnlySpan<byte> text, Origin origin, int at)
{
    private static readonly SearchValues<byte> token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);
    private readonly ReadOnlySpan<byte> text = text;
    private int next;

    /// <summary>As written, without blanks around.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>`name*` or `name*0` of RFC 2231; the caller notes it.</summary>
    public readonly bool IsExtended => Name.Contains((byte)'*');

    /// <summary>In the arena.</summary>
    public Slice Value { get; private set; }

    /// <summary>What stands before the first `;`, without blanks around.</summary>
    public ReadOnlySpan<byte> Head()
    {
        next = text.IndexOf((byte)';');
        if (next < 0) next = text.Length;
        return Text.Trim(text[..next]);
    }

    /// <summary>The next parameter; false at the end, or when the arena is full.</summary>
    public bool Read()
    {
        while (next < text.Length)
        {
            next++; // The `;`.
            SkipBlanks();
            var start = next;
            while (next < text.Length && text[next] is not ((byte)';' or (byte)'=')) next++;
            Name = Text.Trim(text[start..next]);
            if (next == text.Length || text[next] == ';')
            {
                if (!Name.IsEmpty) Note(Ambiguity.MalformedParameter);
                continue;
            }
            if (Name.IsEmpty || next > start && text[next - 1] is (byte)' ' or (byte)'\t' || Name.ContainsAnyExcept(token)) Note(Ambiguity.MalformedParameter);
            next++;
            if (next < text.Length && text[next] is (byte)' ' or (byte)'\t') Note(Ambiguity.MalformedParameter);
            SkipBlanks();
            return next < text.Length && text[next] == '"' ? ReadQuoted() : ReadToken();
        }
        return false;
    }

    private bool ReadToken()
    {
        var length = text[next..].IndexOf((byte)';');
        var value = Text.Trim(length < 0 ? text[next..] : text.Slice(next, length));
        var hasBlank = next + value.Length < (length < 0 ? text.Length : next + length);
        if (hasBlank || value.IsEmpty || value.ContainsAnyExcept(token)) Note(Ambiguity.MalformedParameter);
        next = length < 0 ? text.Length : next + length;
        var start = arena.Length;
        if (!arena.Append(value, origin, at)) return false;
        Value = arena.Since(start);
        return true;
    }

    private bool ReadQuoted()
    {
        var start = arena.Length;
        next++;
        while (true)
        {
            var run = text[next..].IndexOfAny((byte)'"', (byte)'\\');
            if (run < 0) run = text.Length - next;
            if (!arena.Append(text.Slice(next, run), origin, at)) return false;
            next += run;
            if (next == text.Length)
            {
                Note(Ambiguity.MalformedParameter);
                break;
            }
            if (text[next++] == '"') break;
            Note(Ambiguity.QuotedPair);
            if (next < text.Length && !arena.Append(text.Slice(next++, 1), origin, at)) return false;
        }
        Value = arena.Since(start);
        SkipBlanks();
        if (next < text.Length && text[next] != ';')
        {
            Note(Ambiguity.MalformedParameter);
            next = text[next..].IndexOf((byte)';') is >= 0 and var end ? next + end : text.Length;
        }
        return true;
    }

    private void SkipBlanks()
    {
        while (next < text.Length && text[next] is (byte)' ' or (byte)'\t') next++;
    }

    private readonly void Note(Ambiguity kind) => arena.Note(kind, origin, at);
}
