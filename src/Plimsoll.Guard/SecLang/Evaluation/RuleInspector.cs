using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>Asks rules in SecLang: phases 1 and 2 of the request, 3 and 4 of the answer, 5 at the end.</summary>
/// <param name="goesOn">Whether rules are asked after one that refuses: in mode detect, where all that match are wanted.</param>
internal sealed class RuleInspector(RuleProgram program, bool goesOn) : IInspector
{
    public string Id => "rules";

    public Needs Needs => Needs.RequestHead | Needs.RequestBody | Needs.ResponseHead | Needs.End | (program.NeedsAnswerBody ? Needs.ResponseBody : Needs.None);

    public Verdict Inspect(Message message, Needs stage)
    {
        var request = message as HttpRequest ?? (message as HttpResponse)?.Request;
        if (request is null) return default;
        if (stage == Needs.RequestHead || request.Inspection is null) Begin(request);
        var transaction = (Transaction)request.Inspection!;
        // An answer may come while the rest of a long upload is still on its way.
        lock (transaction) return Inspect(transaction, request, message, stage);
    }

    private Verdict Inspect(Transaction transaction, HttpRequest request, Message message, Needs stage)
    {
        var before = transaction.Against;
        switch (stage)
        {
            case Needs.RequestHead:
                Run(transaction, 1);
                request.WantsBody |= transaction.ForcesBody || transaction.Single(Variable.ReqbodyProcessor).Length > 0;
                break;
            case Needs.RequestBody:
                transaction.Effort.Extend(request.Body.Length);
                RequestReading.Body(transaction, request);
                Run(transaction, 2);
                break;
            case Needs.ResponseHead:
                transaction.Effort.Renew();
                Answer(transaction, (HttpResponse)message);
                Run(transaction, 3);
                if (!program.NeedsAnswerBody) Run(transaction, 4);
                break;
            case Needs.ResponseBody:
                transaction.Effort.Extend(((HttpResponse)message).Body.Length);
                transaction.Set(Variable.ResponseBody, transaction.Scratch.Copy(((HttpResponse)message).Body.Span));
                Run(transaction, 4);
                break;
            case Needs.End:
                Run(transaction, RuleProgram.Phases);
                return default;
        }
        if (before.Passes && !transaction.Against.Passes) return transaction.Against;
        return transaction.IsIncomplete || transaction.Scratch.IsExhausted || transaction.Notes.IsExhausted ? new(Reason.InspectorFailed) : default;
    }

    private void Begin(HttpRequest request)
    {
        request.Inspection?.Release();
        var transaction = program.Transactions.Rent();
        request.Inspection = transaction;
        RequestReading.Head(transaction, request);
    }

    private void Run(Transaction transaction, int phase)
    {
        if (!transaction.Against.Passes && !goesOn && phase != RuleProgram.Phases) return;
        Evaluator.Run(transaction, phase, goesOn);
    }

    private static void Answer(Transaction transaction, HttpResponse response)
    {
        transaction.Set(Variable.ResponseStatus, transaction.Scratch.Number(response.Status));
        transaction.Set(Variable.ResponseProtocol, RequestReading.Protocol(response.Version));
        if (response.DeclaredLength >= 0) transaction.Set(Variable.ResponseContentLength, transaction.Scratch.Number(response.DeclaredLength));
        foreach (ref readonly var field in response.Fields)
        {
            var content = transaction.Scratch.Copy(response[field.Value]);
            if (System.Text.Ascii.EqualsIgnoreCase(response[field.Name], "content-type"u8)) transaction.Set(Variable.ResponseContentType, content);
            transaction.Add(MemberSet.ResponseFields, transaction.Scratch.Copy(response[field.Name]), content);
        }
    }
}
