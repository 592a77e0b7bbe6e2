using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>Says in sentences where an outcome is not what must hold for its technique.</summary>
internal static class Judge
{
    /// <summary>Fields that a proxy writes itself: framing, the connection, and who the client is.</summary>
    private static readonly HashSet<string> own = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "Expect", "Via", "TE", "Trailer",
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Real-IP",
    };

    public static IEnumerable<string> Faults(Technique technique, Outcome outcome) =>
        [.. Reading(outcome), .. Count(technique, outcome), .. Texts(technique, outcome), .. Parsed(outcome), .. Told(outcome), .. Clients(technique, outcome), .. Answers(technique, outcome)];

    /// <summary>In mode detect: what went on was told of with the very bytes, and parsed as that; nobody else got anything of it.</summary>
    public static IEnumerable<string> FaultsOfDetected(Outcome outcome)
    {
        var told = outcome.Told ?? [];
        if (told.Any(one => one.Reason == Reason.GuardFailed)) yield return "the guard failed";
        foreach (var one in told.Where(one => one.Decision == Decision.ForwardRecorded && !Reasons.HasOneReading(one.Reason) && one.Reason != Reason.UpstreamUnsolicited)) yield return $"forwarded what has no single reading: {Reasons.Name(one.Reason)}";
        foreach (var one in told.Where(one => one.Decision == Decision.Refuse && one.Reason == Reason.None)) yield return $"refused {one.Method} {StrictReader.Show(one.Target)} without a reason";
        foreach (var one in told.Where(one => one.Decision != Decision.Refuse && !outcome.ForwardedBytes.Contains($"{one.Method} {one.Target} ", StringComparison.Ordinal))) yield return $"an event tells of {one.Method} {StrictReader.Show(one.Target)}, which was not forwarded";
        // The strict reader does not read bytes above 7F in a target, which the guard says to be ambiguous.
        if (told.All(one => Ascii.IsValid(one.Target)))
            foreach (var fault in Reading(outcome).Concat(Parsed(outcome)).Concat(Told(outcome))) yield return fault;
        if (outcome.Poisoned is { } poisoned) yield return $"another client's request was answered with: {poisoned}";
    }

    /// <summary>What is forwarded has one reading.</summary>
    private static IEnumerable<string> Reading(Outcome outcome) =>
        outcome.Forwarded.Where(reading => reading.Fault is not null).Select(reading => $"forwarded bytes with more than one reading: {reading.Fault}");

    private static IEnumerable<string> Count(Technique technique, Outcome outcome)
    {
        var requests = outcome.Requests.ToList();
        var isPartial = outcome.Forwarded.Any(reading => reading.IsCut);
        var shown = string.Join(" | ", requests.Select(request => request.Start));
        if (requests.FirstOrDefault(request => request.Target.StartsWith("/smuggled", StringComparison.Ordinal)) is { } smuggled) yield return $"forwarded the smuggled request: {smuggled.Start}";
        switch (technique.Must)
        {
            case Must.Refused:
                if (requests.Count != technique.Before) yield return $"forwarded {requests.Count} requests, not {technique.Before}: {shown}";
                if (isPartial) yield return "forwarded the beginning of a request";
                break;
            case Must.Cut:
                if (requests.Count != technique.Before) yield return $"forwarded {requests.Count} whole requests, not {technique.Before}: {shown}";
                if (isPartial && !outcome.IsCutOff) yield return "forwarded the beginning of a request and left the connection open";
                break;
            case Must.Harmless:
                if (requests.Count > technique.Requests) yield return $"forwarded {requests.Count} requests, not {technique.Requests} at most: {shown}";
                if (isPartial && !outcome.IsCutOff) yield return "forwarded the beginning of a request and left the connection open";
                break;
            case Must.Passes:
                if (requests.Count != technique.Requests) yield return $"forwarded {requests.Count} requests, not {technique.Requests}: {shown}; answered {StrictReader.Show(outcome.Answer)}";
                if (isPartial) yield return "forwarded the beginning of a request";
                break;
        }
    }

    private static IEnumerable<string> Texts(Technique technique, Outcome outcome) =>
    [
        .. technique.Never.Where(text => outcome.ForwardedBytes.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(text => $"forwarded `{text}`"),
        .. technique.Keeps.Where(text => outcome.Requests.Any() && !outcome.ForwardedBytes.Contains(text, StringComparison.Ordinal)).Select(text => $"did not forward `{text}`"),
    ];

    /// <summary>The application parsed what was forwarded: the same requests, no other ones. Those that it refused itself it does not record.</summary>
    private static IEnumerable<string> Parsed(Outcome outcome)
    {
        var forwarded = outcome.Requests.Select(request => new Recorded(request.Method, request.Target, request.Fields, request.Body).Canonical).ToList();
        var refused = outcome.UpstreamStatuses.Count(status => status >= 300);
        foreach (var recorded in outcome.Recorded)
            if (!forwarded.Remove(recorded.Canonical) && !IsBeginning(outcome, recorded)) yield return $"the application parsed what was not forwarded: {StrictReader.Show(recorded.Canonical)}; forwarded {StrictReader.Show(string.Join(" | ", forwarded))}";
        forwarded.RemoveAll(text => text.StartsWith("OPTIONS *\n", StringComparison.Ordinal)); // Apache answers it itself.
        if (forwarded.Count > refused) yield return $"the application did not parse what was forwarded: {StrictReader.Show(forwarded[0])}";
    }

    /// <summary>Apache hands CGI scripts the beginning of a chunked body that broke off, as if it were whole.</summary>
    private static bool IsBeginning(Outcome outcome, Recorded recorded) =>
        outcome.IsCutOff && outcome.Forwarded.Any(reading => reading.Tail.StartsWith($"{recorded.Method} {recorded.Target} ", StringComparison.Ordinal) && reading.Tail.Contains(recorded.Body, StringComparison.Ordinal));

    /// <summary>The gateway told of what it forwarded, with the very bytes.</summary>
    private static IEnumerable<string> Told(Outcome outcome)
    {
        if (outcome.Told is null) yield break;
        var told = outcome.Told.Where(one => one.Decision != Decision.Refuse).ToList();
        // A request that was forwarded, and whose answer or body failed, is told of as refused.
        var broken = outcome.Told.Where(one => one.Decision == Decision.Refuse).ToList();
        foreach (var request in outcome.Requests)
        {
            var match = told.Find(one => (one.Method, one.Target) == (request.Method, request.Target)) ?? broken.Find(one => (one.Method, one.Target) == (request.Method, request.Target));
            if (match is null)
            {
                yield return $"no event tells of {request.Start}";
                continue;
            }
            if (!told.Remove(match)) broken.Remove(match);
            else if (match.Bytes != request.Body.Length && match.Status != 101) yield return $"an event tells of {match.Bytes} bytes of body, forwarded were {request.Body.Length}: {request.Start}";
            foreach (var field in request.Fields.Where(field => !own.Contains(field.Name) && !match.Fields.Any(judged => judged == field)))
                yield return $"forwarded a field that was not judged: {field.Name}: {StrictReader.Show(field.Value)}";
            if (request.Values("Host").Any(host => match.Fields.All(judged => !judged.Name.Equals("Host", StringComparison.OrdinalIgnoreCase) || judged.Value != host))) yield return $"forwarded another Host: {string.Join(", ", request.Values("Host"))}";
        }
        // An early answer may end a request before its body was forwarded.
        foreach (var one in told.Where(one => !outcome.Forwarded.Any(reading => reading.Tail.StartsWith($"{one.Method} {one.Target} ", StringComparison.Ordinal))))
            yield return $"an event tells of {one.Method} {StrictReader.Show(one.Target)}, which was not forwarded";
        if (!outcome.Requests.Any() && outcome.Told.Count == 0 && outcome.Answer.Length > 0) yield return $"no event tells of the answer {StrictReader.Show(outcome.Answer)}";
    }

    /// <summary>The client is who it must be, to the guard and to the application.</summary>
    private static IEnumerable<string> Clients(Technique technique, Outcome outcome)
    {
        if (technique.Client is not { } client || outcome.Told is null) yield break;
        foreach (var one in outcome.Told.Where(one => one.Decision != Decision.Refuse && one.Client != client)) yield return $"an event tells of the client {one.Client}, not {client}";
        foreach (var said in outcome.Requests.Select(request => string.Join(" | ", request.Values("X-Forwarded-For"))).Where(said => !said.Split([',', '|'], StringSplitOptions.TrimEntries).Contains(client))) yield return $"the application is told of the client {said}, not {client}";
    }

    private static IEnumerable<string> Answers(Technique technique, Outcome outcome)
    {
        if (outcome.Poisoned is { } poisoned) yield return $"another client's request was answered with: {poisoned}";
        var answers = StrictReader.Answers(outcome.Answer, i => i == 0 && technique.IsHead, outcome.IsClosed);
        if (answers.Fault is { } fault) yield return $"the client got bytes with more than one reading: {fault}";
        var finals = answers.Messages.Where(message => message.Status is 101 or >= 200).ToList();
        if (finals.Exists(message => message.Status == 101)) yield break; // Another protocol has begun; what it carries is not HTTP.
        var most = Math.Max(technique.Before + 1, technique.Requests) + (technique.IsAlone ? 0 : 1);
        if (finals.Count > most) yield return $"the client got {finals.Count} answers to {most} requests";
        var good = finals.Count(message => message.Status < 300) - (outcome.CanaryAnswered ? 1 : 0);
        if (technique.Must is Must.Refused && good > technique.Before) yield return $"answered with {finals[technique.Before].Start}";
        if (technique.Must is Must.Refused or Must.Cut && !outcome.IsClosed && finals.Count <= technique.Before) yield return "neither answered nor closed";
        if (outcome.CanaryAnswered && !finals[^1].Body.Contains("/canary-", StringComparison.Ordinal) && !answers.Tail.Contains("/canary-", StringComparison.Ordinal)) yield return "an answer came behind the last request's";
        if (technique.Must is Must.Passes && finals.Count < technique.Requests) yield return $"the client got {finals.Count} answers to {technique.Requests} requests";
    }
}
