using System.Text;
using Plimsoll.Guard.Injection;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Makes a probe of the operator of a rule. Whatever can fail does so here.</summary>
internal static class Probes
{
    /// <param name="hasMacro">Whether the argument is only known when the rule is asked.</param>
    /// <returns>Null, and a fault, when the argument is not understood.</returns>
    public static Probe? Compile(RuleTest test, Place place, bool hasMacro, RuleFaults faults)
    {
        var argument = hasMacro ? null : Encoding.Latin1.GetBytes(test.Argument);
        switch (test.Operator)
        {
            case "rx":
                return Pattern(test.Argument, place, faults);
            case "pm":
                return new PhraseProbe(PhraseLists.Words(test.Argument));
            case "pmFromFile":
                return PhraseLists.Files(test.Argument, place, faults) is { } phrases ? new PhraseProbe(phrases) : null;
            case "ipMatch":
                return AddressProbe.Compile(test.Argument.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), place, faults);
            case "ipMatchFromFile":
                return PhraseLists.Files(test.Argument, place, faults) is { } addresses ? AddressProbe.Compile(addresses.Select(Encoding.Latin1.GetString), place, faults) : null;
            case "validateByteRange":
                return ByteRangeProbe.Compile(test.Argument, place, faults);
            case "validateUrlEncoding":
                return new FunctionProbe(TextChecks.HasWrongEscape);
            case "validateUtf8Encoding":
                return new FunctionProbe(TextChecks.IsNotUtf8);
            case "unconditionalMatch":
                return new FunctionProbe(static _ => true);
            case "noMatch":
                return new FunctionProbe(static _ => false);
            case "detectSQLi":
                return new FunctionProbe(SqlInjection.IsInjection);
            case "detectXSS":
                return new FunctionProbe(MarkupInjection.IsInjection);
            case "rbl" or "geoLookup":
                return new UnknownProbe(); // Nobody is asked over the network: cannot know.
        }
        return new ComparingProbe(Comparisons.Of(test.Operator), argument);
    }

    public static Probe? Pattern(string pattern, Place place, RuleFaults faults) => PatternProbe.Compile(pattern, place, faults);

    private sealed class UnknownProbe : Probe
    {
        public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures) => Answer.Unknown;
    }

    private sealed class FunctionProbe(FunctionProbe.Question question) : Probe
    {
        public delegate bool Question(ReadOnlySpan<byte> value);

        public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures)
        {
            if (!question(value)) return Answer.No;
            captures?.Set(0, new(0, value.Length));
            return Answer.Yes;
        }
    }
}
