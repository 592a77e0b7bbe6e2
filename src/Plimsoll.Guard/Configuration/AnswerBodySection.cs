using Plimsoll.Guard.Answers;

namespace Plimsoll.Guard.Configuration;

/// <summary>`answer-bodies` of a site: what of an answer rules may look at.</summary>
internal static class AnswerBodySection
{
    private const int mostTypes = 100;
    private const int mostBytes = 64 << 20;
    private const int mostTime = 60_000;

    public static AnswerBodyOptions Read(Section section, Faults faults)
    {
        var by = new AnswerBodyOptions();
        var types = section.Items("types", mostTypes);
        foreach (var type in types)
        {
            if (type.Text == "text/event-stream") faults.Add(type, "a stream of events has no end that could be waited for", "Leave it out: it passes as it comes.");
            else if (!TypeSet.IsType(type.Text)) faults.Add(type, $"`{type.Text}` is no type of content", "Write it in lower case as `text/html` or `text/*`.");
        }
        var options = new AnswerBodyOptions
        {
            Types = types.Count == 0 ? by.Types : [.. types.Select(type => type.Text ?? "")],
            Bytes = (int)section.Bytes("bytes", by.Bytes, 1, mostBytes),
            Time = section.Duration("time", by.Time, 0, mostTime),
            FailsUnread = section.Choice("unread", false, ("pass", false), ("fail", true)),
        };
        section.End();
        return options;
    }
}
