using System.Collections.Immutable;
using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Grammars;

/// <summary>What a grammar made of a text. Grammars never throw, and stop where the application itself would refuse to go on.</summary>
/// <param name="Settings">Up to the error, if there is one.</param>
/// <param name="Error">Null when all of it was read.</param>
internal sealed record Parsed(ImmutableArray<Setting> Settings, GrammarError? Error)
{
    /// <summary>Blocks inside each other; more than any configuration has that people wrote.</summary>
    public const int MostDepth = 64;
}

/// <param name="Line">From 1.</param>
/// <param name="Message">A clause: `expected …, found …`.</param>
internal sealed record GrammarError(int Line, int Column, string Message);
