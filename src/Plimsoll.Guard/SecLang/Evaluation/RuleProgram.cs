using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>All rules of a site, ready to run. Immutable, and shared by all requests.</summary>
internal sealed class RuleProgram
{
    public const int Phases = 5;

    /// <summary>By phase, 1 to 5, in their order.</summary>
    public required CompiledRule[][] Rules { get; init; }

    /// <summary>How many rules there are.</summary>
    public required int Count { get; init; }

    /// <summary>Steps of transformations; number 0 is the value as it is.</summary>
    public required Form[] Forms { get; init; }

    /// <summary>Names of TX that rules spell out, in lower case; the first ten are 0 to 9.</summary>
    public required string[] Names { get; init; }

    /// <summary>Every file that was read.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Whether a rule looks at the answer's body.</summary>
    public required bool NeedsAnswerBody { get; init; }

    /// <summary>What TIME is read from, with its time zone.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What is remembered beyond a request.</summary>
    public Memory Memory { get; } = new();

    /// <summary>Chooses the rules that can match a value.</summary>
    public Sieve Sieve { get; }

    /// <summary>Null when nothing is kept of values from one request to the next.</summary>
    public VerdictCache? Verdicts { get; }

    public TransactionPool Transactions { get; }

    /// <param name="remembers">Whether verdicts on values that come again are kept.</param>
    public RuleProgram(Sieve sieve, bool remembers) => (Sieve, Verdicts, Transactions) = (sieve, remembers ? new(sieve.Masks.Words) : null, new(this));
}

/// <summary>Transactions for requests that run; what is not in use waits here.</summary>
internal sealed class TransactionPool(RuleProgram program)
{
    private readonly Transaction?[] kept = new Transaction?[Environment.ProcessorCount * 16];

    public Transaction Rent()
    {
        foreach (ref var place in kept.AsSpan())
            if (place is not null && Interlocked.Exchange(ref place, null) is { } free) return free;
        return new(program);
    }

    public void Return(Transaction transaction)
    {
        foreach (ref var place in kept.AsSpan())
            if (place is null && Interlocked.CompareExchange(ref place, transaction, null) is null) return;
    }
}
