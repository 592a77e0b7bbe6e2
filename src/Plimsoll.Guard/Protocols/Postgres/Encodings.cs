namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>Encodings of clients in which the second byte of a character may be one of ASCII's (PostgreSQL's manual, 24.3: those for clients only).</summary>
internal static class Encodings
{
    private static readonly string[] unsafeOnes = ["sjis", "mskanji", "shiftjis", "shiftjis2004", "win932", "windows932", "win949", "windows949", "win950", "windows950", "win936", "windows936", "big5", "gbk", "uhc", "gb18030", "johab"];

    /// <param name="name">As a client or the server writes it.</param>
    public static bool IsUnsafe(string name)
    {
        var plain = string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        return Array.IndexOf(unsafeOnes, plain) >= 0;
    }
}
