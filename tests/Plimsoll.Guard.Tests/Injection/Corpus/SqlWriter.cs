using System.Globalization;
using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

internal enum SqlDialect
{
    Sqlite,
    Postgresql,
    Mariadb,
}

/// <summary>Writes tokens as evasions do: other blanks, comments for blanks, none where none is needed, mixed case, literals in other notations.</summary>
internal sealed class SqlWriter
{
    private readonly Dice dice;
    private readonly List<byte> bytes = [];
    private readonly int blanks, letters;
    private readonly bool isConditional, isTight;

    public SqlWriter(Dice dice, SqlDialect dialect)
    {
        this.dice = dice;
        Dialect = dialect;
        blanks = dice.Below(9);
        letters = dice.Below(4);
        isConditional = dialect == SqlDialect.Mariadb && dice.OneIn(6);
        isTight = dice.OneIn(3);
    }

    public SqlDialect Dialect { get; }

    public byte[] Bytes() => [.. bytes];

    /// <summary>Appends as it is.</summary>
    public SqlWriter Raw(string text)
    {
        bytes.AddRange(Encoding.Latin1.GetBytes(text));
        return this;
    }

    /// <summary>Appends a token, with a blank before it where one is needed or by chance.</summary>
    public SqlWriter Put(string token)
    {
        if (token.Length == 0) return this;
        var isNeeded = bytes.Count > 0 && IsWord(bytes[^1]) && IsWord((byte)token[0]) || bytes.Count > 0 && IsSign(bytes[^1]) && IsSign((byte)token[0]);
        // A number with an exponent ends where a letter begins.
        if (isNeeded && Dialect == SqlDialect.Mariadb && EndsInExponent() && char.IsAsciiLetter(token[0])) isNeeded = false;
        // A literal would be joined to, or doubled with, the one before.
        if (bytes.Count > 0 && bytes[^1] is (byte)'\'' or (byte)'"' && token[0] == (char)bytes[^1]) isNeeded = true;
        if (bytes.Count > 0 && (isNeeded || !isTight && !(token == "(" && IsWord(bytes[^1])) && token != "," && !dice.OneIn(4))) Blank();
        var isKeyword = token.Length > 1 && token.All(char.IsAsciiLetterUpper);
        if (isConditional && isKeyword && dice.OneIn(2)) return Raw($"/*!{dice.Of("", "", "50000", "00000")}{(dice.OneIn(2) ? " " : "")}{Cased(token)} */");
        return Raw(isKeyword ? Cased(token) : token);
    }

    public void Blank() => Raw(blanks switch
    {
        0 or 1 or 2 => " ",
        3 => dice.Of(" ", "  ", "\t"),
        4 => dice.Of("\n", "\r\n", "\t", " \n"),
        5 => "/**/",
        6 => $"/*{dice.Of("x", "!", "*", "foo bar", "'", "union", "/", "\n")}*/" is var comment && Dialect == SqlDialect.Mariadb && comment == "/*!*/" ? "/**/" : Dialect == SqlDialect.Postgresql && comment.Contains("/*/", StringComparison.Ordinal) ? "/**/" : comment,
        7 => Dialect == SqlDialect.Mariadb ? dice.Of("\u000b", "\f", "\u00a0", " \u00a0", "#\n", "-- x\n") : Dialect == SqlDialect.Postgresql ? dice.Of("\f", "--\n", "--x\n") : dice.Of("\f", "--x\n", "--\n"),
        _ => dice.Of(" /**/ ", "/*a*//*b*/", "\t/**/", "-- -\n"),
    });

    /// <summary>Takes away what the application writes behind the value.</summary>
    public SqlWriter Comment()
    {
        if (Dialect == SqlDialect.Mariadb) return Raw(dice.Of("-- ", " -- -", "#", " #", "-- x", "--\t", ";#", "; -- "));
        return Dialect == SqlDialect.Postgresql ? Raw(dice.Of("--", " --", "-- ", " -- -", "--x", "; --")) : Raw(dice.Of("--", " --", "-- -", "/*", " /* x", ";--", ";\0", "--+"));
    }

    public string Text(string value)
    {
        var hex = Convert.ToHexString(Encoding.ASCII.GetBytes(value));
        string Codes(string function, string glue) => string.Join(glue, value.Select(letter => $"{function}({(int)letter})"));
        return Dialect switch
        {
            SqlDialect.Mariadb => dice.Of($"'{value}'", $"'{value}'", $"\"{value}\"", $"0x{hex}", $"x'{hex}'", $"CHAR({string.Join(',', value.Select(letter => (int)letter))})", $"CONCAT({Codes("CHAR", ",")})", $"_latin1'{value}'", $"N'{value}'", $"UNHEX('{hex}')"),
            SqlDialect.Postgresql => dice.Of($"'{value}'", $"'{value}'", $"({Codes("chr", "||")})", $"$${value}$$", $"$t${value}$t$", $"E'{string.Concat(value.Select(letter => $"\\x{(int)letter:x2}"))}'", $"U&'{string.Concat(value.Select(letter => $"\\{(int)letter:x4}"))}'", $"CAST('{value}' AS text)", $"'{value}'::text"),
            _ => dice.Of($"'{value}'", $"'{value}'", $"char({string.Join(',', value.Select(letter => (int)letter))})", $"x'{hex}'", $"({Codes("char", "||")})", $"lower('{value}')"),
        };
    }

    public string Number(int value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        return Dialect switch
        {
            SqlDialect.Mariadb => dice.Of(text, text, text + ".0", text + "e0", $"0x{value:x2}", $"({text})", text + ".", $"+{text}", $"--{text}" is var minus && dice.OneIn(2) ? $"-(-{text})" : $"- {minus[1..]}", $"({text}-0)"),
            SqlDialect.Postgresql => dice.Of(text, text, text + ".0", text + "e0", $"({text})", $"+{text}", $"{text}::int", $"(0+{text})"),
            _ => dice.Of(text, text, text + ".0", text + "e0", $"0x{value:x}", $"({text})", $"+{text}", text + "."),
        };
    }

    private string Cased(string keyword) => letters switch
    {
        0 => keyword.ToLowerInvariant(),
        1 or 2 => keyword,
        _ => string.Concat(keyword.Select(letter => dice.OneIn(2) ? char.ToLowerInvariant(letter) : letter)),
    };

    private bool EndsInExponent() => bytes.Count >= 3 && bytes[^1] == (byte)'0' && bytes[^2] == (byte)'e' && char.IsAsciiDigit((char)bytes[^3]) && (bytes.Count == 3 || !IsWord(bytes[^4]));

    private static bool IsWord(byte letter) => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'_' or (byte)'@' or (byte)'$' or (byte)'.' or > 127;

    private static bool IsSign(byte letter) => "+-*/=<>!|&^%~:".Contains((char)letter, StringComparison.Ordinal);
}
