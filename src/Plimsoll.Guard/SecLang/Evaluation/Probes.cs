using System.Text;
using System.Text.RegularExpressions;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Makes a probe of the operator of a rule.</summary>
internal static class Probes
{
    public static Probe? Compile(RuleTest test, Place place, bool hasMacro, RuleFaults faults)
    {
        if (test.Operator == "rx") return Pattern(test.Argument, place, faults);
        return new Simple(test.Operator, Encoding.Latin1.GetBytes(test.Argument), hasMacro);
    }

    public static Probe? Pattern(string pattern, Place place, RuleFaults faults)
    {
        try
        {
            for (var i = pattern.IndexOf("\\x{", StringComparison.Ordinal); i >= 0; i = pattern.IndexOf("\\x{", StringComparison.Ordinal)) pattern = pattern[..(i + 2)] + pattern[(i + 3)..(i + 5)] + pattern[(i + 6)..];
            return new Rx(new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
        }
        catch (ArgumentException thrown)
        {
            faults.Add(place, $"`{pattern}` is no pattern: {thrown.Message}", "");
            return null;
        }
    }

    private sealed class Rx(Regex regex) : Probe
    {
        public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures)
        {
            var match = regex.Match(Encoding.Latin1.GetString(value));
            if (!match.Success) return Answer.No;
            for (var i = 0; i < match.Groups.Count && captures is not null; i++) if (match.Groups[i].Success) captures.Set(i, new(match.Groups[i].Index, match.Groups[i].Length));
            return Answer.Yes;
        }
    }

    private sealed class Simple(string name, byte[] constant, bool hasMacro) : Probe
    {
        public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures)
        {
            var a = hasMacro ? argument.Span : constant;
            bool yes = name switch
            {
                "eq" => Notes.Number(value) == Notes.Number(a),
                "ge" => Notes.Number(value) >= Notes.Number(a),
                "gt" => Notes.Number(value) > Notes.Number(a),
                "lt" => Notes.Number(value) < Notes.Number(a),
                "le" => Notes.Number(value) <= Notes.Number(a),
                "streq" => value.SequenceEqual(a),
                "within" => a.IndexOf(value) >= 0,
                "contains" => value.IndexOf(a) >= 0,
                "beginsWith" => value.StartsWith(a),
                "endsWith" => value.EndsWith(a),
                "unconditionalMatch" => true,
                _ => false,
            };
            return yes ? Answer.Yes : Answer.No;
        }
    }
}
