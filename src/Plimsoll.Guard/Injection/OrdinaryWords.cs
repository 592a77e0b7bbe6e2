using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Plimsoll.Guard.Injection;

/// <summary>
/// Whether a value that changes no structure as it stands is ordinary text: has words, and nothing that statements or markup have and
/// text has not. A value that is not may be the part of an attack whose rest is elsewhere, or in a dialect that no grammar here knows.
/// One pass; nothing is allocated.
/// </summary>
internal static class OrdinaryWords
{
    /// <summary>Words up to which a value with a call in it is rather an expression.</summary>
    private const int fewWords = 12;

    /// <summary>Words up to which a value is ordinary only when it is plain: names, titles, phrases that are searched for.</summary>
    private const int fewestWords = 6;

    private static readonly SearchValues<byte> operators = SearchValues.Create("|&^%*=<>+(/`\"\\"u8);
    private static readonly SearchValues<byte> marks = SearchValues.Create(";#-(*/@:$|\0"u8);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> statements = new[]
    {
        "alter", "analyze", "attach", "begin", "call", "commit", "copy", "create", "deallocate", "declare", "delete", "describe", "detach", "discard", "do", "drop", "end", "exec", "execute", "explain", "flush", "grant",
        "handler", "insert", "kill", "listen", "load", "lock", "merge", "notify", "optimize", "pragma", "prepare", "reindex", "release", "rename", "repair", "replace", "reset", "revoke", "rollback", "savepoint",
        "select", "set", "show", "shutdown", "start", "table", "truncate", "union", "unlisten", "update", "use", "vacuum", "values", "waitfor", "with", "xp_cmdshell",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>No comment marks, no statement behind a semicolon, no call among few words.</summary>
    public static bool HasNoSql(ReadOnlySpan<byte> value)
    {
        var words = Count(value);
        if (words == 0 || (words <= fewestWords && !IsPlain(value))) return false;
        for (var at = value.IndexOfAny(marks); at >= 0;)
        {
            if (IsSql(value, at, words)) return false;
            var next = value[(at + 1)..].IndexOfAny(marks);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return true;
    }

    /// <summary>No tag, handler, address that executes, template, or letters of another encoding.</summary>
    public static bool HasNoMarkup(ReadOnlySpan<byte> value)
    {
        var words = Count(value);
        if (words == 0 || (words <= fewestWords && !IsPlain(value)) || value.ContainsAny((byte)0, (byte)0xBC, (byte)0xBE) || value.IndexOf("{{"u8) >= 0 || value.IndexOf("+AD"u8) >= 0) return false;
        for (var at = 0; at < value.Length; at++)
        {
            var rest = value[(at + 1)..];
            switch (value[at])
            {
                case (byte)'<' when rest is [(byte)'/' or (byte)'!' or (byte)'?' or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') or < 0x20, ..]:
                case (byte)'&' when Begins(rest, "tab;"u8) || Begins(rest, "newline;"u8) || Begins(rest, "colon;"u8):
                case (byte)':' when EndsWithWord(value[..at], "script"u8):
                case (byte)'=' when IsHandler(value[..at]):
                case (byte)'(' when EndsWithWord(value[..at], "expression"u8) || EndsWithWord(value[..at], "url"u8):
                    return false;
            }
        }
        return true;
    }

    /// <summary>Begins with a word other than NULL, has apostrophes and hyphens only before letters, and no signs of operators.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> value)
    {
        if ((!char.IsAsciiLetter((char)value[0]) && value[0] < 0x80) || (value.Length >= 4 && Ascii.EqualsIgnoreCase(value[..4], "null"u8)) || value.ContainsAny(operators)) return false;
        for (var at = 0; at < value.Length; at++)
            if (value[at] is (byte)'\'' or (byte)'-' && (at + 1 == value.Length || !(char.IsAsciiLetter((char)value[at + 1]) || value[at + 1] >= 0x80) || value[at - 1] is (byte)' ' or (byte)'\t' or (byte)'\n')) return false;
        return true;
    }

    private static bool IsSql(ReadOnlySpan<byte> value, int at, int words)
    {
        var before = value[..at].TrimEnd(" \t\r\n"u8);
        var after = value[(at + 1)..];
        switch (value[at])
        {
            case 0:
                return true;
            case (byte)'@' or (byte)':':
                return after is [var same, ..] && same == value[at];
            case (byte)'*' or (byte)'/':
                return after is [(byte)'*' or (byte)'/', ..] && after[0] != value[at];
            case (byte)'|':
                return after is [(byte)'|', var next, ..] && (char.IsAsciiLetter((char)next) || next is (byte)'\'' or (byte)'"');
            case (byte)'$':
                return after is [var letter, ..] && char.IsAsciiLetter((char)letter);
            case (byte)';':
                var rest = after.TrimStart(" \t\r\n\f\v"u8);
                return rest.IsEmpty || rest[0] is 0 or (byte)'#' or (byte)'-' || IsStatement(rest);
            case (byte)'#':
                return Count(after) == 0;
            case (byte)'-':
                return after is [(byte)'-', ..] && (Count(after) == 0 || before.IsEmpty || !(char.IsAsciiLetter((char)before[^1]) || before[^1] is (byte)'.' or (byte)',' or (byte)'-' or >= 0x80));
            default:
                return words <= fewWords && !before.IsEmpty && (char.IsAsciiLetterOrDigit((char)before[^1]) || before[^1] == '_');
        }
    }

    private static bool IsStatement(ReadOnlySpan<byte> text)
    {
        Span<char> word = stackalloc char[12];
        var length = 0;
        while (length < word.Length && length < text.Length && (char.IsAsciiLetter((char)text[length]) || text[length] == '_')) word[length] = (char)text[length++];
        return statements.Contains(word[..length]);
    }

    private static bool IsHandler(ReadOnlySpan<byte> before)
    {
        before = before.TrimEnd(" \t\r\n\f\v"u8);
        var start = before.Length;
        while (start > 0 && char.IsAsciiLetter((char)before[start - 1])) start--;
        return before.Length - start > 3 && Ascii.EqualsIgnoreCase(before.Slice(start, 2), "on"u8);
    }

    private static bool Begins(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> word) => rest.Length >= word.Length && Ascii.EqualsIgnoreCase(rest[..word.Length], word);

    private static bool EndsWithWord(ReadOnlySpan<byte> before, ReadOnlySpan<byte> word)
    {
        before = before.TrimEnd(" \t\r\n\f\v\0"u8);
        return before.Length >= word.Length && Ascii.EqualsIgnoreCase(before[^word.Length..], word);
    }

    /// <summary>Runs of at least two letters, of any script.</summary>
    private static int Count(ReadOnlySpan<byte> value)
    {
        var (count, run) = (0, 0);
        foreach (var one in value)
        {
            run = char.IsAsciiLetter((char)one) || one >= 0x80 ? run + 1 : 0;
            if (run == 2) count++;
        }
        return count;
    }
}
