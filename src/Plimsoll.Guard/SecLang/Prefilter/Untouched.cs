namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>Which bytes a value must have for a transformation to change more than the case of its letters, which no requirement heeds.</summary>
internal static class Untouched
{
    private static readonly ByteSet blanks = ByteSet.Of((byte)' ', 0xA0).With(9, 13);

    /// <summary>Null for a transformation that may change any value, even the empty one.</summary>
    public static ByteSet? Without(string transformation) => transformation switch
    {
        "cmdLine" => ByteSet.Of("\\\"'^,; \t\r\n"u8),
        "compressWhitespace" or "trim" or "trimLeft" or "trimRight" => blanks,
        "cssDecode" or "escapeSeqDecode" or "jsDecode" => ByteSet.Of((byte)'\\'),
        "htmlEntityDecode" => ByteSet.Of((byte)'&'),
        "lowercase" or "uppercase" or "none" => ByteSet.Empty,
        "normalisePath" or "normalizePath" or "normalisePathWin" or "normalizePathWin" => ByteSet.Of("./\\"u8),
        "removeComments" or "removeCommentsChar" => ByteSet.Of("/*<-#"u8),
        "removeNulls" or "replaceNulls" => ByteSet.Of(0),
        "removeWhitespace" => blanks.With(0xC2, 0xC2),
        "replaceComments" => ByteSet.Of((byte)'/'),
        "urlDecode" or "urlDecodeUni" => ByteSet.Of("%+"u8),
        "utf8toUnicode" => ByteSet.Of(0).With(0x80, 0xFF),
        _ => null,
    };
}
