using Plimsoll.Core.Findings;

namespace Plimsoll.Scan.Matching;

/// <summary>A package as advisories know it.</summary>
/// <param name="Ecosystem">As OSV writes it, with the release where there is one.</param>
/// <param name="Preference">Of several lookups of one package the word of the one with the lowest number counts, for each vulnerability that it knows.</param>
internal readonly record struct Lookup(string Ecosystem, string Name, string Version, MatchBasis Basis, int Preference = 0);
