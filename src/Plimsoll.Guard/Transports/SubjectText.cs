using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// A distinguished name as text (RFC 4514): the last part first, `CN=Jane Doe,O=Example\, Inc.,C=DE`. What would end a part is
/// escaped by a backslash, and control bytes and those above 7F as `\0A`, so that it is ASCII and no field can be smuggled in it. Types
/// without a short name are written as numbers, and their values as `#` with DER in hexadecimal. OpenSSL and nginx write the same.
/// </summary>
internal static class SubjectText
{
    private static readonly Dictionary<string, string> names = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.5"] = "serialNumber",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "street",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["1.2.840.113549.1.9.1"] = "emailAddress",
    };

    /// <param name="name">DER of a Name (RFC 5280, section 4.1.2.4).</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static string Of(ReadOnlyMemory<byte> name)
    {
        var parts = new List<string>();
        var sequence = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            var set = sequence.ReadSetOf(skipSortOrderValidation: true);
            var elements = new List<string>();
            while (set.HasData)
            {
                var element = set.ReadSequence();
                var type = element.ReadObjectIdentifier();
                var value = element.ReadEncodedValue();
                element.ThrowIfNotEmpty();
                elements.Add(names.TryGetValue(type, out var known) && Text(value) is { } text ? $"{known}={Escaped(text)}" : $"{known ?? type}=#{Convert.ToHexString(value.Span)}");
            }
            parts.Add(string.Join('+', elements));
        }
        parts.Reverse();
        return string.Join(',', parts);
    }

    /// <summary>Null for what is no text.</summary>
    private static string? Text(ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        var tag = reader.PeekTag();
        if (tag.TagClass != TagClass.Universal) return null;
        return (UniversalTagNumber)tag.TagValue is var kind and (UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.BMPString or UniversalTagNumber.T61String or UniversalTagNumber.NumericString or UniversalTagNumber.VisibleString)
            ? reader.ReadCharacterString(kind) : null;
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length; i++)
        {
            var letter = (char)bytes[i];
            var isEdge = (letter == ' ' && (i == 0 || i == bytes.Length - 1)) || (letter == '#' && i == 0);
            if (letter is < ' ' or > '~') escaped.Append(CultureInfo.InvariantCulture, $"\\{(int)letter:X2}");
            else if (isEdge || letter is ',' or '+' or '"' or '\\' or '<' or '>' or ';') escaped.Append('\\').Append(letter);
            else escaped.Append(letter);
        }
        return escaped.ToString();
    }
}
