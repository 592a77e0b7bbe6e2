using System.Buffers;
using System.Text;
using System.Text.Json;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Events;

/// <summary>What an event says of rules: which matched, and at what. The names of parameters and fields are shown, their values are not.</summary>
internal static class RuleFields
{
    /// <summary>Rules of one event; the first tell enough.</summary>
    private const int most = 64;

    private const int mostExceptions = 16;

    /// <summary>Bytes of names that stand for themselves in a target: `|`, `,`, `/` and quotes do not.</summary>
    private static readonly SearchValues<byte> named = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:[]"u8);

    /// <summary>Characters of a name, which a client may choose, and of what a rule says.</summary>
    public const int MostOfName = 160;

    /// <summary>`942100 949110`.</summary>
    public static string Ids(InspectionState inspection) => string.Join(' ', Enumerable.Range(0, Math.Min(inspection.MatchedRules, most)).Select(i => inspection.MatchedRule(i, out _)));

    /// <summary>Lines of SecLang that keep the rules from what they matched, in a file of rules that comes after them. A target whose name is masked, or is none of the language, cannot be told: the line is then about the whole rule.</summary>
    public static IReadOnlyList<string> Exceptions(InspectionState inspection)
    {
        var lines = new List<string>();
        Span<char> masked = stackalloc char[MostOfName];
        for (var i = 0; i < inspection.MatchedRules && lines.Count < mostExceptions; i++)
        {
            var id = inspection.MatchedRule(i, out _);
            var exclusion = inspection.Exclusion(i, out var target);
            if (exclusion == Exclusion.None) continue;
            var isTold = exclusion == Exclusion.Target && target.Length < MostOfName && target.IndexOfAnyExcept(named) < 0 && Ascii.Equals(target, masked[..Masking.Path(target, masked)]);
            var line = isTold ? $"site: rules SecRuleUpdateTargetById {id} \"!{Encoding.ASCII.GetString(target)}\"" : $"site: rules SecRuleRemoveById {id}";
            if (!lines.Contains(line)) lines.Add(line);
        }
        return lines;
    }

    public static void Write(Utf8JsonWriter json, InspectionState inspection)
    {
        Span<char> name = stackalloc char[MostOfName];
        json.WriteStartArray("rules"u8);
        for (var i = 0; i < Math.Min(inspection.MatchedRules, most); i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, inspection.MatchedRule(i, out var at));
            if (!at.IsEmpty) json.WriteString("at"u8, name[..Masking.Path(at, name)]);
            if (inspection.Statement(i) is { IsEmpty: false } statement) json.WriteString("says"u8, name[..Encoding.Latin1.GetChars(statement[..Math.Min(statement.Length, MostOfName)], name)]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
