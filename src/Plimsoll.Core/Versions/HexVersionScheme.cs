namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Elixir and Erlang packages, as Elixir's module Version orders them (https://hexdocs.pm/elixir/Version.html): semantic
/// versions without any prefix; builds do not count. Absent numbers are zero.
/// </summary>
internal sealed class HexVersionScheme : IVersionScheme
{
    public string Id => "hex";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!SemanticVersion.TryParse(left, SemanticForms.None, out var a) || !SemanticVersion.TryParse(right, SemanticForms.None, out var b)) return false;
        order = SemanticVersion.Compare(a, b);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => SemanticVersion.TryParse(version, SemanticForms.None, out var parsed) && parsed.Preview.IsEmpty;
}
