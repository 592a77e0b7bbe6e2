using System.Text;

namespace Plimsoll.Scan.Reports.Sbom;

/// <summary>
/// Recognises SPDX licence expressions (SPDX 2.3, annex D): identifiers with an optional `+`, `LicenseRef-` names,
/// `WITH` an exception, `AND`, `OR`, parentheses. Anything else is not one.
/// </summary>
internal ref struct SpdxExpression
{
    /// <summary>Parentheses within parentheses; real ones have two or three.</summary>
    private const int Deepest = 32;

    /// <summary>Characters of an expression; longer text is the text of a licence.</summary>
    private const int Longest = 2048;

    private readonly StringBuilder to;
    private ReadOnlySpan<char> rest;
    private int terms;

    private SpdxExpression(ReadOnlySpan<char> text, StringBuilder to)
    {
        rest = text;
        this.to = to;
    }

    /// <param name="canonical">The expression with identifiers and operators as the list writes them.</param>
    /// <param name="isSingle">True for one identifier of the list alone, without `+`.</param>
    public static bool TryParse(string text, out string canonical, out bool isSingle)
    {
        canonical = "";
        isSingle = false;
        if (text.Length > Longest) return false;
        if (SpdxIds.TryLicense(text, out var id))
        {
            canonical = id;
            isSingle = true;
            return true;
        }
        var parser = new SpdxExpression(text, new StringBuilder(text.Length));
        if (!parser.Compound(0) || parser.Next().Length > 0) return false;
        canonical = parser.to.ToString();
        return parser.terms > 0;
    }

    private bool Compound(int depth)
    {
        if (!Term(depth)) return false;
        while (Peek() is var word && (Is(word, "AND") || Is(word, "OR")))
        {
            to.Append(Is(Next(), "AND") ? " AND " : " OR ");
            if (!Term(depth)) return false;
        }
        return true;
    }

    private bool Term(int depth)
    {
        var word = Next();
        if (word is "(")
        {
            to.Append('(');
            if (depth >= Deepest || !Compound(depth + 1) || Next() is not ")") return false;
            to.Append(')');
            return true;
        }
        terms++;
        if (!License(word)) return false;
        if (!Is(Peek(), "WITH")) return true;
        Next();
        if (!SpdxIds.TryException(Next(), out var exception)) return false;
        to.Append(" WITH ").Append(exception);
        return true;
    }

    private readonly bool License(ReadOnlySpan<char> word)
    {
        if (SpdxIds.TryLicense(word, out var id))
        {
            to.Append(id);
            return true;
        }
        if (word.Length > 1 && word[^1] == '+' && SpdxIds.TryLicense(word[..^1], out id))
        {
            to.Append(id).Append('+');
            return true;
        }
        if (!word.StartsWith("LicenseRef-", StringComparison.Ordinal) || word.Length == "LicenseRef-".Length) return false;
        foreach (var c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')) return false;
        to.Append(word);
        return true;
    }

    private ReadOnlySpan<char> Peek()
    {
        var before = rest;
        var word = Next();
        rest = before;
        return word;
    }

    /// <summary>A parenthesis or a word; empty at the end.</summary>
    private ReadOnlySpan<char> Next()
    {
        rest = rest.TrimStart(' ');
        if (rest.IsEmpty) return rest;
        var length = rest[0] is '(' or ')' ? 1 : rest.IndexOfAny(" ()");
        if (length < 0) length = rest.Length;
        var word = rest[..length];
        rest = rest[length..];
        return word;
    }

    private static bool Is(ReadOnlySpan<char> word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);
}
