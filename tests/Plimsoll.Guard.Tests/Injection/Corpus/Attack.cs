using System.Text;

namespace Plimsoll.Guard.Tests.Injection.Corpus;

/// <summary>What an application writes around a value that it pastes.</summary>
/// <param name="Leave">What leaves the place: the quotation mark and parentheses that stand open there.</param>
/// <param name="Rejoin">What opens such a place again, as the right side of AND; null when what follows goes on by itself.</param>
/// <param name="Harmless">Values that belong there. What they make of the statement or page is what an attack must differ from.</param>
internal sealed record PasteContext(string Name, string Before, string After, string Leave, string? Rejoin, params string[] Harmless)
{
    public byte[] Around(ReadOnlySpan<byte> value) => [.. Encoding.UTF8.GetBytes(Before), .. value, .. Encoding.UTF8.GetBytes(After)];
}

/// <summary>A value that changes what it is pasted into.</summary>
/// <param name="Value">The value as an application has it, decoded. Latin-1 stands for itself: evasions use bytes that are no UTF-8.</param>
internal sealed record Attack(string Class, PasteContext Context, byte[] Value)
{
    public byte[] Whole => Context.Around(Value);

    public override string ToString() => $"{Class} in {Context.Name}: {Encoding.Latin1.GetString(Value)}";
}

/// <summary>What free-text fields take in daily.</summary>
/// <param name="Kind">Whole statements and markup are ordinary in a forum for programmers only, and are counted apart.</param>
internal sealed record OrdinaryValue(string Class, OrdinaryKind Kind, byte[] Bytes);

internal enum OrdinaryKind
{
    Text,

    /// <summary>SQL pasted as such.</summary>
    Statement,

    /// <summary>HTML pasted as such.</summary>
    Markup,
}

/// <summary>Random choice from lists, the same for the same seed everywhere.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random random = new(seed);

    public T Of<T>(params T[] choices) => choices[random.Next(choices.Length)];

    public string Of(string[] choices, params string[] more) => random.Next(choices.Length + more.Length) is var at && at < choices.Length ? choices[at] : more[at - choices.Length];

    /// <summary>At least 0, below the bound.</summary>
    public int Below(int bound) => random.Next(bound);

    public int Between(int least, int most) => random.Next(least, most + 1);

    public bool OneIn(int n) => random.Next(n) == 0;
}
