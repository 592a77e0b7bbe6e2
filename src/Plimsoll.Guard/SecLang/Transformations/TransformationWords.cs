using System.Collections.Frozen;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Every word after `t:`, a file each.</summary>
internal static class TransformationWords
{
    /// <summary>Case of names does not count.</summary>
    public static readonly FrozenDictionary<string, Transformation> All = new[]
    {
        Base64Decode.Word,
        Base64DecodeExt.Word,
        Base64Encode.Word,
        CmdLine.Word,
        CompressWhitespace.Word,
        CssDecode.Word,
        EscapeSeqDecode.Word,
        HexDecode.Word,
        HexEncode.Word,
        HtmlEntityDecode.Word,
        JsDecode.Word,
        Length.Word,
        Lowercase.Word,
        Md5.Word,
        None.Word,
        NormalisePath.Word, NormalisePath.Alias,
        NormalisePathWin.Word, NormalisePathWin.Alias,
        ParityEven7bit.Word,
        ParityOdd7bit.Word,
        ParityZero7bit.Word,
        RemoveComments.Word,
        RemoveCommentsChar.Word,
        RemoveNulls.Word,
        RemoveWhitespace.Word,
        ReplaceComments.Word,
        ReplaceNulls.Word,
        Sha1.Word,
        SqlHexDecode.Word,
        Trim.Word,
        TrimLeft.Word,
        TrimRight.Word,
        Uppercase.Word,
        UrlDecode.Word,
        UrlDecodeUni.Word,
        UrlEncode.Word,
        Utf8ToUnicode.Word,
    }.ToFrozenDictionary(word => word.Name, StringComparer.OrdinalIgnoreCase);
}
