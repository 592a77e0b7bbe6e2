using System.Diagnostics;
using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>A value of a message with what was made of it by transformations.</summary>
internal struct Member
{
    public MemberSet Set;
    public Bytes Name;
    public Bytes Content;

    /// <summary>First of the forms of the content and of the name, chained; 0 for none.</summary>
    public int Forms;
    public int NameForms;
}

/// <summary>What a rule matched.</summary>
/// <param name="Variable">The variable.</param>
/// <param name="Name">Of the member; empty for a variable that is one value.</param>
/// <param name="Content">After the transformations.</param>
internal readonly record struct Matched(Variable Variable, Bytes Name, Bytes Content);

/// <summary>
/// What the rules know of one exchange, from the head of its request to its end. Reused; allocates nothing for an ordinary request.
/// </summary>
internal sealed class Transaction : InspectionState
{
    /// <summary>Values that are one each have the place of their variable; members follow.</summary>
    private const int singles = (int)Variable.Xml + 1;

    private readonly RuleProgram program;
    private readonly bool[] isLoaded = new bool[singles];
    private readonly ulong[] removed;
    private readonly List<(ulong[] Rules, CompiledTarget Target)> removedTargets = [];
    private readonly List<Told> told = [];
    private readonly Dictionary<Variable, Remembered> opened = [];
    private Member[] members = new Member[singles + 64];
    private FormResult[] forms = new FormResult[64];
    private int formCount = 1;
    private bool hasRemoved;
    private Bytes location;

    public Transaction(RuleProgram program)
    {
        this.program = program;
        Notes = new(program.Names, Scratch);
        removed = new ulong[(program.Count + 63) / 64];
        Count = singles;
        Passes = new(program.Sieve.Masks);
        Shortlist = new(program.Sieve, program.Verdicts);
    }

    public Scratch Scratch { get; } = new();
    public Notes Notes { get; }
    public Captures Captures { get; } = new();
    public RuleProgram Program => program;
    public Passes Passes { get; }
    public Shortlist Shortlist { get; }

    public Engine Engine { get; set; }

    /// <summary>Whether the body is to be read whatever its type is.</summary>
    public bool ForcesBody { get; set; }

    /// <summary>The phase that runs, or ran last.</summary>
    public int Phase { get; set; }

    /// <summary>What is told of the message: the first rule that refused it.</summary>
    public Verdict Against { get; private set; }

    /// <summary>Set by `allow`: phases up to this one are not run any more.</summary>
    public int AllowedUntil { get; set; }

    /// <summary>A probe took too long, or there was more than the limits allow.</summary>
    public bool IsIncomplete { get; set; }

    /// <summary>Long values of which it was said whether they are ordinary.</summary>
    public List<(Overruling By, Bytes Value, bool IsOrdinary)> Overruled { get; } = [];

    /// <summary>The time that patterns may take.</summary>
    public Effort Effort { get; } = new();

    public HttpRequest? Request { get; set; }

    public long Started { get; set; }

    /// <summary>What the rule before matched, and what this one does.</summary>
    public List<Matched> MatchedBefore { get; private set; } = [];
    public List<Matched> MatchedNow { get; private set; } = [];
    public Matched LastMatch { get; set; }

    /// <summary>What the first rule of a chain matched, or a rule alone.</summary>
    public Matched FirstMatch { get; set; }

    /// <summary>Members in use, from <see cref="FirstMember"/> on.</summary>
    public int Count { get; private set; }

    public static int FirstMember => singles;

    public override int MatchedRules => told.Count;

    public override ReadOnlySpan<byte> Location => location.Span;

    public ref Member this[int member] => ref members[member];

    /// <summary>A rule whose address cannot be written refuses as one without.</summary>
    public void Refuse(CompiledRule rule, Part where)
    {
        location = rule.Redirection?.Address(this) ?? Bytes.Empty;
        Against = new(Reason.RuleMatched, where, Rule: rule.Id, Status: rule.Redirection is null || location.Length > 0 ? rule.Status : 0);
    }

    public void Tell(CompiledRule rule)
    {
        const int most = 500; // More rules than CRS has for one request to match.
        if (told.Count < most) told.Add(new(rule, FirstMatch, LastMatch, rule.Message?.Expand(this) ?? Bytes.Empty, rule.Evidence?.Expand(this) ?? Bytes.Empty));
    }

    public override int MatchedRule(int number, out ReadOnlySpan<byte> at)
    {
        at = told[number].Match.Variable == Variable.None ? default : NameOf(told[number].Match).Span;
        return told[number].Rule.Id;
    }

    public override Exclusion Exclusion(int number, out ReadOnlySpan<byte> target)
    {
        var (rule, match) = (told[number].Rule, told[number].First);
        target = default;
        if (match.Variable == Variable.Tx || (match.Variable == Variable.None && rule.Disruption != Disruption.Deny)) return Decisions.Exclusion.None;
        // Numbers of members, and what is no member of a message, are looked at whatever a rule leaves out.
        if (match.Variable is Variable.None or Variable.Xml or Variable.MatchedVar or Variable.MatchedVarName or Variable.MatchedVars or Variable.MatchedVarsNames || rule.Targets.Any(one => one.IsCount && one.Variable == match.Variable)) return Decisions.Exclusion.Rule;
        target = NameOf(match).Span;
        return Decisions.Exclusion.Target;
    }

    public override ReadOnlySpan<byte> Statement(int number) => told[number].Rule.Message is { IsOfNotes: true } ? told[number].Message.Span : default;

    public override ReadOnlySpan<byte> Evidence(int number) => told[number].Evidence.Span;

    /// <summary>Begins a rule of a chain: what the one before matched can be looked at.</summary>
    public void Turn()
    {
        (MatchedBefore, MatchedNow) = (MatchedNow, MatchedBefore);
        MatchedNow.Clear();
    }

    public void Add(MemberSet set, Bytes name, Bytes content)
    {
        if (Count == members.Length) Array.Resize(ref members, Count * 2);
        members[Count++] = new() { Set = set, Name = name, Content = content };
    }

    /// <summary>Sets a variable that is one value.</summary>
    public void Set(Variable variable, Bytes content)
    {
        members[(int)variable] = new() { Content = content };
        isLoaded[(int)variable] = true;
        Shortlist.Renew(variable);
    }

    public bool Has(Variable variable) => isLoaded[(int)variable];

    /// <summary>A value under a node of the tree of transformations.</summary>
    /// <param name="first">Where the value keeps its forms.</param>
    public Bytes Form(Bytes value, ref int first, int node)
    {
        if (node == 0) return value;
        for (var at = first; at != 0; at = forms[at].Next)
            if (forms[at].Node == node) return forms[at].Content;
        var (before, transformation) = program.Forms[node];
        var source = Form(value, ref first, before);
        var content = source;
        var most = transformation.MaxLength(source.Length);
        var room = Scratch.Reserve(most);
        if (room.Length < most) IsIncomplete = true;
        else if (transformation.Apply(source.Span, room) is >= 0 and var length) content = Scratch.Take(length);
        if (formCount == forms.Length) Array.Resize(ref forms, formCount * 2);
        forms[formCount] = new(node, first, content);
        first = formCount++;
        return content;
    }

    public void Remove(ulong[] rules)
    {
        hasRemoved = true;
        for (var i = 0; i < removed.Length; i++) removed[i] |= rules[i];
    }

    public void Remove(ulong[] rules, CompiledTarget target)
    {
        if (removedTargets.Count < Notes.MostDynamic) removedTargets.Add((rules, target));
        else IsIncomplete = true;
    }

    public bool IsRemoved(CompiledRule rule) => hasRemoved && Has(removed, rule.Number);

    public bool IsExcluded(CompiledRule rule, Variable variable, ReadOnlySpan<byte> member)
    {
        foreach (var target in rule.Excluded)
            if (target.Excludes(variable, member, Effort)) return true;
        foreach (var (rules, target) in removedTargets)
            if (Has(rules, rule.Number) && target.Excludes(variable, member, Effort)) return true;
        return false;
    }

    public void Open(Variable collection, ReadOnlySpan<byte> key) => opened[collection] = program.Memory.Open(collection, key);

    /// <summary>Null when no rule opened it.</summary>
    public Remembered? Opened(Variable collection) => opened.GetValueOrDefault(collection);

    public void SetProcessor(byte[] name) => Set(Variable.ReqbodyProcessor, new(name));

    /// <summary>One value for a macro: of a collection the first member of that name.</summary>
    public Bytes Read(Variable variable, Bytes name, int slot)
    {
        switch (variable)
        {
            case Variable.Tx:
                var place = slot >= 0 ? slot : Notes.Find(name.Span);
                return place < 0 ? Bytes.Empty : Notes[place];
            case Variable.MatchedVar:
                return LastMatch.Content;
            case Variable.MatchedVarName:
                return NameOf(LastMatch);
            case Variable.Ip or Variable.Global or Variable.Session:
                return Opened(variable)?.Read(name.Span) is { } remembered ? new(remembered) : Bytes.Empty;
        }
        var set = Variables.Members(variable);
        if (set == MemberSet.None) return Single(variable);
        for (var i = FirstMember; i < Count; i++)
            if ((members[i].Set & set) != 0 && System.Text.Ascii.EqualsIgnoreCase(members[i].Name.Span, name.Span)) return Variables.IsOfNames(variable) ? members[i].Name : members[i].Content;
        return Bytes.Empty;
    }

    /// <summary>The first member of a collection whose name a pattern matches; empty for none.</summary>
    public Bytes Read(Variable variable, Probe pattern)
    {
        if (variable == Variable.Tx)
        {
            for (var place = 0; place < Notes.Count; place++)
                if (Notes.IsSet(place) && IsNamed(pattern, Notes.Name(place))) return Notes[place];
            return Bytes.Empty;
        }
        var set = Variables.Members(variable);
        for (var i = FirstMember; i < Count; i++)
            if ((members[i].Set & set) != 0 && IsNamed(pattern, members[i].Name.Span)) return Variables.IsOfNames(variable) ? members[i].Name : members[i].Content;
        return Bytes.Empty;
    }

    private bool IsNamed(Probe pattern, ReadOnlySpan<byte> name)
    {
        var answer = pattern.Ask(name, Bytes.Empty, null, Effort);
        IsIncomplete |= answer == Answer.Unknown;
        return answer == Answer.Yes;
    }

    /// <summary>Of a variable that is one value; empty when the message has none.</summary>
    public Bytes Single(Variable variable)
    {
        if (variable == Variable.Duration) Set(variable, Scratch.Number((long)Stopwatch.GetElapsedTime(Started).TotalMicroseconds));
        else if (RequestTime.IsOf(variable)) Set(variable, RequestTime.Of(variable, program.Clock.GetLocalNow(), Scratch));
        return isLoaded[(int)variable] ? members[(int)variable].Content : Bytes.Empty;
    }

    /// <summary>`ARGS:name`.</summary>
    public Bytes NameOf(Matched matched)
    {
        var variable = Variables.Name(matched.Variable);
        if (matched.Name.Length == 0) return Scratch.Copy(variable);
        var prefix = Scratch.Join(variable, ":"u8);
        return Scratch.Join(prefix.Span, matched.Name.Span);
    }

    public override void Release()
    {
        Scratch.Reset();
        Notes.Reset();
        Captures.Clear();
        Shortlist.Reset();
        Effort.Renew();
        Overruled.Clear();
        Array.Clear(isLoaded);
        Array.Clear(removed);
        removedTargets.Clear();
        told.Clear();
        MatchedBefore.Clear();
        MatchedNow.Clear();
        opened.Clear();
        const int ordinary = 4_096;
        if (members.Length > ordinary) members = new Member[singles + 64];
        if (forms.Length > ordinary) forms = new FormResult[64];
        location = Bytes.Empty;
        (Count, formCount, hasRemoved, Engine, ForcesBody, Phase, Against, AllowedUntil, IsIncomplete, Request, LastMatch, FirstMatch) = (singles, 1, false, Engine.On, false, 0, default, 0, false, null, default, default);
        program.Transactions.Return(this);
    }

    private static bool Has(ulong[] set, int number) => (set[number >> 6] & (1UL << (number & 63))) != 0;

    private readonly record struct Told(CompiledRule Rule, Matched First, Matched Match, Bytes Message, Bytes Evidence);

    private readonly record struct FormResult(int Node, int Next, Bytes Content);
}
