namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Escapes of ANSI C: `\n`, `\x41`, `\101`, of whose three digits the last eight bits count. Any other byte stands for itself.</summary>
internal static class EscapeSeqDecode
{
    public static readonly Transformation Word = new("escapeSeqDecode", "backslash escapes decoded", static (value, output) => LetterEscapes.Decode(value, output, isScript: false));
}
