using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>The keys of a listener's `tls` or of a site that begin with `client-`: whose certificates clients have, and what the application is told of them.</summary>
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
        var revoked = section.Take("client-revocations");
        if (revoked is not null && named is null) faults.Add(revoked, "`client-revocations` is there without `client-ca`", "Name the file of their authorities beside it.");
        if (named is null || Authorities(named, section, faults) is not { } file) return null;
        var trust = new ClientTrust(file, wanted?.Text != "optional", revoked is not null && section.Text(revoked) is { } text ? Path.Combine(faults.Folder, text) : null);
        try
        {
            RevocationLists.Read(trust);
        }
        catch (PlimsollException thrown)
        {
            faults.Add(revoked!, thrown.Message.TrimEnd('.'), thrown.Remedy);
        }
        return trust;
    }

    /// <summary>`client-subject` or `client-names`: the field in which the application is told of the certificate; null for none.</summary>
    public static string? Field(Section section, string key, string example, Faults faults)
    {
        if (section.Take(key) is not { } node || section.Text(node) is not { } text) return null;
        if (IsField(text)) return text;
        faults.Add(node, $"`{text}` is no field that the guard may write", $"Write a name of its own, letters, digits and hyphens, as `{example}`.");
        return null;
    }

    public static bool IsField(string text) =>
        text.Length <= mostField && text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') && FieldIds.Of(Encoding.ASCII.GetBytes(text)) is FieldId.Other or FieldId.ClientCertificate;

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
