using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Hardening;

/// <summary>By which rules configurations are judged.</summary>
public sealed class HardeningOptions
{
    private HardeningOptions(RuleBook book, bool judges, bool writes) => (Book, Judges, Writes) = (book, judges, writes);

    internal RuleBook Book { get; }

    /// <summary>False when only the configuration in force is wanted.</summary>
    internal bool Judges { get; }

    /// <summary>Whether what clears findings is worked out.</summary>
    internal bool Writes { get; }

    /// <param name="folders">Of users' own rules, besides ours.</param>
    /// <param name="judges">False to work out configurations only.</param>
    /// <param name="writes">Whether to work out what clears findings, <see cref="Core.Hardening.HardeningResult.Remedies"/>.</param>
    /// <exception cref="PlimsollException">A rule of these folders cannot be used.</exception>
    public static HardeningOptions With(IEnumerable<string> folders, bool judges = true, bool writes = false) => new(RuleBook.Open(folders), judges, writes);
}
