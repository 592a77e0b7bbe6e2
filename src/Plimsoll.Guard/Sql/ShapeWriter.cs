using System.Security.Cryptography;
using System.Text;

namespace Plimsoll.Guard.Sql;

/// <summary>
/// Writes the shape of a query: its tokens in lower case with one kind of blank, `?` for every literal and parameter, lists of equal
/// entries as one, comments and empty statements left out. Statements that differ in anything but values have different shapes, and a
/// shape reads as its statements do: an operator's question marks are doubled. Literals that are code (bodies of functions and of
/// DO) show as the beginning of their SHA-256, names of settings as they are.
/// </summary>
internal ref struct ShapeWriter
{
    /// <summary>What a setting's name or value may have to be shown.</summary>
    private const int mostOfSetting = 64;

    /// <summary>Bytes of SHA-256 that stand for code.</summary>
    private const int hashBytes = 8;

    private PgLexer lexer;
    private byte[] to;
    private int count;
    private int depth;
    private bool isOpen; // Nothing before the next token: it stands close to the last one.
    private bool isOperand; // The last token is one.
    private bool takesConstant; // A constant now is a value.
    private WordRole role; // Of the last token.
    private int sign; // Where a sign was written that may be a number's; -1 for none.
    private bool isSignOpen; // As isOpen was before it.
    private Head head;
    private bool isCode;
    private bool isSetting;
    private Config config;
    private int statement; // Where this one begins, and the one before it.
    private int statementBefore;
    private bool hasStatement;
    private bool isEnded;
    private ShapeLists lists;

    /// <summary>How a statement begins, as far as what follows depends on it.</summary>
    private enum Head : byte
    {
        Start,
        Set,
        Create,
        Create2,
        Create3,
        Other,
    }

    /// <summary>How much of `set_config(` stands before the next token.</summary>
    private enum Config : byte
    {
        None,
        Name,
        Bracket,
    }

    /// <param name="buffer">Grows as needed.</param>
    /// <returns>Length of the shape in the buffer; -1 when the query cannot be read.</returns>
    public static int Write(ReadOnlySpan<byte> query, Reading reading, ref byte[] buffer, out Doubts doubts)
    {
        var writer = new ShapeWriter { lexer = new(query, reading), to = buffer, sign = -1, isOpen = true };
        writer.lists.Open(0, isList: false);
        var isRead = writer.Run();
        (buffer, doubts) = (writer.to, writer.lexer.Doubts);
        return isRead ? writer.count : -1;
    }

    private bool Run()
    {
        while (lexer.Next())
        {
            switch (lexer.Kind)
            {
                case TokenKind.Broken:
                    return false;
                case TokenKind.Punctuation:
                    Punctuation();
                    break;
                case TokenKind.Word:
                    Word();
                    break;
                case TokenKind.Name:
                    Name(UnicodeNames.Quoted(lexer.Token));
                    break;
                case TokenKind.UnicodeName:
                    if (UnicodeNames.Unicode(ref lexer) is not { } name) return false;
                    Name(name);
                    break;
                case TokenKind.Operator:
                    Operator();
                    break;
                default:
                    Literal();
                    break;
            }
        }
        EndStatement();
        return true;
    }

    private void EndStatement()
    {
        if (!hasStatement) return;
        if (lists.IsRows(0)) count = lists.End(0, Written);
        // The same statement again says no more.
        if (statement > 0 && Written[statement..].SequenceEqual(Written[statementBefore..(statement - 2)])) (count, statement) = (statement - 2, statementBefore);
        statementBefore = statement;
        lists.Open(0, isList: false);
        (isEnded, hasStatement, head, isCode, isSetting, sign, depth, isOpen, config) = (true, false, Head.Start, false, false, -1, 0, true, Config.None);
        (isOperand, takesConstant, role) = (false, false, WordRole.None);
    }

    private readonly ReadOnlySpan<byte> Written => to.AsSpan(0, count);

    /// <summary>Begins a token: makes room, and writes what stands before it.</summary>
    private void Begin(int length, bool isGlued = false)
    {
        if (count + length + 4 > to.Length) Array.Resize(ref to, Math.Max(count + length + 4, to.Length * 2));
        if (isEnded)
        {
            to[count++] = (byte)';';
            to[count++] = (byte)' ';
            statement = count;
            isEnded = false;
        }
        else if (!isOpen && !isGlued) to[count++] = (byte)' ';
        hasStatement = true;
        lists.Begin(depth, count);
        (isOpen, takesConstant, role, sign, config) = (false, false, WordRole.None, -1, Config.None);
    }

    private void Punctuation()
    {
        var token = lexer.Token;
        switch (token[0])
        {
            case (byte)';' when depth == 0:
                EndStatement();
                return;
            case (byte)'(' or (byte)'[':
                var isList = (role & WordRole.In) != 0 || (token[0] == '[' && ((role & WordRole.Array) != 0 || lists.IsList(depth)));
                var opened = config == Config.Name && token[0] == '(' ? Config.Bracket : Config.None;
                Begin(1, isGlued: token[0] == '[' || (isOperand && (role & WordRole.Keyword) == 0));
                to[count++] = token[0];
                lists.Open(++depth, isList);
                (isOpen, isOperand, takesConstant, config) = (true, false, true, opened);
                return;
            case (byte)')' or (byte)']':
                if (lists.IsList(depth)) count = lists.End(depth, Written);
                if (depth > 0) depth--;
                Begin(1, isGlued: true);
                to[count++] = token[0];
                isOperand = true;
                return;
            case (byte)',':
                if (lists.IsList(depth)) count = lists.End(depth, Written);
                Begin(1, isGlued: true);
                to[count++] = (byte)',';
                lists.Next(depth);
                (isOperand, takesConstant) = (false, true);
                return;
            default:
                var isTight = token[0] == '.' || token.Length == 2;
                Begin(token.Length, isGlued: isTight);
                token.CopyTo(to.AsSpan(count));
                count += token.Length;
                (isOpen, isOperand) = (isTight, false);
                return;
        }
    }

    private void Word()
    {
        var token = lexer.Token;
        var couldBeValue = takesConstant;
        if (lists.IsRows(depth) && lists.HasEntry(depth)) EndRows();
        Begin(token.Length);
        var at = count;
        for (var i = 0; i < token.Length; i++) to[at + i] = (byte)(token[i] is >= (byte)'A' and <= (byte)'Z' ? token[i] | 0x20 : token[i]);
        var word = to.AsSpan(at, token.Length);
        role = WordRoles.Of(word);
        if ((role & WordRole.Constant) != 0 && couldBeValue)
        {
            to[count++] = (byte)'?';
            isOperand = true;
            return;
        }
        count += token.Length;
        isOperand = (role & WordRole.Keyword) == 0;
        takesConstant = (role & WordRole.BeforeValue) != 0;
        if ((role & WordRole.Values) != 0) lists.OpenRows(depth);
        Learn(word);
    }

    private void EndRows()
    {
        count = lists.End(depth, Written);
        lists.Open(depth, isList: false);
    }

    /// <summary>What a name says of the literals that follow.</summary>
    private void Learn(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("set_config"u8)) config = Config.Name;
        switch (head)
        {
            case Head.Start:
                head = name.SequenceEqual("set"u8) ? Head.Set : name.SequenceEqual("create"u8) ? Head.Create : Head.Other;
                isCode = name.SequenceEqual("do"u8);
                break;
            case Head.Set:
                if (name.SequenceEqual("local"u8) || name.SequenceEqual("session"u8)) break;
                isSetting = Settings.IsShown(name);
                head = Head.Other;
                break;
            case Head.Create or Head.Create2 or Head.Create3:
                isCode = name.SequenceEqual("function"u8) || name.SequenceEqual("procedure"u8);
                head = isCode ? Head.Other : head + 1;
                break;
        }
    }

    private void Name(ReadOnlySpan<byte> name)
    {
        if (lists.IsRows(depth) && lists.HasEntry(depth)) EndRows();
        Begin((2 * name.Length) + 2);
        to[count++] = (byte)'"';
        foreach (var value in name)
        {
            if (value == '"') to[count++] = (byte)'"';
            to[count++] = value;
        }
        to[count++] = (byte)'"';
        isOperand = true;
        Learn(name);
    }

    private void Operator()
    {
        var token = lexer.Token;
        var (start, wasOpen) = (count, isOpen);
        var isSign = !isOperand && token is [(byte)'-' or (byte)'+'];
        var hadStatement = hasStatement;
        Begin(2 * token.Length);
        foreach (var value in token)
        {
            if (value == '?') to[count++] = (byte)'?';
            to[count++] = value;
        }
        (isOperand, takesConstant) = (false, true);
        if (isSign && hadStatement) (sign, isSignOpen) = (start, wasOpen);
    }

    private void Literal()
    {
        if (lexer.Kind == TokenKind.Number && sign >= 0) DropSign();
        var isShown = isCode || isSetting || config == Config.Bracket;
        Begin(2 * mostOfSetting);
        if (isShown && lexer.Kind is TokenKind.String or TokenKind.EscapeString or TokenKind.BitString) Show(lexer.Token);
        else if (isSetting && lexer.Kind == TokenKind.Number && lexer.Token.Length <= mostOfSetting) Copy(lexer.Token);
        else to[count++] = (byte)'?';
        isOperand = true;
    }

    /// <summary>The number begins where its sign did, and so does the entry of a list.</summary>
    private void DropSign() => (count, isOpen) = (sign, isSignOpen);

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to.AsSpan(count));
        count += bytes.Length;
    }

    /// <summary>A plain word as it is, anything else by its hash.</summary>
    private void Show(ReadOnlySpan<byte> literal)
    {
        to[count++] = (byte)'\'';
        if (literal is [(byte)'\'', .. var value, (byte)'\''] && !isCode && Settings.IsPlain(value, mostOfSetting))
        {
            Ascii.ToLower(value, to.AsSpan(count), out var written);
            count += written;
        }
        else
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(literal, hash);
            to[count++] = (byte)'#';
            count += Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash[..hashBytes]), to.AsSpan(count));
        }
        to[count++] = (byte)'\'';
    }
}
