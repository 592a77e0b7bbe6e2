using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// rx: a pattern over bytes, each of which is one character of Latin-1. The point matches line feeds and `$` the very end. A match
/// that takes too long is an answer too. The system's libpcre2 is asked where it is there, .NET's engine otherwise.
/// </summary>
internal sealed class PatternProbe : Probe
{
    private readonly Regex? managed;
    private readonly Pcre2.Code? native;
    private readonly bool hasGroups;

    private PatternProbe(Regex managed) => (this.managed, hasGroups) = (managed, managed.GetGroupNumbers().Length > 1);

    private PatternProbe(Pcre2.Code native) => this.native = native;

    /// <summary>Time for one value; the hardest of CRS's tests take a hundredth.</summary>
    private static readonly TimeSpan most = TimeSpan.FromMilliseconds(250);

    /// <param name="isManaged">Whether .NET's engine answers even where libpcre2 is there.</param>
    public static PatternProbe? Compile(string pattern, Place place, RuleFaults faults, bool isManaged = false)
    {
        try
        {
            if (isManaged || !Pcre2.IsThere) return new(Managed(pattern));
            // Recursion and verbs, which libpcre2 takes, have no tree. .NET's engine is asked only there: to make it is what a start would wait for.
            if (PatternParser.Read(pattern) is null) _ = Managed(pattern);
            var code = Pcre2.Compile(pattern, out var fault);
            if (code is not null) return new(code);
            faults.Add(place, $"`{pattern}` is no pattern to libpcre2: {fault}", "Write it as PCRE.");
            return null;
        }
        catch (ArgumentException thrown)
        {
            faults.Add(place, $"`{pattern}` is no pattern that is understood here: {thrown.Message.TrimEnd('.')}", "Write it as PCRE without recursion and verbs.");
            return null;
        }
    }

    private static Regex Managed(string pattern) => new(PatternText.ForThis(pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline, most);

    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null) =>
        native is not null ? Pcre2.Ask(native, value, captures, effort) : AskManaged(value, 0, captures, hasGroups);

    /// <summary>The first match that begins at a place or behind it; what stands before is seen by what looks behind.</summary>
    /// <param name="match">Takes where it stands.</param>
    public Answer Next(ReadOnlySpan<byte> value, int start, Captures match, Effort? effort) =>
        native is not null ? Pcre2.Ask(native, value, match, effort, start) : AskManaged(value, start, match, wantsGroups: false);

    private Answer AskManaged(ReadOnlySpan<byte> value, int start, Captures? captures, bool wantsGroups)
    {
        var rented = value.Length <= 512 ? null : ArrayPool<char>.Shared.Rent(value.Length);
        var text = rented is null ? stackalloc char[value.Length] : rented.AsSpan(0, value.Length);
        Encoding.Latin1.GetChars(value, text);
        try
        {
            if (captures is null) return managed!.IsMatch(text) ? Answer.Yes : Answer.No;
            var matches = managed!.EnumerateMatches(text, start);
            if (!matches.MoveNext()) return Answer.No;
            captures.Set(0, new(matches.Current.Index, matches.Current.Length));
            if (!wantsGroups) return Answer.Yes;
            var match = managed.Match(text.ToString()); // Groups are only told of a string.
            for (var group = 0; group < match.Groups.Count; group++)
                if (match.Groups[group].Success) captures.Set(group, new(match.Groups[group].Index, match.Groups[group].Length));
            return Answer.Yes;
        }
        catch (RegexMatchTimeoutException)
        {
            return Answer.Unknown;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }
}
