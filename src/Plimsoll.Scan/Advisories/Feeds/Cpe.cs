using System.Text;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// A platform's name, CPE 2.3 formatted string (NIST IR 7695, 6.2): `cpe:2.3:` and eleven fields between colons; `\`
/// quotes the next character; `*` is any value and `-` none.
/// </summary>
/// <param name="Part">`a` application, `o` operating system, `h` hardware.</param>
/// <param name="Update">What follows the version: `beta9`, `p1`.</param>
/// <param name="TargetSoftware">What it runs on or plugs into: `windows`, `wordpress`, `node.js`.</param>
internal readonly record struct Cpe(string Part, string Vendor, string Product, string Version, string Update, string TargetSoftware)
{
    public const string Any = "*";
    public const string NotApplicable = "-";

    private const int Fields = 13;

    public static bool TryParse(string text, out Cpe cpe)
    {
        cpe = default;
        if (!text.StartsWith("cpe:2.3:", StringComparison.Ordinal)) return false;
        var fields = new string[Fields];
        var field = new StringBuilder();
        var at = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length) field.Append(text[++i]);
            else if (text[i] != ':') field.Append(text[i]);
            else if (at == Fields - 1) return false;
            else
            {
                fields[at++] = field.ToString();
                field.Clear();
            }
        }
        fields[at] = field.ToString();
        if (at != Fields - 1 || Array.Exists(fields, part => part.Length == 0)) return false;
        cpe = new Cpe(fields[2], fields[3], fields[4], fields[5], fields[6], fields[10]);
        return true;
    }
}
