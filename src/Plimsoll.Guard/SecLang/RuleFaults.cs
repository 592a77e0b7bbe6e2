namespace Plimsoll.Guard.SecLang;

/// <summary>All that is wrong with rules, each a sentence with its place and what to do.</summary>
internal sealed class RuleFaults
{
    /// <summary>Enough to see what is wrong; more would hide it.</summary>
    public const int Most = 50;
    private readonly List<string> sentences = [];

    public IReadOnlyList<string> Sentences => Left == 0 ? sentences : [.. sentences, $"{Left} more"];

    /// <summary>Faults beyond <see cref="Most"/>.</summary>
    public int Left { get; private set; }

    public void Add(Place place, string what, string remedy)
    {
        if (sentences.Count < Most) sentences.Add($"{place}: {what}. {remedy}");
        else Left++;
    }
}
