using System.Runtime.InteropServices;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

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
/// Hands a reader what it wants of a document that is one object. Only one item is held as a tree at a time, so that memory
/// follows the largest item and not the document. A document that breaks off gives what stands before, and a problem.
/// </summary>
internal static class BillJson
{
    /// <param name="problems">Where to say what was not read.</param>
    /// <param name="where">The file, for problems.</param>
    public static void Read(ReadOnlyMemory<byte> text, IBillReader reader, ProblemLog problems, string where)
    {
        try
        {
            using var source = Open(text);
            JsonStream.Read(source, where, problems, json =>
            {
                if (json.Token != JsonTokenType.StartObject) throw new UnreadableException(ProblemKind.Malformed, "expected a JSON object, but found something else; it was not read");
                json.Members("the document", name =>
                {
                    if (!reader.Names.Contains(name)) return;
                    if (json.Token == JsonTokenType.StartArray) json.Items($"`{name}`", () => json.Value($"an item of `{name}`", item => reader.Read(name, item)));
                    else json.Value($"an item of `{name}`", value => reader.Read(name, value));
                });
            });
        }
        catch (UnreadableException broken)
        {
            problems.Report(broken.Kind, where, broken.Message);
        }
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> text) =>
        MemoryMarshal.TryGetArray(text, out var bytes) ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false) : new MemoryStream(text.ToArray(), writable: false);
}
