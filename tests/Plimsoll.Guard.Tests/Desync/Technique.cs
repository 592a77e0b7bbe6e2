using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.Tests.Desync;

/// <summary>One known way to make two servers read the same bytes differently.</summary>
/// <param name="Expected">Reason of the refusal, or `forwarded` with the number of requests that the application sees.</param>
internal sealed partial record Technique(string Name, string Expected, byte[] Bytes)
{
    /// <summary>`\r`, `\n`, `\t`, `\0`, `\\` and `\xhh` stand for bytes; `{text*n}` for text n times.</summary>
    public static byte[] Unescape(string text)
    {
        return Encoding.Latin1.GetBytes(Escaped().Replace(Repeat(text), match => match.Value[1] switch
        {
            'r' => "\r",
            'n' => "\n",
            't' => "\t",
            '0' => "\0",
            'x' => ((char)Convert.ToByte(match.Value[2..], 16)).ToString(),
            _ => match.Value[1].ToString(),
        }));
    }

    public static string Repeat(string text) => Repeated().Replace(text, match => string.Concat(Enumerable.Repeat(match.Groups[1].Value, int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture))));

    [GeneratedRegex(@"\\(x[0-9a-fA-F]{2}|.)", RegexOptions.NonBacktracking)]
    private static partial Regex Escaped();

    [GeneratedRegex(@"\{([^{}*]+)\*([0-9]+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex Repeated();
}
