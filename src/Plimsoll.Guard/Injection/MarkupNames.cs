using System.Buffers.Binary;
using System.Collections.Frozen;

namespace Plimsoll.Guard.Injection;

internal enum MarkupElement : byte
{
    Plain,
    Script,
    Style,
    /// <summary>Loads a document, program or style sheet by an attribute.</summary>
    Loads,
    Meta,
}

internal enum MarkupAttribute : byte
{
    Other,
    /// <summary>Its value is a script.</summary>
    Handler,
    /// <summary>Its value is an address that a browser follows or loads.</summary>
    Address,
    /// <summary>An address that is loaded at once.</summary>
    Source,
    /// <summary>Its value is a document.</summary>
    Document,
    Style,
    /// <summary>Names what takes the place of a header of the response.</summary>
    Equivalent,
    /// <summary>Names the attribute that an animation sets.</summary>
    Animated,
}

/// <summary>Names of elements and attributes as a browser compares them: letters of either case, bytes of zero passed over.</summary>
internal static class MarkupNames
{
    private const int longest = 16;
    private static readonly FrozenDictionary<UInt128, MarkupElement> elements = Table(("script", MarkupElement.Script), ("svg:script", MarkupElement.Script), ("style", MarkupElement.Style),
        ("iframe", MarkupElement.Loads), ("frame", MarkupElement.Loads), ("object", MarkupElement.Loads), ("embed", MarkupElement.Loads), ("applet", MarkupElement.Loads),
        ("base", MarkupElement.Loads), ("link", MarkupElement.Loads), ("portal", MarkupElement.Loads), ("import", MarkupElement.Loads), ("layer", MarkupElement.Loads), ("meta", MarkupElement.Meta));
    private static readonly FrozenDictionary<UInt128, MarkupAttribute> attributes = Table(("href", MarkupAttribute.Address), ("xlink:href", MarkupAttribute.Address), ("action", MarkupAttribute.Address),
        ("formaction", MarkupAttribute.Address), ("src", MarkupAttribute.Source), ("data", MarkupAttribute.Source), ("code", MarkupAttribute.Source), ("codebase", MarkupAttribute.Source), ("poster", MarkupAttribute.Address),
        ("background", MarkupAttribute.Address), ("dynsrc", MarkupAttribute.Address), ("lowsrc", MarkupAttribute.Address), ("from", MarkupAttribute.Address), ("to", MarkupAttribute.Address), ("values", MarkupAttribute.Address),
        ("value", MarkupAttribute.Address), ("content", MarkupAttribute.Address), ("manifest", MarkupAttribute.Address), ("srcdoc", MarkupAttribute.Document), ("style", MarkupAttribute.Style), ("http-equiv", MarkupAttribute.Equivalent),
        ("attributename", MarkupAttribute.Animated));

    public static MarkupElement Element(ReadOnlySpan<byte> name) => elements.GetValueOrDefault(Key(name, out _), MarkupElement.Plain);

    public static MarkupAttribute Attribute(ReadOnlySpan<byte> name)
    {
        var key = Key(name, out var letters);
        if (letters is null) return MarkupAttribute.Other;
        // Of the letters after `on` an event's name has at least three, and some English words have them too.
        if (letters > 4 && (ushort)key == ('o' | 'n' << 8) && key != onces[0] && key != onces[1] && key != onces[2] && key != onces[3]) return MarkupAttribute.Handler;
        return attributes.GetValueOrDefault(key, MarkupAttribute.Other);
    }

    private static readonly UInt128[] onces = [Pack("online"), Pack("onward"), Pack("ongoing"), Pack("onboard")];

    /// <summary>Null letters: longer than any name, or something else than a name.</summary>
    private static UInt128 Key(ReadOnlySpan<byte> name, out int? letters)
    {
        Span<byte> lower = stackalloc byte[longest];
        lower.Clear();
        var length = 0;
        letters = null;
        foreach (var c in name)
        {
            if (c == 0) continue;
            if (c is <= 0x20 or (byte)'"' or (byte)'\'' or (byte)'.' or (byte)'(' or (byte)',') return 0;
            if (length == longest) break;
            lower[length++] = c is >= (byte)'A' and <= (byte)'Z' ? (byte)(c | 0x20) : c;
        }
        letters = length;
        return BinaryPrimitives.ReadUInt128LittleEndian(lower);
    }

    private static UInt128 Pack(string name) => Key(System.Text.Encoding.ASCII.GetBytes(name), out _);

    private static FrozenDictionary<UInt128, T> Table<T>(params ReadOnlySpan<(string Name, T Meaning)> rows)
    {
        var table = new Dictionary<UInt128, T>();
        foreach (var (name, meaning) in rows) table.Add(Pack(name), meaning);
        return table.ToFrozenDictionary();
    }
}
