using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.Tests.SecLang.Hostile;

namespace Plimsoll.Guard.Tests.SecLang;

public sealed class RuleAllocationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_request_that_passes_the_core_rule_set_allocates_nothing(bool remembers)
    {
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var inspector = new RuleInspector(ProgramBuilder.Build(RuleFiles.Read([suite!.Rules]), paranoia: 1, Detection.Structural, remembers), goesOn: false);
        using var normaliser = new RequestNormaliser(NormalisationLimits.Default);
        var request = RuledRequest.Make("GET", "/shop/list.php?id=17&page=2&sort=name&q=red+shoes&lang=en&size=42", ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"), ("Cookie", "session=0123456789abcdef; theme=dark; seen=1"));
        Run();
        // Code that the JIT has not optimised yet allocates; it comes to that in its own time. .NET's engine tells groups of a string alone.
        var most = Pcre2.IsThere ? 0 : 2_048;
        Assert.True(SpinWait.SpinUntil(() => Allocated() <= most, TimeSpan.FromSeconds(60)), $"{Allocated()} bytes");

        const int runs = 20;
        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < runs; i++) Run();
            return (GC.GetAllocatedBytesForCurrentThread() - before) / runs;
        }

        void Run()
        {
            RequestJudge.Read(normaliser, request);
            normaliser.Finish();
            request.Values = normaliser.All;
            Assert.True(inspector.Inspect(request, Needs.RequestHead).Passes);
            Assert.True(inspector.Inspect(request, Needs.RequestBody).Passes);
            inspector.Inspect(request, Needs.End);
            request.Inspection!.Release();
            request.Inspection = null;
        }
    }
}
