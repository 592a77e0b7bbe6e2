using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Applications.Shell;

/// <summary>Steps left for all scripts of one image: what keeps a loop or a script that starts itself from going on for ever.</summary>
internal sealed class StepBudget
{
    /// <summary>Commands and expansions; the longest entry script of an official image takes under 2,000.</summary>
    public const int Most = 50_000;

    private int left = Most;

    public bool Spent => left <= 0;
    public void Spend(int steps = 1) => left -= steps;
}

/// <summary>
/// Follows a shell script without running anything: variables, conditions on them, on the user and on the files of
/// the image are computed; what only a running container can know is unknown, and then both ways are followed.
/// A way that only ends in an error is not the one that an image is made for: the other one is taken.
/// </summary>
internal sealed partial class Evaluator(Programs programs, Process process, string scriptPath, StepBudget budget, Func<Process, bool> goesToBackground)
{
    private const int MostCalls = 16;
    private const int MostRounds = 64;

    /// <summary>Processes remembered of one kind; further ones of a script with more are alike.</summary>
    public const int MostStarted = 64;

    private readonly List<Started> alternatives = [];
    private readonly List<string> calls = [];
    private ShellState state = new();
    private Flow flow;

    /// <summary>Statuses with which the running function may already have returned.</summary>
    private List<Status> mayReturn = [];

    /// <summary>What the script starts: first what it becomes or ends in, then what else runs beside or instead of it.</summary>
    public sealed record Outcome(ImmutableArray<Started> Last, ImmutableArray<Started> Beside, bool Failed);

    public Outcome Run(Command script, Value name, ImmutableArray<Value> arguments)
    {
        state = Start(name, arguments);
        Execute(script);
        var failed = flow == Flow.Fail;
        return new Outcome(failed ? [.. alternatives] : [.. alternatives, .. state.Last.Except(alternatives)], state.Background, failed);
    }

    private ShellState Start(Value name, ImmutableArray<Value> arguments)
    {
        var variables = ImmutableDictionary.CreateBuilder<string, Variable>(StringComparer.Ordinal);
        foreach (var (key, value) in process.Env) variables[key] = new Variable([value], Exported: true);
        var id = programs.UserId(process.User);
        var number = id is null ? Value.Unknown("$UID") : id.Value.ToString();
        variables["UID"] = variables["EUID"] = new Variable([number]);
        variables["0"] = new Variable([name]);
        variables["BASH_SOURCE"] = new Variable([name], IsArray: true);
        variables["PWD"] = new Variable([process.WorkingDir], Exported: true);
        variables["PATH"] = new Variable([process.SearchPath], Exported: true);
        variables.TryAdd("HOME", new Variable([programs.Home(process.User) is { } home ? home : Value.Unknown("$HOME")], Exported: true));
        foreach (var changing in (ReadOnlySpan<string>)["HOSTNAME", "RANDOM", "PPID", "SECONDS", "$", "!", "?", "-", "LINENO", "BASH_VERSION"])
            variables.TryAdd(changing, new Variable([Value.Unknown("$" + changing)]));
        return new ShellState { Variables = variables.ToImmutable(), Positional = arguments, Folder = process.WorkingDir };
    }

    private Status Execute(Command command)
    {
        budget.Spend();
        if (flow != Flow.Next) return Status.Unknown;
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) budget.Spend(StepBudget.Most);
        if (budget.Spent)
        {
            flow = Flow.Fail;
            return Status.Unknown;
        }
        return command switch
        {
            SimpleCommand simple => RunSimple(simple),
            CommandList list => RunList(list),
            AndOr both => RunAndOr(both),
            Pipeline pipeline => RunPipeline(pipeline),
            If branch => RunIf(branch),
            Case cases => RunCase(cases),
            For loop => RunFor(loop),
            While loop => RunWhile(loop),
            Group group => group.Subshell ? RunSubshell(group.Body) : Execute(group.Body),
            Conditional test => ToStatus(new TestExpression(this, [.. test.Words.Select(ExpandPatternWord)], extended: true).Evaluate()),
            Function function => Define(function),
            _ => Status.Unknown,
        };
    }

    private Status Define(Function function)
    {
        state = state with { Functions = state.Functions.SetItem(function.Name, function.Body) };
        return Status.True;
    }

    private Status RunList(CommandList list)
    {
        var status = Status.True;
        foreach (var (command, background) in list.Items)
        {
            if (flow != Flow.Next) break; // Control went elsewhere: the rest is not reached.
            if (background) RunBackground(command);
            else status = Execute(command);
        }
        return status;
    }

    private void RunBackground(Command command)
    {
        var before = state;
        state = state with { Last = [] };
        RunSubshell(command);
        state = before with { Background = [.. before.Background, .. state.Last.Except(before.Background).Take(MostStarted - Math.Min(MostStarted, before.Background.Length))], Touched = state.Touched };
        state = state.Set("!", Value.Unknown("$!"));
    }

    /// <summary>A shell of its own: what it changes is gone afterwards, what it started is not.</summary>
    private Status RunSubshell(Command command)
    {
        var before = state;
        var status = Execute(command);
        state = before with { Last = state.Last, Background = state.Background, Touched = state.Touched };
        if (flow == Flow.Fail && !budget.Spent) status = Status.False;
        if (flow != Flow.Fail || !budget.Spent) flow = Flow.Next;
        return status;
    }

    private Status RunAndOr(AndOr both)
    {
        var left = Execute(both.Left);
        if (flow != Flow.Next) return left;
        return left switch
        {
            Status.True when both.And => GoOn(both.Right, Status.True),
            Status.False when !both.And => GoOn(both.Right, Status.False),
            Status.True or Status.False => left,
            Status.Assumed when !both.And => left,
            Status.Assumed => GoOn(both.Right, left) is var right && right == Status.True ? Status.Assumed : right,
            _ => Either(() => Execute(both.Right), () => both.And ? Status.False : Status.True),
        };
    }

    /// <summary>Takes a way that conditions lead to; when it only ends in an error, it is as if it had not been taken.</summary>
    private Status GoOn(Command command, Status otherwise)
    {
        var before = state;
        var status = Execute(command);
        if (flow != Flow.Fail || budget.Spent) return status;
        flow = Flow.Next;
        state = before;
        return otherwise;
    }

    private Status RunPipeline(Pipeline pipeline)
    {
        if (pipeline.Stages.Length == 1) return Not(Execute(pipeline.Stages[0]));
        var status = Status.Unknown;
        var outside = output;
        foreach (var stage in pipeline.Stages)
        {
            output = stage == pipeline.Stages[^1] && outside is not null ? new Captured() : null;
            status = RunSubshell(stage);
        }
        output = outside;
        if (output is not null) output.Known = false; // Texts are not passed from program to program.
        status = status is Status.True or Status.False ? Status.Unknown : status;
        return pipeline.Negated ? Not(status) : status;
    }

    private static Status Not(Status status) => status switch { Status.True => Status.False, Status.False => Status.True, _ => Status.Unknown };

    private static Status ToStatus(bool? truth) => truth switch { true => Status.True, false => Status.False, null => Status.Unknown };

    private Status RunIf(If branch)
    {
        var condition = Execute(branch.Condition);
        if (flow != Flow.Next) return condition;
        Status Otherwise() => branch.Else is null ? Status.True : Execute(branch.Else);
        switch (condition)
        {
            case Status.False:
                return Otherwise();
            case Status.True:
                var before = state;
                var status = Execute(branch.Then);
                if (flow != Flow.Fail || budget.Spent) return status;
                (flow, state) = (Flow.Next, before);
                return Otherwise();
            default:
                return Either(() => Execute(branch.Then), Otherwise);
        }
    }

    private Status RunCase(Case cases)
    {
        var subject = ExpandOne(cases.Subject);
        return RunArms(cases.Arms, 0, subject);
    }

    private Status RunArms(ImmutableArray<CaseArm> arms, int from, Value subject)
    {
        for (; from < arms.Length && flow == Flow.Next; from++)
        {
            budget.Spend();
            var arm = arms[from];
            bool? matches = false;
            foreach (var pattern in arm.Patterns.Select(ExpandPattern))
            {
                bool? one = pattern.Text == "*" ? true : pattern.Known && subject.Known ? ImageGlob.Matches(pattern.Text, subject.Text) : null;
                matches = matches == true || one == true ? true : matches is null || one is null ? null : false;
            }
            if (matches == false) continue; // The next arm may.
            if (matches is null || arm.FallsThrough)
            {
                var rest = from + 1;
                return Either(() => Execute(arm.Body), () => RunArms(arms, rest, subject));
            }
            return GoOn(arm.Body, Status.True);
        }
        return Status.True;
    }

    private Status RunFor(For loop)
    {
        var items = loop.Words is { } words ? words.SelectMany(ExpandFields).ToList() : [.. state.Positional];
        if (items.Count > MostRounds || items.Contains(Value.Rest)) return RunMaybe(loop.Name, loop.Body);
        foreach (var item in items)
        {
            state = state.Set(loop.Name, item);
            if (item.Known) Execute(loop.Body);
            else RunMaybe(null, loop.Body);
            if (!LoopGoesOn()) break;
        }
        return Status.Assumed;
    }

    private Status RunWhile(While loop)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var condition = Execute(loop.Condition);
            if (flow != Flow.Next) return condition;
            if (loop.Until) condition = Not(condition);
            if (condition == Status.False) return Status.True;
            if (condition != Status.True) return RunMaybe(null, loop.Body);
            Execute(loop.Body);
            if (!LoopGoesOn()) return Status.True;
        }
        flow = Flow.Exit; // It was true each time: a loop that keeps the container alive.
        return Status.Unknown;
    }

    private bool LoopGoesOn()
    {
        var leaves = flow is not (Flow.Next or Flow.Continue);
        if (flow is Flow.Break or Flow.Continue) flow = Flow.Next;
        return !leaves && !budget.Spent;
    }

    /// <summary>A loop that runs any number of times: not at all, or with what it changes unknown afterwards.</summary>
    private Status RunMaybe(string? variable, Command body)
    {
        if (variable is not null) state = state.Set(variable, Value.Unknown("$" + variable));
        return Either(
            () =>
            {
                var status = Execute(body);
                LoopGoesOn();
                return status;
            },
            () => Status.True);
    }

    /// <summary>Follows both ways and goes on with what holds after either.</summary>
    private Status Either(Func<Status> one, Func<Status> other)
    {
        var before = state;
        var left = one();
        var (leftState, leftFlow) = (state, flow);
        (state, flow) = (before, Flow.Next);
        if (budget.Spent)
        {
            flow = Flow.Fail;
            return Status.Unknown;
        }
        var right = other();
        if (leftFlow == Flow.Exit && flow != Flow.Exit) alternatives.AddRange(leftState.Last.Except(alternatives));
        if (flow == Flow.Exit && leftFlow is not (Flow.Exit or Flow.Fail)) alternatives.AddRange(state.Last.Except(alternatives));
        if (leftFlow == Flow.Return && flow != Flow.Return) mayReturn.Add(left);
        if (flow == Flow.Return && leftFlow != Flow.Return) mayReturn.Add(right);
        var rightFlow = flow;
        if (!ReferenceEquals(leftState.Variables, state.Variables)) budget.Spend(state.Variables.Count / 50);
        if (leftFlow == rightFlow)
        {
            state = ShellState.Join(leftState, state);
            return left == right ? left : Status.Unknown;
        }
        // The way that goes on is the one that the rest of the script is for.
        var (keep, drop) = Weight(leftFlow) <= Weight(rightFlow) ? (leftFlow, rightFlow) : (rightFlow, leftFlow);
        if (keep == leftFlow) (state, right) = (drop is Flow.Exit or Flow.Fail ? leftState : ShellState.Join(leftState, state), left);
        else if (drop is not (Flow.Exit or Flow.Fail)) state = ShellState.Join(state, leftState);
        flow = keep;
        return drop is Flow.Exit or Flow.Fail ? right : Status.Unknown;
    }

    private static int Weight(Flow flow) => flow switch { Flow.Next => 0, Flow.Continue => 1, Flow.Break => 2, Flow.Return => 3, Flow.Exit => 4, _ => 5 };

    private Status Call(string name, Command body, ImmutableArray<Value> arguments)
    {
        if (calls.Count >= MostCalls) return Status.Unknown;
        calls.Insert(0, name);
        var (positional, outer, returns) = (state.Positional, state.Outer, mayReturn);
        mayReturn = [];
        state = state with { Positional = arguments, Outer = ImmutableDictionary<string, Variable?>.Empty };
        var status = Execute(body);
        if (mayReturn.Exists(other => other != status)) status = Status.Unknown;
        if (flow == Flow.Return) flow = Flow.Next;
        foreach (var (local, value) in state.Outer)
            state = state with { Variables = value is null ? state.Variables.Remove(local) : state.Variables.SetItem(local, value) };
        state = state with { Positional = positional, Outer = outer };
        mayReturn = returns;
        calls.RemoveAt(0);
        return status;
    }

    /// <summary>Reads another script into this shell, as `.` does.</summary>
    private Status Source(Value path, ImmutableArray<Value> arguments)
    {
        if (!path.Known || calls.Count >= MostCalls || !programs.TryFindFile(state.Folder ?? "/", path.Text, out var file)) return Status.Unknown;
        if (!programs.TryRead(file, out var text) || !TryParse(text, file.Path, out var script)) return Status.Unknown;
        calls.Insert(0, "source");
        var positional = state.Positional;
        if (!arguments.IsEmpty) state = state with { Positional = arguments };
        var status = Execute(script);
        if (flow == Flow.Return) flow = Flow.Next;
        if (!arguments.IsEmpty) state = state with { Positional = positional };
        calls.RemoveAt(0);
        return status;
    }

    private bool TryParse(string text, string where, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Command? script)
    {
        if (ShellParser.TryParse(text, out script, out var error)) return true;
        programs.Problems.Report(ProblemKind.Unsupported, where, $"this shell script could not be followed: {error}");
        return false;
    }
}
