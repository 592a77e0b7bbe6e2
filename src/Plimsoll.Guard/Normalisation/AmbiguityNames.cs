using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Normalisation;

/// <summary>What events, options and documents call an ambiguity: `encoded-slash`.</summary>
internal static class AmbiguityNames
{
    private static readonly string[] names = [.. Enum.GetValues<Ambiguity>().Select(kind => Reasons.Kebab(kind.ToString()))];

    public static string Of(Ambiguity kind) => names[(int)kind];

    /// <summary>A set of names as somebody typed them. Each that is none becomes a fault.</summary>
    /// <param name="where">How the fault names the place: an option, or a line of a file.</param>
    public static AmbiguitySet Read(IEnumerable<string> typed, string where, List<string> faults)
    {
        var set = default(AmbiguitySet);
        foreach (var name in typed)
        {
            var found = Array.IndexOf(names, name);
            if (found > 0) set |= AmbiguitySet.Of((Ambiguity)found);
            else faults.Add($"`{where} {name}` names no ambiguity; they are in docs/guard-normalisation.md, such as `encoded-unreserved`");
        }
        return set;
    }
}
