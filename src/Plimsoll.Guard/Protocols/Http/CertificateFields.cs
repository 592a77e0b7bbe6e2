namespace Plimsoll.Guard.Protocols.Http;

/// <summary>Fields in which a site's application is told of the client's certificate. What a client itself writes into them is left out.</summary>
/// <param name="Subject">For its subject; null for none.</param>
/// <param name="Names">For its subject alternative names; null for none.</param>
internal sealed record CertificateFields(byte[]? Subject, byte[]? Names)
{
    /// <summary>Whether a program in the tradition of CGI would take the field for one of these.</summary>
    public bool Has(ReadOnlySpan<byte> name) => IsSame(name, Subject) || IsSame(name, Names);

    private static bool IsSame(ReadOnlySpan<byte> name, byte[]? field)
    {
        if (field is null || name.Length != field.Length) return false;
        for (var i = 0; i < name.Length; i++)
            if ((name[i] == (byte)'_' ? '-' : Lower(name[i])) != Lower(field[i])) return false;
        return true;
    }

    private static int Lower(byte letter) => char.IsAsciiLetterUpper((char)letter) ? letter | 0x20 : letter;
}
