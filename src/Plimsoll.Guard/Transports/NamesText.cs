using System.Formats.Asn1;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// The subject alternative names of a certificate as one line (RFC 5280, section 4.2.1.6), in their order and with `,` between:
/// `DNS:app.example,URI:spiffe://example/app,email:a@example,IP:192.0.2.7`, `UPN:` for the name of a Windows account, `DirName:` for
/// a distinguished name as <see cref="SubjectText"/> writes it, and `#` with DER in hexadecimal for every other kind. Within a value
/// blanks, commas, quotes, backslashes, control bytes and those above 7E are `\2C`: whoever splits at commas and then takes the
/// escapes back has what the authority has signed, and no name can pretend to be two.
/// </summary>
internal static class NamesText
{
    private const string extension = "2.5.29.17";
    private const string accountName = "1.3.6.1.4.1.311.20.2.3";

    /// <returns>Empty when it has none.</returns>
    /// <exception cref="AsnContentException">The extension is not what the standard says.</exception>
    public static string Of(X509Certificate2 certificate) =>
        certificate.Extensions[extension] is { } found ? Of(found.RawData) : "";

    /// <param name="names">DER of GeneralNames.</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static string Of(ReadOnlyMemory<byte> names)
    {
        var reader = new AsnReader(names, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var all = new List<string>();
        while (sequence.HasData)
        {
            var tag = sequence.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific) throw new AsnContentException();
            var content = sequence.PeekContentBytes();
            var encoded = sequence.ReadEncodedValue();
            all.Add(tag switch
            {
                { TagValue: 1, IsConstructed: false } => "email:" + Escaped(content.Span),
                { TagValue: 2, IsConstructed: false } => "DNS:" + Escaped(content.Span),
                { TagValue: 6, IsConstructed: false } => "URI:" + Escaped(content.Span),
                { TagValue: 7, IsConstructed: false } when content.Length is 4 or 16 => "IP:" + new IPAddress(content.Span),
                { TagValue: 4, IsConstructed: true } => "DirName:" + Escaped(Encoding.ASCII.GetBytes(SubjectText.Of(content))),
                { TagValue: 0, IsConstructed: true } when AccountName(content) is { } account => "UPN:" + Escaped(Encoding.UTF8.GetBytes(account)),
                _ => "#" + Convert.ToHexString(encoded.Span),
            });
        }
        return string.Join(',', all);
    }

    /// <summary>Null when the other name is of another type.</summary>
    private static string? AccountName(ReadOnlyMemory<byte> content)
    {
        var reader = new AsnReader(content, AsnEncodingRules.DER);
        if (reader.ReadObjectIdentifier() != accountName) return null;
        var value = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
        var text = value.ReadCharacterString(UniversalTagNumber.UTF8String);
        value.ThrowIfNotEmpty();
        reader.ThrowIfNotEmpty();
        return text;
    }

    private static string Escaped(ReadOnlySpan<byte> bytes)
    {
        var escaped = new StringBuilder();
        foreach (var value in bytes)
        {
            if (value is > (byte)' ' and < 0x7F and not ((byte)',' or (byte)'\\' or (byte)'"')) escaped.Append((char)value);
            else escaped.Append(CultureInfo.InvariantCulture, $"\\{value:X2}");
        }
        return escaped.ToString();
    }
}
