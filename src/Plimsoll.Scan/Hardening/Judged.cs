using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening;

/// <summary>A configuration that is being judged, with what its application knows of it.</summary>
internal sealed class Judged
{
    private readonly Dictionary<string, List<Scope>> byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Setting?> defaults = new(StringComparer.Ordinal);

    public Judged(IHardenedApplication application, Configuration configuration)
    {
        (Application, Configuration) = (application, configuration);
        Root = new Scope(Setting.Block("", [], Origin.Image("configuration"), configuration.Settings), parent: null);
        Scopes = [.. Root.All()];
    }

    public IHardenedApplication Application { get; }
    public Configuration Configuration { get; }
    public Scope Root { get; }

    /// <summary>Every block, the configuration as a whole first.</summary>
    public IReadOnlyList<Scope> Scopes { get; }

    /// <summary>Blocks whose innermost keys are these, `http/server` or `location`; the configuration as a whole for an empty path.</summary>
    public IReadOnlyList<Scope> At(string path)
    {
        if (path.Length == 0) return [Root];
        if (!byPath.TryGetValue(path, out var found))
            byPath[path] = found = [.. Scopes.Where(scope => scope.Path.EndsWith(path, StringComparison.OrdinalIgnoreCase) && (scope.Path.Length == path.Length || scope.Path[^(path.Length + 1)] == '/'))];
        return found;
    }

    /// <summary>The value that counts in a block: the last that is in force, else the vendor's default; null for none.</summary>
    public Setting? Value(Scope scope, string key) => Application.Find(scope, key).Settings is { Count: > 0 } found ? found[^1] : Default(key);

    /// <summary>What the vendor built in for a key; null for nothing that we know of.</summary>
    public Setting? Default(string key)
    {
        if (!defaults.TryGetValue(key, out var setting)) defaults[key] = setting = Application.Default(key, Configuration.Version);
        return setting;
    }
}
