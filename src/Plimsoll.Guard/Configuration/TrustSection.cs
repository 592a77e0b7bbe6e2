using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Configuration;

/// <summary>`client-ca`, `client-certificates` and `client-subject` of a listener's `tls` or of a site: whose certificates clients have.</summary>
internal static class TrustSection
{
    private const int mostField = 64;

    /// <summary>Null when no authorities are named.</summary>
    public static ClientTrust? Read(Section section, Faults faults)
    {
        var named = section.Take("client-ca");
        var wanted = section.Take("client-certificates");
        if (wanted is { Text: not ("required" or "optional") }) faults.Add(wanted, $"`client-certificates` is `{wanted.Text}`", "Write `required` or `optional`.");
        else if (wanted is not null && named is null) faults.Add(wanted, "`client-certificates` is there without `client-ca`", "Name the file of their authorities beside it.");
        return named is not null && Authorities(named, section, faults) is { } file ? new(file, wanted?.Text != "optional") : null;
    }

    /// <summary>The field in which the application is told the subject; null for none.</summary>
    public static string? Subject(Section section, Faults faults)
    {
        if (section.Take("client-subject") is not { } node || section.Text(node) is not { } text) return null;
        if (IsField(text)) return text;
        faults.Add(node, $"`{text}` is no field that the guard may write", "Write a name of its own, letters, digits and hyphens, as `X-Client-Subject`.");
        return null;
    }

    public static bool IsField(string text) =>
        text.Length <= mostField && text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') && FieldIds.Of(System.Text.Encoding.ASCII.GetBytes(text)) is FieldId.Other or FieldId.ClientCertificate;

    private static string? Authorities(YamlNode node, Section section, Faults faults)
    {
        if (section.Text(node) is not { } text) return null;
        var path = Path.Combine(faults.Folder, text);
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(path);
            if (all.Count > 0) return path;
            faults.Add(node, $"{path} has no certificate", "Give a PEM file of the authorities.");
        }
        catch (Exception thrown) when (thrown is CryptographicException or IOException or UnauthorizedAccessException)
        {
            faults.Add(node, $"{path} cannot be read: {thrown.Message.TrimEnd('.')}", "Give a PEM file of the authorities.");
        }
        return null;
    }
}
