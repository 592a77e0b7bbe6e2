using System.Numerics;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// Which of the rules that are chosen beforehand look at which kind of value, and after which transformations. A kind is the content or
/// the name of members of one set, or a variable that is one value.
/// </summary>
internal sealed class RuleMasks
{
    /// <summary>As many as a <see cref="MemberSet"/> can tell apart.</summary>
    private const int sets = sizeof(MemberSet) * 8;

    private readonly bool[] isLookedAt;
    private readonly Step[][] steps;

    /// <param name="rules">Those with a bit, at its place.</param>
    public RuleMasks(IReadOnlyList<CompiledRule> rules, Form[] forms)
    {
        Words = Math.Max(1, (rules.Count + 63) / 64);
        var ofKind = new ulong[(2 * sets) + Transaction.FirstMember][];
        for (var kind = 0; kind < ofKind.Length; kind++) ofKind[kind] = new ulong[Words];
        for (var bit = 0; bit < rules.Count; bit++)
            foreach (var target in rules[bit].Targets)
                foreach (var kind in Kinds(target.Variable)) ofKind[kind][bit >> 6] |= 1UL << (bit & 63);
        isLookedAt = [.. ofKind.Select(mask => mask.Any(word => word != 0))];
        steps = [.. ofKind.Select(mask => Steps(mask, rules, forms))];
        MostSteps = steps.Max(some => some.Length);
    }

    /// <summary>Of 64 bits each, of a set of rules.</summary>
    public int Words { get; }

    public int MostSteps { get; }

    public static int KindOf(MemberSet set, bool ofNames) => BitOperations.Log2((uint)set) + (ofNames ? sets : 0);

    public static int KindOf(Variable single) => (2 * sets) + (int)single;

    /// <summary>Whether the values of this variable are there before any rule of the phase runs, and stay: only then can they be looked at beforehand.</summary>
    public static bool IsSteady(Variable variable) => Variables.Members(variable) != MemberSet.None || variable is
        Variable.Xml or Variable.ArgsCombinedSize or Variable.AuthType or Variable.FilesCombinedSize or Variable.PathInfo or Variable.QueryString or Variable.RemoteAddr or Variable.RemoteHost or
        Variable.RemotePort or Variable.RemoteUser or Variable.ReqbodyError or Variable.ReqbodyErrorMsg or Variable.ReqbodyProcessorError or Variable.ReqbodyProcessorErrorMsg or Variable.RequestBasename or Variable.RequestBody or
        Variable.RequestBodyLength or Variable.RequestFilename or Variable.RequestLine or Variable.RequestMethod or Variable.RequestProtocol or Variable.RequestUri or Variable.RequestUriRaw or
        Variable.ResponseBody or Variable.ResponseContentLength or Variable.ResponseContentType or Variable.ResponseProtocol or Variable.ResponseStatus or Variable.ServerAddr or Variable.ServerName or
        Variable.ServerPort or Variable.UniqueId or Variable.UrlencodedError;

    public bool IsLookedAt(int kind) => isLookedAt[kind];

    /// <summary>What the rules that look at it do with a value, what is done first before what builds upon it; the value as it is comes first.</summary>
    public ReadOnlySpan<Step> StepsOf(int kind) => steps[kind];

    /// <summary>Of every member of a collection, or of the one value.</summary>
    public static IEnumerable<int> Kinds(Variable variable)
    {
        var from = Variables.Members(variable);
        if (variable == Variable.Xml) from = MemberSet.XmlTexts | MemberSet.XmlAttributes;
        if (from == MemberSet.None) yield return KindOf(variable);
        for (var set = 0; set < sets; set++)
            if (((int)from & (1 << set)) != 0) yield return KindOf((MemberSet)(1 << set), Variables.IsOfNames(variable));
    }

    private Step[] Steps(ulong[] mask, IReadOnlyList<CompiledRule> rules, Form[] forms)
    {
        var asked = new ulong[forms.Length][];
        for (var bit = 0; bit < rules.Count; bit++)
        {
            if ((mask[bit >> 6] & (1UL << (bit & 63))) == 0) continue;
            foreach (var form in rules[bit].Forms ?? [rules[bit].Form]) (asked[form] ??= new ulong[Words])[bit >> 6] |= 1UL << (bit & 63);
        }
        var isNeeded = new bool[forms.Length];
        isNeeded[0] = true;
        // A form has a higher number than the one it is made of.
        for (var form = forms.Length - 1; form > 0; form--)
        {
            isNeeded[form] |= asked[form] is not null;
            if (isNeeded[form]) isNeeded[forms[form].Before] = true;
        }
        var places = new int[forms.Length];
        var all = new List<Step>();
        for (var form = 0; form < forms.Length; form++)
        {
            if (!isNeeded[form]) continue;
            places[form] = all.Count;
            var name = form == 0 ? "none" : forms[form].Transformation.Name;
            all.Add(new(form, form == 0 ? 0 : places[forms[form].Before], form == 0 ? 0 : forms[form].Before, Untouched.Without(name), asked[form] ?? new ulong[Words]));
        }
        return [.. all];
    }

    /// <param name="Form">Its number.</param>
    /// <param name="Before">Place, among these steps, of the form that it is made of.</param>
    /// <param name="FormBefore">The number of that.</param>
    /// <param name="Changes">A value without any of these bytes stays as it is, but for the case of letters; null when any may change.</param>
    /// <param name="Rules">Those that ask for this form.</param>
    internal sealed record Step(int Form, int Before, int FormBefore, ByteSet? Changes, ulong[] Rules);
}
