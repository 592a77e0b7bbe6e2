using System.Text.RegularExpressions;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// A pattern of PCRE over bytes: the point matches line feeds, `^` only the beginning and `$` only the very end, as in ModSecurity 2. A macro in
/// it, `%{tx.name}`, is part of the pattern; what looks like one and names no variable is taken as it stands.
/// </summary>
internal static partial class Rx
{
    public static readonly Operator Word = new("rx", "matches the pattern `{0}`", static (argument, place, faults) => HasMacro(argument) ? new MacroPatternProbe(place) : PatternProbe.Compile(argument, place, faults));

    public static bool HasMacro(string pattern) => Macro().Match(pattern) is { Success: true } match && Words.Variables.Known(match.Groups[1].Value) is not null;

    [GeneratedRegex("%\\{([A-Za-z_]+)(?:[.:][^}]*)?\\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Macro();

    /// <summary>Compiles patterns when what they are made of is known; the last is kept, since settings do not change from request to request.</summary>
    private sealed class MacroPatternProbe(Place place) : Probe
    {
        private Compiled? last;

        public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
        {
            var now = last;
            if (now is null || !now.Pattern.AsSpan().SequenceEqual(argument.Span))
            {
                now = new(argument.Span.ToArray(), PatternProbe.Compile(System.Text.Encoding.Latin1.GetString(argument.Span), place, new()));
                last = now;
            }
            return now.Probe?.Ask(value, Bytes.Empty, captures, effort) ?? Answer.Unknown;
        }

        private sealed record Compiled(byte[] Pattern, PatternProbe? Probe);
    }
}
