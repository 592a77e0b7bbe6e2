using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.Tests.SecLang.Oracle;

/// <summary>Where our transformations mean to differ from those of libmodsecurity 3.0.9, each with the reason. docs/guard-rules.md tells them.</summary>
internal static partial class TransformationDifferences
{
    private delegate bool Excuse(ReadOnlySpan<byte> value, ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> ours);

    private static readonly SearchValues<byte> hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly Dictionary<string, Excuse> excuses = new(StringComparer.OrdinalIgnoreCase)
    {
        // Nothing where the value is not base64 to its end, or its padding is odd, and whole groups of four digits alone. Ours is all that precedes: an attack needs no valid end.
        ["base64Decode"] = static (_, theirs, ours) => ours.StartsWith(theirs),
        ["base64DecodeExt"] = static (_, theirs, _) => theirs.IsEmpty,
        // The no-break space A0 stays. It is white space to MySQL; ModSecurity 2 takes it for such, and so do we.
        ["compressWhitespace"] = static (value, _, _) => value.Contains((byte)0xA0),
        // The result ends at its first NUL.
        ["cssDecode"] = static (_, theirs, ours) => ours.IndexOf((byte)0) is >= 0 and var nul && ours[..nul].SequenceEqual(theirs),
        // Bytes that are no digits come to something by arithmetic; to zeros here.
        ["hexDecode"] = static (value, theirs, ours) => theirs.Length == ours.Length && value.ContainsAnyExcept(hex),
        // A name that ends in two dots is taken for a step upwards: `/a..` becomes nothing; `..` is one as a whole name alone here. In a path without a slash at its beginning, a second step upwards may be left.
        ["normalisePath"] = static (value, _, _) => StepsOddly(value, "/"u8),
        // So here, and a backslash that ends a run of slashes stays one, which a later step upwards does not see.
        ["normalisePathWin"] = static (value, theirs, _) => StepsOddly(value, "/\\"u8) || theirs.Contains((byte)'\\') || value.IndexOf("\\\\"u8) >= 0 || value.IndexOf("/\\"u8) >= 0,
        // The byte behind a comment is copied unread, a NUL where there is none.
        ["removeComments"] = static (value, _, _) => value.IndexOf("*/"u8) >= 0 || value.IndexOf("-->"u8) >= 0,
        // The last byte is left out unless digits end the value, all from NUL on is, and a literal directly behind another is not decoded.
        ["sqlHexDecode"] = static (value, theirs, ours) => Adjoining().IsMatch(Encoding.Latin1.GetString(value)) || (ours.StartsWith(theirs) && (ours.Length == theirs.Length + 1 || ours[theirs.Length] == 0)),
    };

    static TransformationDifferences()
    {
        excuses["normalizePath"] = excuses["normalisePath"];
        excuses["normalizePathWin"] = excuses["normalisePathWin"];
    }

    public static bool Has(string name) => excuses.ContainsKey(name);

    public static bool Excuses(string name, byte[] value, byte[] theirs, byte[] ours) => excuses.TryGetValue(name, out var excuse) && excuse(value, theirs, ours);

    [GeneratedRegex("0[xX](?:[0-9a-fA-F]{2})+0[xX][0-9a-fA-F]{2}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Adjoining();

    private static bool StepsOddly(ReadOnlySpan<byte> value, ReadOnlySpan<byte> slashes)
    {
        var steps = 0;
        foreach (var range in value.SplitAny(slashes))
        {
            if (value[range].SequenceEqual(".."u8)) steps++;
            else if (value[range].EndsWith(".."u8)) return true;
        }
        return steps > 1 && !slashes.Contains(value[0]);
    }
}
