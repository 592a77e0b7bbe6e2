using System.Collections.Frozen;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Every word after `@`, a file each.</summary>
internal static class OperatorWords
{
    /// <summary>Case of names does not count.</summary>
    public static readonly FrozenDictionary<string, Operator> All = new[]
    {
        BeginsWith.Word,
        Contains.Word,
        ContainsWord.Word,
        DetectSqli.Word,
        DetectXss.Word,
        EndsWith.Word,
        Eq.Word,
        Ge.Word,
        GeoLookup.Word,
        Gt.Word,
        IpMatch.Word,
        IpMatchFromFile.Word, IpMatchFromFile.Short,
        Le.Word,
        Lt.Word,
        NoMatch.Word,
        Pm.Word,
        PmFromFile.Word, PmFromFile.Short,
        Rbl.Word,
        Rx.Word,
        Streq.Word,
        Strmatch.Word,
        UnconditionalMatch.Word,
        ValidateByteRange.Word,
        ValidateUrlEncoding.Word,
        ValidateUtf8Encoding.Word,
        VerifyCc.Word,
        Within.Word,
    }.ToFrozenDictionary(word => word.Name, StringComparer.OrdinalIgnoreCase);
}
