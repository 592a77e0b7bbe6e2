namespace Plimsoll.Guard.Sql;

/// <summary>Settings of a session whose values a shape shows, because they change what statements mean or may do.</summary>
internal static class Settings
{
    public static bool IsShown(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("role"u8) || name.SequenceEqual("authorization"u8) || name.SequenceEqual("names"u8) || name.SequenceEqual("search_path"u8) ||
        name.SequenceEqual("client_encoding"u8) || name.SequenceEqual("standard_conforming_strings"u8) || name.SequenceEqual("session_replication_role"u8) ||
        name.SequenceEqual("row_security"u8) || name.SequenceEqual("backslash_quote"u8);

    /// <summary>Letters, digits and `_.-` only.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> value, int most)
    {
        if (value.Length > most) return false;
        foreach (var letter in value)
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'_' or (byte)'.' or (byte)'-')) return false;
        return true;
    }
}
