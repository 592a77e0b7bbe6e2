using System.Text;

namespace Plimsoll.Guard.Sql;

/// <summary>A token of a shape.</summary>
/// <param name="Text">Names without quotes.</param>
/// <param name="Depth">Brackets that it stands in.</param>
internal readonly record struct ShapeToken(ShapeTokenKind Kind, string Text, int Depth);

internal enum ShapeTokenKind : byte
{
    /// <summary>A word or a quoted name.</summary>
    Name,

    /// <summary>A value: `?`, or one that is shown.</summary>
    Value,
    Operator,
    Punctuation,
}

/// <summary>A shape taken apart again, statement by statement.</summary>
internal static class ShapeTokens
{
    public static IReadOnlyList<IReadOnlyList<ShapeToken>> Of(ReadOnlySpan<byte> shape)
    {
        var statements = new List<IReadOnlyList<ShapeToken>>();
        var tokens = new List<ShapeToken>();
        var lexer = new PgLexer(shape, default);
        var depth = 0;
        while (lexer.Next())
        {
            var text = Encoding.UTF8.GetString(lexer.Token);
            switch (lexer.Kind)
            {
                case TokenKind.Punctuation when text == ";" && depth == 0:
                    statements.Add(tokens);
                    tokens = [];
                    break;
                case TokenKind.Punctuation:
                    if (text is ")" or "]") depth--;
                    tokens.Add(new(ShapeTokenKind.Punctuation, text, depth));
                    if (text is "(" or "[") depth++;
                    break;
                case TokenKind.Word:
                    tokens.Add(new(ShapeTokenKind.Name, text, depth));
                    break;
                case TokenKind.Name:
                    tokens.Add(new(ShapeTokenKind.Name, Encoding.UTF8.GetString(UnicodeNames.Quoted(lexer.Token)), depth));
                    break;
                case TokenKind.Operator when text != "?":
                    tokens.Add(new(ShapeTokenKind.Operator, text, depth));
                    break;
                default:
                    tokens.Add(new(ShapeTokenKind.Value, text, depth));
                    break;
            }
        }
        if (tokens.Count > 0) statements.Add(tokens);
        return statements;
    }
}
