using System.Collections.Frozen;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Writes what a transformation makes of a value.</summary>
/// <returns>Bytes that were written; -1 when the value stays as it is.</returns>
internal delegate int Rewriting(ReadOnlySpan<byte> value, Span<byte> output);

/// <summary>A word after `t:`. Immutable, and used by all requests at once.</summary>
internal sealed class Transformation(string name, Rewriting rewriting, int factor = 1, int least = 0)
{
    private static readonly FrozenDictionary<string, Transformation> all = new Transformation[]
    {
        new("base64Decode", Encodings.Base64Decode),
        new("cmdLine", Commands.CmdLine),
        new("compressWhitespace", Blanks.Compress),
        new("cssDecode", Escapes.Css),
        new("escapeSeqDecode", Escapes.AnsiC),
        new("hexDecode", Encodings.HexDecode),
        new("hexEncode", Encodings.HexEncode, factor: 2),
        new("htmlEntityDecode", HtmlText.Decode),
        new("jsDecode", Escapes.JavaScript),
        new("length", Encodings.Length, least: 20),
        new("lowercase", Cases.Lower),
        new("md5", Encodings.Md5, least: 16),
        new("normalisePath", static (value, output) => Paths.Normalise(value, output, isWindows: false)),
        new("normalizePath", static (value, output) => Paths.Normalise(value, output, isWindows: false)),
        new("normalisePathWin", static (value, output) => Paths.Normalise(value, output, isWindows: true)),
        new("normalizePathWin", static (value, output) => Paths.Normalise(value, output, isWindows: true)),
        new("removeComments", Comments.Remove),
        new("removeCommentsChar", Comments.RemoveMarks),
        new("removeNulls", Blanks.RemoveNulls),
        new("removeWhitespace", Blanks.Remove),
        new("replaceComments", Comments.Replace),
        new("sha1", Encodings.Sha1, least: 20),
        new("trim", static (value, output) => Blanks.Trim(value, output, left: true, right: true)),
        new("trimLeft", static (value, output) => Blanks.Trim(value, output, left: true, right: false)),
        new("trimRight", static (value, output) => Blanks.Trim(value, output, left: false, right: true)),
        new("uppercase", Cases.Upper),
        new("urlDecode", static (value, output) => UrlText.Decode(value, output, isUnicode: false)),
        new("urlDecodeUni", static (value, output) => UrlText.Decode(value, output, isUnicode: true)),
        new("urlEncode", UrlText.Encode, factor: 3),
        new("utf8toUnicode", UrlText.FromUtf8, factor: 3),
    }.ToFrozenDictionary(one => one.Name, StringComparer.OrdinalIgnoreCase);

    public string Name => name;

    /// <summary>Null for a name that is not known. Case does not count.</summary>
    public static Transformation? Find(string name) => all.GetValueOrDefault(name);

    /// <summary>Bytes that a value of this length may become.</summary>
    public int MaxLength(int length) => Math.Max(least, checked(length * factor));

    /// <param name="output">Of <see cref="MaxLength"/>.</param>
    /// <returns>Bytes that were written; -1 when the value stays as it is.</returns>
    public int Apply(ReadOnlySpan<byte> value, Span<byte> output) => rewriting(value, output);
}
