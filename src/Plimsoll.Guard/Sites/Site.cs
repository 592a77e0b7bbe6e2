using System.Text;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Sites;

/// <summary>A site's options with what is derived from them and runs.</summary>
internal sealed class Site : IDisposable
{
    public Site(SiteOptions options, int number, IEnumerable<IInspector> inspectors, NormaliserPool normalisers, GuardLimits limits, Deadlines deadlines, ClientTable clients, InspectionBudget budget)
    {
        Options = options;
        if (options.SubjectField is not null || options.NamesField is not null) CertificateFields = new(Bytes(options.SubjectField), Bytes(options.NamesField));
        Engine = new(Inspectors(options, inspectors), options.Mode, options.FailMode);
        Judge = new(normalisers, new(options.Ambiguities), Engine);
        Pool = new(options, limits, deadlines);
        Forwarder = new(Pool, Engine, limits, new(options.AnswerBodies, budget));
        Load = new(options.Loads, clients, number);
    }

    public SiteOptions Options { get; }

    /// <summary>Fields for what the client's certificate says; null for none.</summary>
    public CertificateFields? CertificateFields { get; }
    public DecisionEngine Engine { get; }
    public RequestJudge Judge { get; }
    public UpstreamPool Pool { get; }
    public Forwarder Forwarder { get; }
    public LoadLimits Load { get; }

    public void Dispose() => Pool.Dispose();

    private static byte[]? Bytes(string? field) => field is null ? null : Encoding.ASCII.GetBytes(field);

    private static IEnumerable<IInspector> Inspectors(SiteOptions options, IEnumerable<IInspector> all)
    {
        if (options.Rules is { } rules) all = all.Append(new RuleInspector(rules, goesOn: options.Mode == Mode.Detect));
        return options.AnswerTypes.Count == 0 ? all : all.Append(new AnswerTypes(options.AnswerTypes));
    }
}
