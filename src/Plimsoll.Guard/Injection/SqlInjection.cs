namespace Plimsoll.Guard.Injection;

/// <summary>
/// Judges whether a value, pasted into an SQL statement, would change the statement's structure. The value is read in each place where
/// an application may paste it: as a number or name, inside of each kind of quotes, inside of a comment; by the lexical rules of MySQL
/// and by those of the other dialects. Each reading is one pass; nothing is allocated.
/// </summary>
internal static class SqlInjection
{
    public static bool IsInjection(ReadOnlySpan<byte> value) => Judge(value).IsInjection;

    /// <summary>The first structure found to change, or nothing.</summary>
    public static InjectionEvidence Judge(ReadOnlySpan<byte> value)
    {
        var found = Fragment(value, 0, InjectionContext.Bare);
        if (!found.IsInjection) found = Quoted(value, (byte)'\'', InjectionContext.SingleQuoted);
        if (!found.IsInjection) found = Quoted(value, (byte)'"', InjectionContext.DoubleQuoted);
        if (!found.IsInjection) found = Quoted(value, (byte)'`', InjectionContext.Backquoted);
        if (!found.IsInjection && value.IndexOf("*/"u8) is var end and >= 0) found = Fragment(value, end + 2, InjectionContext.Comment);
        return found;
    }

    private static InjectionEvidence Fragment(ReadOnlySpan<byte> value, int start, InjectionContext context)
    {
        var found = new SqlFragment(value, start, true, context).Judge();
        return found.IsInjection ? found : new SqlFragment(value, start, false, context).Judge();
    }

    private static InjectionEvidence Quoted(ReadOnlySpan<byte> value, byte quote, InjectionContext context)
    {
        if (value.IndexOf(quote) < 0) return default;
        var escaped = SqlLexer.EndOfText(value, 0, quote, escapes: true);
        var plain = SqlLexer.EndOfText(value, 0, quote, escapes: false);
        var found = escaped < 0 ? default : new SqlFragment(value, escaped, true, context).Judge();
        if (found.IsInjection || plain < 0) return found;
        found = new SqlFragment(value, plain, false, context).Judge();
        // MySQL without backslash escapes has its own comments all the same.
        return found.IsInjection || plain == escaped ? found : new SqlFragment(value, plain, true, context).Judge();
    }
}
