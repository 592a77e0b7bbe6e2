using System.Collections.Immutable;
using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>
/// sshd_config(5): one keyword a line, separated from its arguments by blanks or one `=`; `#` begins a comment where a word could begin. Arguments
/// may be quoted by `"` or `'`, wholly or in part; a backslash keeps a quote, a backslash, and outside of quotes a blank. `Match` opens a block that
/// ends at the next `Match` or at the end of the file. Of a command all the rest of the line is one argument.
/// </summary>
internal static class SshdGrammar
{
    public const string Match = "Match";

    /// <summary>Keywords whose argument is taken as it stands, quotes and `#` included.</summary>
    private static readonly string[] commands = ["ForceCommand", "AuthorizedKeysCommand", "AuthorizedPrincipalsCommand", "VersionAddendum"];

    private static readonly char[] ends = [' ', '\t', '\r', '"', '='];

    public static Parsed Parse(string text, Location file)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        Setting? block = null;
        var inside = ImmutableArray.CreateBuilder<Setting>();
        var number = 0;
        GrammarError? error = null;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var at = raw.Length - raw.TrimStart(' ', '\t', '\r').Length;
            var origin = Origin.At(file with { Line = number }, at + 1);
            if (!TryLine(raw, origin, out var setting, out var message))
            {
                error = new GrammarError(number, at + 1, message);
                (block is null ? settings : inside).Add(Setting.Gap("", [], origin, "what follows an error of the file"));
                break;
            }
            if (setting is null) continue; // Blank or a comment.
            if (setting.Key == Match)
            {
                Close();
                block = setting;
            }
            else (block is null ? settings : inside).Add(setting);
        }
        Close();
        return new Parsed(settings.ToImmutable(), error);

        void Close()
        {
            if (block is not null) settings.Add(Setting.Block(Match, block.Arguments, block.Origin, inside.DrainToImmutable()));
        }
    }

    /// <param name="setting">Null for a line that says nothing.</param>
    /// <returns>False when sshd would stop at it; the message is a clause.</returns>
    public static bool TryLine(string line, Origin origin, out Setting? setting, out string message)
    {
        (setting, message) = (null, "");
        var rest = line.TrimStart(' ', '\t', '\r').TrimEnd(' ', '\t', '\r', '\n', '\f');
        if (rest.Length == 0 || rest[0] == '#') return true;
        string keyword;
        if (rest[0] == '"')
        {
            var close = rest.IndexOf('"', 1);
            if (close < 0) return true; // sshd passes over such a line.
            (keyword, rest) = (rest[1..close], rest[(close + 1)..].TrimStart(' ', '\t', '\r'));
        }
        else
        {
            var end = rest.IndexOfAny(ends);
            if (end < 0) return Fail($"`{rest}` has no argument", out message);
            (keyword, rest) = (rest[..end], rest[end..].TrimStart(' ', '\t', '\r'));
            if (rest.StartsWith('=')) rest = rest[1..].TrimStart(' ', '\t', '\r');
        }
        if (Words(rest) is not { } words) return Fail("quotes do not balance", out message);
        if (keyword.Length == 0 || words.IsEmpty) return Fail($"`{keyword}` has no argument", out message);
        if (commands.Contains(keyword, StringComparer.OrdinalIgnoreCase)) words = [rest];
        setting = new Setting(keyword.Equals(Match, StringComparison.OrdinalIgnoreCase) ? Match : keyword, words, origin);
        return true;
    }

    private static bool Fail(string clause, out string message)
    {
        message = clause;
        return false;
    }

    /// <returns>Null when quotes do not balance.</returns>
    private static ImmutableArray<string>? Words(string text)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] is ' ' or '\t')
            {
                at++;
                continue; // Between words.
            }
            if (text[at] == '#') break;
            word.Clear();
            var quote = '\0';
            for (; at < text.Length; at++)
            {
                var c = text[at];
                if (c == '\\' && at + 1 < text.Length && (text[at + 1] is '\'' or '"' or '\\' || (quote == '\0' && text[at + 1] == ' '))) word.Append(text[++at]);
                else if (quote == '\0' && c is ' ' or '\t') break;
                else if (quote == '\0' && c is '"' or '\'') quote = c;
                else if (quote != '\0' && c == quote) quote = '\0';
                else word.Append(c);
            }
            if (quote != '\0') return null;
            words.Add(word.ToString());
        }
        return words.ToImmutable();
    }
}
