using System.Buffers;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// What a value hides: percent escapes, HTML entities, unicode escapes, base64 and JSON inside of a value, one in the other up to
/// <see cref="NormalisationLimits.Layers"/>. Each decoding that changes something is one more value, child of the one it was
/// in: an application may decode or not, so both are inspected. Names are not unfolded.
/// </summary>
internal sealed class NestedEncodings(ValueArena arena, NameTable names)
{
    private static readonly SearchValues<byte> marks = SearchValues.Create("%&\\{["u8);
    private static readonly Ambiguity[] limits = [Ambiguity.TooManyBytes, Ambiguity.TooManyValues, Ambiguity.TooDeep, Ambiguity.NameTooLong];
    private readonly JsonReader json = new(arena, names, JsonReader.ScopeOfNested);

    /// <summary>Unfolds all values of the arena from <paramref name="first"/> on; those that come out of them as well.</summary>
    public void Unfold(int first)
    {
        for (var i = first; i < arena.Values.Length; i++)
        {
            var value = arena.Values[i];
            if (value.Content.Length < 3 || value.Origin is Origin.Header or Origin.PartHeader) continue;
            var content = arena[value.Content];
            var hasMark = content.ContainsAny(marks);
            var isBase64 = Base64Text.IsPossible(content);
            if (!hasMark && !isBase64) continue;
            var before = (arena.Save(), arena.Values.Length);
            if (hasMark)
            {
                Try(i, ValueEncoding.Percent);
                Try(i, ValueEncoding.HtmlEntities);
                Try(i, ValueEncoding.UnicodeEscapes);
                TryJson(i);
            }
            if (isBase64) Try(i, ValueEncoding.Base64);
            if (arena.Values.Length == before.Length || Depth(value) < arena.Limits.Layers) continue;
            arena.Restore(before.Item1);
            arena.Note(Ambiguity.TooManyLayers, value.Origin, 0);
        }
    }

    private int Depth(Value value)
    {
        var depth = 0;
        for (; value.Parent >= 0; value = arena.Values[value.Parent]) depth++;
        return depth;
    }

    private void Try(int index, ValueEncoding layer)
    {
        var value = arena.Values[index];
        // Nothing of these becomes longer.
        var room = arena.Reserve(value.Content.Length + 4);
        if (room.IsEmpty)
        {
            arena.Note(Ambiguity.TooManyBytes, value.Origin, 0);
            return;
        }
        var content = arena[value.Content];
        var written = layer switch
        {
            ValueEncoding.Percent => PercentText.Decode(content, room),
            ValueEncoding.HtmlEntities => HtmlEntities.Decode(content, room),
            ValueEncoding.UnicodeEscapes => UnicodeEscapes.Decode(content, room),
            _ => Base64Text.Decode(content, room),
        };
        if (written <= 0) return;
        var start = arena.Length;
        arena.Commit(written);
        arena.Add(value with { Content = arena.Since(start), Layer = layer, Parent = index });
    }

    private void TryJson(int index)
    {
        var value = arena.Values[index];
        if (value.Origin == Origin.Json && value.Content.Length == 0) return;
        var content = arena[value.Content].Trim(" \t\r\n"u8);
        if (content.Length < 2 || (content[0], content[^1]) is not (((byte)'{', (byte)'}') or ((byte)'[', (byte)']'))) return;
        var before = arena.Save();
        var first = arena.Values.Length;
        json.Begin();
        // In pieces, because the arena may move under the content.
        var start = value.Content.Start + arena[value.Content].IndexOf(content[0]);
        Span<byte> piece = stackalloc byte[512];
        for (int done = 0, length = content.Length; done < length; done += piece.Length)
        {
            var size = Math.Min(piece.Length, length - done);
            arena[new(start + done, size)].CopyTo(piece);
            json.Push(piece[..size]);
        }
        json.Finish();
        if (json.IsWhole)
        {
            arena.Adopt(first, ValueEncoding.Json, index);
            return;
        }
        // It is no JSON, and what was noted of it does not count, unless a limit kept it from being read.
        var noted = arena.Of(Origin.Json);
        arena.Restore(before);
        foreach (var limit in limits)
            if (noted.Contains(limit)) arena.Note(limit, value.Origin, 0);
    }
}
