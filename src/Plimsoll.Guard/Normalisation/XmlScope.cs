namespace Plimsoll.Guard.Normalisation;

/// <summary>The attributes of the tag that is read, and the prefixes that are declared around it (Namespaces in XML 1.0).</summary>
internal sealed class XmlScope(ValueArena arena, NameTable names)
{
    private const uint scopeOfTags = 0x8000_0000; // Apart from the scopes of JSON and of fields.
    private readonly Slice[] attributes = new Slice[arena.Limits.Attributes];
    private readonly Prefix[] prefixes = new Prefix[arena.Limits.Attributes];
    private int count, declared, depth;
    private uint serial;

    private readonly record struct Prefix(Slice Name, ulong Namespace, int Depth);

    public void Begin() => (count, declared) = (0, 0);

    public void Open(int level)
    {
        (count, depth) = (0, level);
        serial = serial + 2 & 0x0FFF_FFFF;
    }

    /// <summary>False, and noted, when there are too many.</summary>
    public bool Add(Slice attribute, Slice value, int at)
    {
        var name = arena[attribute];
        if (count == attributes.Length) return TooMany(at);
        if (names.Add(NameTable.Hash(name, scopeOfTags + serial), 1) != 0) return Malformed(at);
        attributes[count++] = attribute;
        if (!name.StartsWith("xmlns:"u8)) return true;
        if (declared == prefixes.Length) return TooMany(at);
        if (value.Length == 0 || name.Length == 6) return Malformed(at);
        prefixes[declared++] = new(new(attribute.Start + 6, attribute.Length - 6), NameTable.Hash(arena[value], 2), depth);
        return true;
    }

    /// <summary>The tag is complete: its prefixes must be declared, its attributes different.</summary>
    public bool Close(Slice element, int at)
    {
        if (!Resolve(element, isElement: true, at)) return false;
        foreach (var attribute in attributes.AsSpan(0, count))
            if (!arena[attribute].StartsWith("xmlns:"u8) && !Resolve(attribute, isElement: false, at)) return false;
        return true;
    }

    /// <summary>Forgets what an element declared.</summary>
    public void Leave(int level)
    {
        while (declared > 0 && prefixes[declared - 1].Depth >= level) declared--;
    }

    private bool Resolve(Slice qualified, bool isElement, int at)
    {
        var name = arena[qualified];
        var colon = name.IndexOf((byte)':');
        if (colon < 0) return true;
        var prefix = name[..colon];
        var local = name[(colon + 1)..];
        if (prefix.IsEmpty || local.IsEmpty || local.Contains((byte)':') || local[0] is (byte)'-' or (byte)'.' or (>= (byte)'0' and <= (byte)'9')) return Malformed(at);
        if (prefix.SequenceEqual("xml"u8)) return true;
        for (var i = declared - 1; i >= 0; i--)
        {
            if (!arena[prefixes[i].Name].SequenceEqual(prefix)) continue;
            // Two prefixes of one namespace make two attributes one.
            return isElement || names.Add(NameTable.Hash(local, scopeOfTags + serial + 1) ^ prefixes[i].Namespace, 1) == 0 || Malformed(at);
        }
        arena.Note(Ambiguity.XmlUnboundPrefix, Origin.Xml, at);
        return true;
    }

    private bool TooMany(int at)
    {
        arena.Note(Ambiguity.HeaderTooLong, Origin.Xml, at);
        return false;
    }

    private bool Malformed(int at)
    {
        arena.Note(Ambiguity.XmlSyntax, Origin.Xml, at);
        return false;
    }
}
