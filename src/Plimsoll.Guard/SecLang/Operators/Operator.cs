using System.Text;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Makes a probe of an argument that is known; null, and a fault, when it is not understood.</summary>
internal delegate Probe? ProbeCompiler(string argument, Place place, RuleFaults faults);

/// <summary>A word after `@`. Immutable.</summary>
/// <param name="name">As it is spelt.</param>
/// <param name="meaning">Completes "which …"; {0} is the argument.</param>
/// <param name="compiler">Makes the probe.</param>
internal sealed class Operator(string name, string meaning, ProbeCompiler compiler)
{
    private Comparison? comparison;

    public string Name => name;

    public string Meaning => meaning;

    /// <summary>One that compares with its argument, which may have macros.</summary>
    public static Operator Comparing(string name, string meaning, Comparison comparison) =>
        new(name, meaning, (argument, _, _) => new ComparingProbe(comparison, Encoding.Latin1.GetBytes(argument))) { comparison = comparison };

    /// <summary>One without an argument.</summary>
    public static Operator Asking(string name, string meaning, FunctionProbe.Question question) => new(name, meaning, (_, _, _) => new FunctionProbe(question));

    /// <param name="hasMacro">Whether the argument is only known when the rule is asked.</param>
    public Probe? Compile(string argument, Place place, bool hasMacro, RuleFaults faults) => hasMacro && comparison is not null ? new ComparingProbe(comparison, constant: null) : compiler(argument, place, faults);
}
