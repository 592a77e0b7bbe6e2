using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>Answers of an application that was taken over: the client gets one answer to each of its requests, or an error.</summary>
public sealed class AnswerTests
{
    [Theory, MemberData(nameof(TechniqueIds.Answers), MemberType = typeof(TechniqueIds))]
    public Task Is_one_answer_or_an_error(string id) => CheckAsync(id, Mode.Enforce);

    /// <summary>An answer with two readings is none in mode detect either.</summary>
    [Theory, MemberData(nameof(TechniqueIds.Answers), MemberType = typeof(TechniqueIds))]
    public Task Is_so_in_mode_detect(string id) => CheckAsync(id, Mode.Detect);

    private static async Task CheckAsync(string id, Mode mode)
    {
        var technique = TechniqueFile.Answers.Single(one => one.Id == id);
        using var application = new HostileUpstream { Technique = technique };
        using var gateway = new GuardGateway(application.Port, Behind.Clients, [], mode);
        var client = new Client(gateway.Port);
        var got = await client.ExchangeAsync(technique);
        List<string> faults = [.. Faults(technique, got)];
        for (var i = 0; i < 3; i++)
            if (await client.FreshCanaryAsync() is { } poisoned) faults.Add($"another client's request was answered with: {poisoned}");
        Assert.True(faults.Count == 0, $"{id} ({technique.Source}) must be {technique.Must}:\n{string.Join('\n', faults)}\nanswered: {StrictReader.Show(got.Answer)}");
    }

    private static IEnumerable<string> Faults(Technique technique, Got got)
    {
        var answers = StrictReader.Answers(got.Answer, i => i == 0 && technique.IsHead, got.IsClosed);
        if (answers.Fault is { } fault) yield return $"the client got bytes with more than one reading: {fault}";
        var finals = answers.Messages.Where(message => message.Status is 101 or >= 200).ToList();
        if (finals.Count > 2) yield return $"the client got {finals.Count} answers to 2 requests";
        if (finals.Exists(message => message.Body == "smuggled" || message.Fields.Any(field => field.Value.StartsWith("smuggled", StringComparison.Ordinal)))) yield return "the client got what was smuggled";
        if (got.CanaryAnswered && !finals[^1].Body.StartsWith($"GET {Client.Canary}", StringComparison.Ordinal)) yield return "an answer came behind the last request's";
        var isError = finals.Count == 0 ? got.IsClosed && answers.Tail.Length == 0 : finals[0].Status >= 500;
        switch (technique.Must)
        {
            case Must.Refused when !isError:
                yield return "no error";
                break;
            case Must.Cut when !isError && (answers.Tail.Length == 0 || finals.Count > 0 || !got.IsClosed):
                yield return "neither an error nor an answer that breaks off";
                break;
            case Must.Passes when finals.Count == 0 || (finals[0].Status, finals[0].Body) != (200, "hello"):
                yield return "not passed on";
                break;
            case Must.Harmless when finals.Count > 0 && finals[0].Status == 200 && finals[0].Body is not ("hello" or ""):
                yield return $"a body that nobody sent: {StrictReader.Show(finals[0].Body)}";
                break;
        }
    }
}
