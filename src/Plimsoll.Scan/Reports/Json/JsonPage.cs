using System.Text.Encodings.Web;
using System.Text.Json;

namespace Plimsoll.Scan.Reports.Json;

/// <summary>
/// A JSON document that goes out while it is written. Control characters are escaped and unpaired surrogates become
/// U+FFFD; other characters stay as they are, for this is no HTML.
/// </summary>
internal sealed class JsonPage(Stream to) : IDisposable
{
    /// <summary>Bytes that are held at most, but for one element.</summary>
    private const int Held = 16 << 10;

    private readonly Utf8JsonWriter writer = new(to, new JsonWriterOptions
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public void Begin() => writer.WriteStartObject();
    public void Begin(ReadOnlySpan<byte> name) => writer.WriteStartObject(name);
    public void BeginList() => writer.WriteStartArray();
    public void BeginList(ReadOnlySpan<byte> name) => writer.WriteStartArray(name);
    public void EndList() => writer.WriteEndArray();

    public void End()
    {
        writer.WriteEndObject();
        if (writer.BytesPending > Held) writer.Flush();
    }

    /// <summary>Null is written as such: a reader then need not ask whether a field is there.</summary>
    public void Text(ReadOnlySpan<byte> name, string? value) => writer.WriteString(name, value);

    public void Text(string name, string value) => writer.WriteString(name, value);

    public void Text(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => writer.WriteString(name, value);

    public void Item(string value)
    {
        writer.WriteStringValue(value);
        if (writer.BytesPending > Held) writer.Flush();
    }

    public void Number(ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }

    public void Fraction(ReadOnlySpan<byte> name, decimal value) => writer.WriteNumber(name, value);

    public void Flag(ReadOnlySpan<byte> name, bool value) => writer.WriteBoolean(name, value);

    public void Flag(ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } known) writer.WriteBoolean(name, known);
        else writer.WriteNull(name);
    }

    public void Null(ReadOnlySpan<byte> name) => writer.WriteNull(name);

    public void List(ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        BeginList(name);
        foreach (var value in values) Item(value);
        EndList();
    }

    public void Numbers(ReadOnlySpan<byte> name, IEnumerable<int> values)
    {
        BeginList(name);
        foreach (var value in values) writer.WriteNumberValue(value);
        EndList();
    }

    /// <summary>A list of objects.</summary>
    /// <param name="fields">Writes those of one.</param>
    public void List<T>(ReadOnlySpan<byte> name, IEnumerable<T> items, Action<T> fields)
    {
        BeginList(name);
        foreach (var item in items)
        {
            Begin();
            fields(item);
            End();
        }
        EndList();
    }

    /// <summary>Ends the document with a line feed.</summary>
    public void Dispose()
    {
        writer.Dispose();
        to.Write("\n"u8);
    }
}
