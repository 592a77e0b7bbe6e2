using System.Text.Json;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Bills;

/// <summary>What one format takes from a document.</summary>
internal interface IBillReader
{
    /// <summary>Members of the document that it wants; all others are passed over.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Takes the value of a member, or each item when that is an array.</summary>
    void Read(string name, JsonElement value);
}

/// <summary>
/// Walks a JSON document that is one object. Only one item is held as a tree at a time, so that memory follows the
/// largest item and not the document. A document that breaks off gives what stands before, and a problem.
/// </summary>
internal static class BillJson
{
    /// <summary>Levels of nesting: components in components have two each, so this is some hundred of them.</summary>
    internal const int MaxDepth = 256;

    /// <summary>Bytes of one item. A component with 10,000 locations has 2 MB.</summary>
    internal const int MostItemBytes = 16 << 20;

    /// <param name="problems">Where to say what was not read; null for a first look.</param>
    /// <param name="where">The file, for problems.</param>
    public static void Read(ReadOnlySpan<byte> text, IBillReader reader, ProblemLog? problems, string where)
    {
        var json = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new JsonException("it is no JSON object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var name = Wanted(json, reader);
                json.Read();
                if (name is null) json.Skip();
                else if (json.TokenType != JsonTokenType.StartArray) ReadItem(ref json, name, reader, problems, where);
                else
                    while (json.Read() && json.TokenType != JsonTokenType.EndArray) ReadItem(ref json, name, reader, problems, where);
            }
            json.Read(); // Refuses what follows the object.
        }
        catch (JsonException broken)
        {
            var kind = text.TrimEnd(" \t\r\n"u8).EndsWith("}"u8) ? ProblemKind.Malformed : ProblemKind.Truncated;
            problems?.Report(kind, where, $"expected JSON, but it breaks at byte {json.BytesConsumed:N0}: {broken.Message.Split(" LineNumber")[0].TrimEnd('.')}; what follows was not read");
        }
    }

    private static string? Wanted(in Utf8JsonReader json, IBillReader reader)
    {
        foreach (var name in reader.Names)
            if (json.ValueTextEquals(name)) return name;
        return null;
    }

    private static void ReadItem(ref Utf8JsonReader json, string name, IBillReader reader, ProblemLog? problems, string where)
    {
        var start = json.TokenStartIndex;
        var end = json;
        end.Skip();
        if (end.BytesConsumed - start > MostItemBytes)
        {
            json = end;
            problems?.Report(ProblemKind.LimitReached, where, $"an item of `{name}` at byte {start:N0} has {end.BytesConsumed - start:N0} bytes, more than {MostItemBytes:N0}; it was not read");
            return;
        }
        using var item = JsonDocument.ParseValue(ref json);
        try
        {
            reader.Read(name, item.RootElement);
        }
        catch (InvalidOperationException)
        {
            problems?.Report(ProblemKind.Malformed, where, $"an item of `{name}` at byte {start:N0} has a string that is no UTF-8 or half a surrogate pair; it was not read");
        }
    }
}
