using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>
/// Lets an application send only the types of content that its operator knows it to send: a dump, a backup or a source file that was
/// left among its pages, or that an attacker made it read, then stays inside. An answer with a body and without a type is none of them.
/// </summary>
internal sealed class AnswerTypes(IEnumerable<string> types) : IInspector
{
    private readonly (byte[] Type, bool IsWhole)[] allowed = [.. types.Select(type => type.EndsWith("/*", StringComparison.Ordinal) ? (Encoding.ASCII.GetBytes(type[..^1]), false) : (Encoding.ASCII.GetBytes(type), true))];

    public string Id => "answer/types";
    public Needs Needs => Needs.ResponseHead;

    /// <summary>`type/subtype` or `type/*`, in lower case (RFC 9110, section 8.3.1).</summary>
    public static bool IsType(string? text) => text?.Split('/') is [{ Length: > 0 } type, { Length: > 0 } subtype] && IsToken(type) && (subtype == "*" || IsToken(subtype));

    public Verdict Inspect(Message message, Needs stage)
    {
        if (message is not HttpResponse { HasBody: true } response) return default;
        var said = false;
        foreach (ref readonly var field in response.Fields)
        {
            if (field.Id != FieldId.ContentType) continue;
            if (said || !IsAllowed(response[field.Value])) return new(Reason.AnswerType, Part.Response, field.Value.Start); // Of two, clients choose one.
            said = true;
        }
        return said ? default : new(Reason.AnswerType, Part.Response);
    }

    private bool IsAllowed(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)';');
        var type = (end < 0 ? value : value[..end]).TrimEnd(" \t"u8);
        foreach (var (known, isWhole) in allowed)
            if (type.Length >= known.Length && (!isWhole || type.Length == known.Length) && Ascii.EqualsIgnoreCase(type[..known.Length], known)) return true;
        return false;
    }

    private static bool IsToken(string text) => text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.' or '+' or '_');
}
