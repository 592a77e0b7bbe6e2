using System.Collections.Frozen;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Modules of the HTTP server that a configuration can ask for: those that are built in, and those that `LoadModule` adds.</summary>
internal sealed class HttpdModules
{
    private static readonly FrozenSet<string> always = FrozenSet.Create(StringComparer.Ordinal, "core_module", "core.c", "so_module", "mod_so.c", "http_module", "http_core.c");

    /// <summary>Built in by some distributions and loaded by others.</summary>
    private static readonly string[] sometimes = ["watchdog", "log_config", "logio", "version", "unixd"];

    /// <summary>Sources whose name is not that of the file that is loaded.</summary>
    private static readonly FrozenDictionary<string, string> sources = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["mod_mpm_event.so"] = "event.c",
        ["mod_mpm_worker.so"] = "worker.c",
        ["mod_mpm_prefork.so"] = "prefork.c",
        ["libphp.so"] = "mod_php.c",
        ["libphp8.so"] = "mod_php.c",
        ["libphp7.so"] = "mod_php7.c",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly HashSet<string> loaded = new(StringComparer.Ordinal);
    private readonly HashSet<string> uncertain = new(StringComparer.Ordinal);

    /// <param name="executable">Debian's server has five more modules built in than the official image's; of others that is not known.</param>
    public HttpdModules(string executable)
    {
        if (executable.StartsWith("/usr/local/apache2/", StringComparison.Ordinal)) return;
        var to = executable == "/usr/sbin/apache2" ? loaded : uncertain;
        foreach (var module in sometimes)
        {
            to.Add(module + "_module");
            to.Add($"mod_{module}.c");
        }
    }

    /// <param name="file">`modules/mod_ssl.so`.</param>
    public void Load(string identifier, string file)
    {
        loaded.Add(identifier);
        var name = file[(file.LastIndexOf('/') + 1)..];
        loaded.Add(sources.TryGetValue(name, out var source) ? source : name.EndsWith(".so", StringComparison.Ordinal) ? name[..^3] + ".c" : name);
    }

    /// <param name="name">`ssl_module` or `mod_ssl.c`.</param>
    /// <returns>Null when it is not known.</returns>
    public bool? Has(string name) => always.Contains(name) || loaded.Contains(name) ? true : uncertain.Contains(name) ? null : false;
}
