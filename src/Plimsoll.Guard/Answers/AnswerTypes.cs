using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>
/// Lets an application send only the types of content that its operator knows it to send: a dump, a backup or a source file that was
/// left among its pages, or that an attacker made it read, then stays inside. An answer with a body and without a type is none of them.
/// </summary>
internal sealed class AnswerTypes(IEnumerable<string> types) : IInspector
{
    private readonly TypeSet allowed = new(types);

    public string Id => "answer/types";
    public Needs Needs => Needs.ResponseHead;

    public Verdict Inspect(Message message, Needs stage)
    {
        if (message is not HttpResponse { HasBody: true } response) return default;
        var said = false;
        foreach (ref readonly var field in response.Fields)
        {
            if (field.Id != FieldId.ContentType) continue;
            if (said || !allowed.Contains(response[field.Value])) return new(Reason.AnswerType, Part.Response, field.Value.Start); // Of two, clients choose one.
            said = true;
        }
        return said ? default : new(Reason.AnswerType, Part.Response);
    }
}
