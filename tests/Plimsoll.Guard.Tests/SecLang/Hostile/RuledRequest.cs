using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>Requests judged by the Core Rule Set in this thread.</summary>
internal sealed class RuledRequest(CoreRuleSetSuite suite, int paranoia) : IDisposable
{
    private readonly RequestNormaliser normaliser = new(NormalisationLimits.Default);
    private readonly RuleInspector inspector = new(ProgramBuilder.Build(RuleFiles.Read([suite.Rules]), paranoia, Detection.Structural, remembers: true), goesOn: true);

    /// <summary>What came of a request.</summary>
    /// <param name="IsIncomplete">Whether something was left unasked.</param>
    /// <param name="Left">Nanoseconds left of those for patterns.</param>
    /// <param name="Took">Nanoseconds of the thread for all: values read, rules asked, patterns and the rest.</param>
    public readonly record struct Outcome(bool IsIncomplete, long Left, long Took);

    /// <summary>A request like a browser's.</summary>
    public static HttpRequest Make(string method, string target, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequest { Version = HttpVersion.Http11, Client = System.Net.IPAddress.Loopback };
        request.Method = request.Append(Encoding.ASCII.GetBytes(method));
        request.Target = request.Append(Encoding.ASCII.GetBytes(target));
        foreach (var (name, value) in fields.Prepend(("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")).Prepend(("Host", "shop.example")))
        {
            var bytes = Encoding.ASCII.GetBytes(name);
            request.Add(new(FieldIds.Of(bytes), request.Append(bytes), request.Append(Encoding.ASCII.GetBytes(value))));
        }
        return request;
    }

    public Outcome Post(string type, string body)
    {
        var request = Make("POST", "/shop", ("Accept", "text/html"), ("Content-Type", type), ("Content-Length", $"{body.Length}"));
        (request.Body, request.IsBodyWhole, request.ContentLength) = (Encoding.ASCII.GetBytes(body), true, body.Length);
        return Judge(request);
    }

    /// <summary>The least of some tries: pages and caches that were cold, and the compiler, are not the request's.</summary>
    public Outcome PostOften(string body)
    {
        const int tries = 5;
        return Enumerable.Range(0, tries).Select(_ => Post("application/x-www-form-urlencoded", body)).MinBy(one => one.Took);
    }

    public void Dispose() => normaliser.Dispose();

    private Outcome Judge(HttpRequest request)
    {
        var before = Effort.ThreadNanoseconds();
        RequestJudge.Read(normaliser, request);
        normaliser.Body(request.Body.Span);
        normaliser.Finish();
        (request.BodyKind, request.Values) = (normaliser.BodyKind, normaliser.All);
        inspector.Inspect(request, Needs.RequestHead);
        inspector.Inspect(request, Needs.RequestBody);
        var transaction = (Transaction)request.Inspection!;
        var (isIncomplete, left) = (transaction.IsIncomplete, transaction.Effort.Left);
        inspector.Inspect(request, Needs.End);
        transaction.Release();
        return new(isIncomplete, left, Effort.ThreadNanoseconds() - before);
    }
}
