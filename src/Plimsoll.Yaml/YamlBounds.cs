namespace Plimsoll.Yaml;

/// <summary>How much of YAML is taken.</summary>
/// <param name="Depth">Lists and maps inside each other.</param>
/// <param name="Nodes">Values, those that aliases stand for counted each time.</param>
public sealed record YamlBounds(int Depth, int Nodes)
{
    /// <summary>
    /// What other programs read too: many documents, anchors, aliases, the merge key `&lt;&lt;` and YAML's own tags. A file of ours
    /// is one document without them.
    /// </summary>
    public bool IsForeign { get; init; }
}
