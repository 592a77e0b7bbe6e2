namespace Plimsoll.Guard.Injection;

/// <summary>Tags and their attributes from a place on, in text or in a tag's attributes (WHATWG HTML 13.2.5).</summary>
internal ref struct MarkupTokenizer(ReadOnlySpan<byte> value, int start, InjectionContext context)
{
    private readonly ReadOnlySpan<byte> value = value;
    private readonly InjectionContext context = context;
    private int next = start, tag = start;
    private MarkupElement element;
    private bool isEnd;
    private InjectionEvidence evidence;

    public InjectionEvidence Judge(bool inTag)
    {
        while (!evidence.IsInjection)
        {
            if (inTag) Attributes();
            inTag = true;
            if (evidence.IsInjection || !Open()) break;
        }
        return evidence;
    }

    /// <summary>Goes to behind the next tag's name; false at the end.</summary>
    private bool Open()
    {
        while (next < value.Length)
        {
            var at = value[next..].IndexOf((byte)'<');
            if (at < 0) return false;
            tag = next += at;
            if (Named()) return true;
        }
        return false;
    }

    /// <summary>At `&lt;`: reads the tag's name, or passes the sign where it begins none.</summary>
    private bool Named()
    {
        next++;
        isEnd = next < value.Length && value[next] == '/';
        if (isEnd) next++;
        while (next < value.Length && value[next] == 0) next++;
        if (next >= value.Length || !char.IsAsciiLetter((char)value[next])) return false;
        var name = next;
        while (next < value.Length && !IsSpace(value[next]) && value[next] is not ((byte)'/' or (byte)'>' or (byte)'<')) next++;
        element = MarkupNames.Element(value[name..next]);
        return true;
    }

    private void Attributes()
    {
        while (next < value.Length)
        {
            while (next < value.Length && (IsSpace(value[next]) || value[next] == '/')) next++;
            if (next >= value.Length) break;
            if (value[next] == '>')
            {
                next++;
                Content();
                return;
            }
            if (value[next] == '<')
            {
                // In a name the sign means nothing; where the tag before was text to the browser it begins one.
                tag = next;
                Named();
                continue;
            }
            var at = next++;
            while (next < value.Length && !IsSpace(value[next]) && value[next] is not ((byte)'/' or (byte)'>' or (byte)'=' or (byte)'<')) next++;
            var name = value[at..next];
            while (next < value.Length && IsSpace(value[next])) next++;
            if (next >= value.Length || value[next] != '=') continue;
            next++;
            if (!isEnd) Judge(name, Value(), at);
            else Value();
            if (evidence.IsInjection) return;
        }
    }

    private ReadOnlySpan<byte> Value()
    {
        while (next < value.Length && IsSpace(value[next])) next++;
        if (next >= value.Length) return default;
        var at = next;
        if (value[at] is (byte)'"' or (byte)'\'' or (byte)'`')
        {
            var end = value[(at + 1)..].IndexOf(value[at]);
            if (end >= 0 || value[at] != '`')
            {
                next = end < 0 ? value.Length : at + 1 + end + 1;
                return value[(at + 1)..(end < 0 ? value.Length : at + 1 + end)];
            }
        }
        while (next < value.Length && !IsSpace(value[next]) && value[next] != '>') next++;
        return value[at..next];
    }

    private void Judge(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text, int at)
    {
        switch (MarkupNames.Attribute(name))
        {
            case MarkupAttribute.Handler when ScriptText.Acts(text):
                evidence = new(InjectionKind.Handler, context, at);
                break;
            case MarkupAttribute.Address when MarkupAddress.Executes(text):
                evidence = new(InjectionKind.Scheme, context, at);
                break;
            case MarkupAttribute.Address or MarkupAttribute.Source when element == MarkupElement.Loads && !text.Trim(" \t\r\n\""u8).IsEmpty:
            case MarkupAttribute.Source when element == MarkupElement.Script && !text.IsEmpty:
            case MarkupAttribute.Document when text.IndexOfAny("<&"u8) >= 0:
            case MarkupAttribute.Equivalent when element == MarkupElement.Meta && System.Text.Ascii.EqualsIgnoreCase(text.Trim(" \t\r\n"u8), "refresh"u8):
                evidence = new(InjectionKind.Element, context, tag);
                break;
            case MarkupAttribute.Address when element == MarkupElement.Script && !text.IsEmpty:
                evidence = new(InjectionKind.Element, context, tag);
                break;
            case MarkupAttribute.Animated when text.Length > 4 && System.Text.Ascii.EqualsIgnoreCase(text[..2], "on"u8):
                evidence = new(InjectionKind.Handler, context, at);
                break;
            case MarkupAttribute.Style when MarkupAddress.StyleExecutes(text):
                evidence = new(InjectionKind.Scheme, context, at);
                break;
        }
    }

    /// <summary>What follows `&gt;` of a script or style sheet is its content.</summary>
    private void Content()
    {
        if (isEnd || element is not (MarkupElement.Script or MarkupElement.Style)) return;
        var rest = value[next..];
        var end = rest.IndexOf("</"u8);
        var content = end < 0 ? rest : rest[..end];
        if (element == MarkupElement.Script ? ScriptText.Acts(content) : MarkupAddress.StyleExecutes(content)) evidence = new(InjectionKind.Element, context, tag);
        element = MarkupElement.Plain;
    }

    internal static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C;
}
