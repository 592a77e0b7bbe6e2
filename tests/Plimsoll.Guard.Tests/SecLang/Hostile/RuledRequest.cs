using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>Requests with a body, judged by the Core Rule Set in this thread.</summary>
internal sealed class RuledRequest(CoreRuleSetSuite suite, int paranoia) : IDisposable
{
    private readonly RequestNormaliser normaliser = new(NormalisationLimits.Default);
    private readonly RuleInspector inspector = new(ProgramBuilder.Build(RuleFiles.Read([suite.Rules]), paranoia, Detection.Structural, remembers: true), goesOn: true);

    /// <returns>Whether something was left unasked, and nanoseconds left of those for patterns.</returns>
    public (bool IsIncomplete, long Left) Post(ReadOnlySpan<byte> type, byte[] body)
    {
        var request = new HttpRequest { Version = HttpVersion.Http11, Client = System.Net.IPAddress.Loopback };
        request.Method = request.Append("POST"u8);
        request.Target = request.Append("/shop"u8);
        Add("Host"u8, "shop.example"u8);
        Add("User-Agent"u8, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"u8);
        Add("Accept"u8, "text/html"u8);
        Add("Content-Type"u8, type);
        Add("Content-Length"u8, System.Text.Encoding.ASCII.GetBytes($"{body.Length}"));
        (request.Body, request.IsBodyWhole, request.ContentLength) = (body, true, body.Length);
        RequestJudge.Read(normaliser, request);
        normaliser.Body(body);
        normaliser.Finish();
        (request.BodyKind, request.Values) = (normaliser.BodyKind, normaliser.All);
        inspector.Inspect(request, Needs.RequestHead);
        inspector.Inspect(request, Needs.RequestBody);
        var transaction = (Transaction)request.Inspection!;
        var found = (transaction.IsIncomplete, transaction.Effort.Left);
        inspector.Inspect(request, Needs.End);
        transaction.Release();
        return found;

        void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => request.Add(new(FieldIds.Of(name), request.Append(name), request.Append(value)));
    }

    public void Dispose() => normaliser.Dispose();
}
