using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The condition of `.if` (HAProxy's Configuration Manual, 2.4): numbers, predicates with arguments in parentheses, `!`, `&amp;&amp;`, `||` and parentheses. What
/// the build decides (`feature`, `enabled`, versions of OpenSSL) is unknown; of unknown and false, false decides.
/// </summary>
internal sealed class HaproxyCondition
{
    private const int MostDepth = 32;

    private readonly string text;
    private readonly Func<string, bool?> isDefined;
    private readonly string? version;
    private int at;
    private int depth;
    private string needs = "";

    private HaproxyCondition(string text, Func<string, bool?> isDefined, string? version) => (this.text, this.isDefined, this.version) = (text, isDefined, version);

    /// <param name="isDefined">Whether a variable is set; null when that is not known.</param>
    /// <param name="needs">What would be needed to know, a clause.</param>
    /// <returns>Null when it cannot be known.</returns>
    public static bool? Evaluate(string text, Func<string, bool?> isDefined, string? version, out string needs)
    {
        needs = "";
        if (text.Trim().Length == 0) return false;
        var condition = new HaproxyCondition(text, isDefined, version) { needs = $"what haproxy makes of the condition `{Applications.Quote.Line(text)}`" };
        var value = condition.Or();
        condition.Skip();
        needs = condition.needs;
        return condition.at < text.Length ? null : value;
    }

    private void Skip()
    {
        while (at < text.Length && text[at] is ' ' or '\t') at++;
    }

    private bool Take(string sign)
    {
        Skip();
        if (!text.AsSpan(at).StartsWith(sign)) return false;
        at += sign.Length;
        return true;
    }

    private bool? Or()
    {
        var value = And();
        while (Take("||")) value = And() is var right && (value == true || right == true) ? true : value is null || right is null ? null : false;
        return value;
    }

    private bool? And()
    {
        var value = Term();
        while (Take("&&")) value = Term() is var right && (value == false || right == false) ? false : value is null || right is null ? null : true;
        return value;
    }

    private bool? Term()
    {
        var negated = false;
        while (Take("!")) negated = !negated;
        if (++depth > MostDepth) return null;
        bool? value;
        if (Take("("))
        {
            value = Or();
            if (!Take(")")) value = null;
        }
        else value = Predicate();
        depth--;
        return negated ? !value : value;
    }

    private bool? Predicate()
    {
        Skip();
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_')) at++;
        var name = text[start..at];
        if (name.Length > 0 && name.All(char.IsAsciiDigit)) return name.Any(c => c != '0');
        if (!Take("(") || text.IndexOf(')', at) is not (>= 0 and var end)) return null;
        var arguments = text[at..end].Split(',').Select(argument => argument.Trim().Trim('"', '\'')).ToArray();
        at = end + 1;
        switch (name, arguments)
        {
            case ("defined", [var variable]):
                var defined = isDefined(variable);
                if (defined is null) needs = $"the variable {variable}, which the image does not set";
                return defined;
            case ("streq", [var left, var right]): return left == right;
            case ("strneq", [var left, var right]): return left != right;
            case ("version_atleast", [var bound]): return Compared(bound) is { } order ? order >= 0 : null;
            case ("version_before", [var bound]): return Compared(bound) is { } other ? other < 0 : null;
            default: return null;
        }
    }

    private int? Compared(string bound)
    {
        if (version is null) needs = "the version of haproxy";
        return version is not null && VersionSchemes.Named("generic")!.TryCompare(version, bound, out var order) ? order : null;
    }
}
