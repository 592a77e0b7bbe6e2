using System.Text.Json;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Walks a JSON object whose members may be of any kind: what is not of the expected one is a fault, and passed over.</summary>
internal ref struct OsvFields(ReadOnlySpan<byte> bytes, List<string> faults)
{
    /// <summary>Faults that are said of one record: more would not help to repair it.</summary>
    private const int MostFaults = 5;

    private Utf8JsonReader json = new(bytes);

    public readonly long Consumed => json.BytesConsumed;

    public readonly void Fault(string sentence)
    {
        if (faults.Count < MostFaults) faults.Add(sentence);
    }

    /// <exception cref="JsonException">It is no object.</exception>
    public void Start()
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new JsonException();
    }

    public void End()
    {
        if (json.Read()) throw new JsonException();
    }

    /// <summary>Goes to the next member of the object; its value is to be read or skipped.</summary>
    public bool Member() => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    public readonly bool Is(ReadOnlySpan<byte> name) => json.ValueTextEquals(name);

    /// <summary>Passes over the member's value.</summary>
    public void Skip() => json.Skip();

    public string? Text(string where)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return json.GetString();
        Unexpected(where, "a text");
        return null;
    }

    /// <summary>The member's value where it is a text.</summary>
    public string? TextOrSkip()
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return json.GetString();
        json.Skip();
        return null;
    }

    /// <summary>The texts of the member's value where it is a list; what else is in it is passed over.</summary>
    public void TextsOrSkip(List<string> to)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray) json.Skip();
        else
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                if (json.TokenType == JsonTokenType.String) to.Add(json.GetString()!);
                else json.Skip();
    }

    public DateTimeOffset? Time(string where)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String)
        {
            Unexpected(where, "a time");
            return null;
        }
        // Times that were never set come as the first moment of the calendar, with and without its zeros (PYSEC-2024-55).
        if (json.ValueTextEquals("1-01-01T00:00:00Z"u8) || json.ValueTextEquals("0001-01-01T00:00:00Z"u8)) return null;
        if (json.TryGetDateTimeOffset(out var time)) return time.ToUniversalTime();
        Fault($"its `{where}` is `{Short(json.GetString()!)}`, expected a time such as 2026-01-31T12:00:00Z");
        return null;
    }

    public void Texts(string where, List<string> to)
    {
        if (!EnterList(where)) return;
        while (Item(where))
        {
            if (json.TokenType == JsonTokenType.String) to.Add(json.GetString()!);
            else Unexpected(where + "[]", "a text");
        }
    }

    /// <summary>Enters the list that is the member's value.</summary>
    public bool EnterList(string where)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.StartArray) return true;
        Unexpected(where, "a list");
        return false;
    }

    /// <summary>Goes to the next item of a list.</summary>
    public bool Item(string where)
    {
        json.Read();
        return json.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Enters the object that is the member's value, or the item of a list.</summary>
    public bool EnterObject(string where)
    {
        if (json.TokenType == JsonTokenType.PropertyName) json.Read();
        else where += "[]";
        if (json.TokenType == JsonTokenType.StartObject) return true;
        Unexpected(where, "an object");
        return false;
    }

    public static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>Null is how some databases write that there is nothing.</summary>
    private void Unexpected(string where, string expected)
    {
        if (json.TokenType != JsonTokenType.Null)
            Fault($"its `{where}` is {json.TokenType switch
            {
                JsonTokenType.StartObject => "an object",
                JsonTokenType.StartArray => "a list",
                JsonTokenType.Number => "a number",
                JsonTokenType.String => "a text",
                _ => "true or false",
            }}, expected {expected}");
        json.Skip();
    }
}
