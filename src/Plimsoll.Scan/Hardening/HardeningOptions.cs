using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Hardening;

/// <summary>By which rules configurations are judged.</summary>
public sealed class HardeningOptions
{
    private HardeningOptions(RuleBook book, bool judges) => (Book, Judges) = (book, judges);

    internal RuleBook Book { get; }

    /// <summary>False when only the configuration in force is wanted.</summary>
    internal bool Judges { get; }

    /// <param name="folders">Of users' own rules, besides ours.</param>
    /// <param name="judges">False to work out configurations only.</param>
    /// <exception cref="PlimsollException">A rule of these folders cannot be used.</exception>
    public static HardeningOptions With(IEnumerable<string> folders, bool judges = true) => new(RuleBook.Open(folders), judges);
}
