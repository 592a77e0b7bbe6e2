namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Escapes of JavaScript: `\u0041`, `\x41`, `\101`, `\n`; any other byte stands for itself.</summary>
internal static class JsDecode
{
    public static readonly Transformation Word = new("jsDecode", "JavaScript escapes decoded", static (value, output) => LetterEscapes.Decode(value, output, isScript: true));
}
