using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// php-fpm(8): php.ini and those behind it (<see cref="PhpIniFiles"/>), then its own files (<see cref="PhpFpmPools"/>), a block for each pool. What a pool says of PHP's
/// settings goes before php.ini, php_admin_value and php_admin_flag before php_value and php_flag; of each kind the first counts. What stands below `[PATH=…]`
/// or `[HOST=…]` goes before all of that. `process-user` is who the master process runs as: without root it cannot change to a pool's user.
/// </summary>
internal sealed class PhpFpm : IHardenedApplication
{
    private const string Include = "include"; // The key of what was not seen of php-fpm's own files.

    /// <summary>Settings of PHP that add up, a pool's to those of php.ini.</summary>
    private static readonly string[] several = ["disable_functions", "disable_classes", "extension", "zend_extension"];

    private static readonly (string Value, string Flag)[] lists = [("php_value", "php_flag"), ("php_admin_value", "php_admin_flag")];

    public string Name => "php-fpm";

    public FilePattern Files => FilePattern.WithExtension(".ini");

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        new("main", Main, "{}", ["/usr/local/sbin/php-fpm"], ["PHP_VERSION=8.2.29"]),
        new("pool", Main, Head + "listen = 127.0.0.1:9000\n{}", ["/usr/local/sbin/php-fpm"], ["PHP_VERSION=8.2.29"]),
        new("tcp", Main, Head + "listen = 9000\n{}", ["/usr/local/sbin/php-fpm"], ["PHP_VERSION=8.2.29"]),
        new("socket", Main, Head + "listen = /usr/local/etc/php-fpm.sock\n{}", ["/usr/local/sbin/php-fpm"], ["PHP_VERSION=8.2.29"]),
    ];

    private const string Main = "/usr/local/etc/php-fpm.conf";
    private const string Head = "[global]\nerror_log = /proc/self/fd/2\n[www]\nuser = www-data\ngroup = www-data\npm = static\npm.max_children = 4\n";

    public ServerCheck Check { get; } = new("php-fpm8.2", Main, ["-n", "-t", "-y", "{main}"])
    {
        Lacking = ["cannot get uid for user", "cannot get gid for group"],
    };

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var process = subject.Process;
        var options = Options.Parse(process.Arguments, "cdgpy", ["--php-ini", "--define", "--fpm-config", "--prefix", "--pid"], mixed: true);
        var layout = PhpLayout.Of(subject);
        var settings = ImmutableArray.CreateBuilder<Setting>();
        settings.Add(new Setting("process-user", [process.User.Split(':')[0] is "" or "0" or "root" ? "root" : process.User.Split(':')[0]], Origin.Image("USER")));
        foreach (var word in options.Rest)
            if (!word.Known) settings.Add(Setting.Gap("", [word.Text], Origin.Argument(word.Text), $"the value of `{word.Text}` when the container starts"));
        var ini = new PhpIniFiles(subject, layout);
        settings.AddRange(ini.Read(options));
        var (file, prefix) = (options.Last("-y", "--fpm-config"), options.Last("-p", "--prefix"));
        foreach (var given in (ReadOnlySpan<Value?>)[file, prefix])
            if (given is { Known: false } unknown)
            {
                settings.Add(Setting.Gap(Include, [unknown.Text], Origin.Argument(unknown.Text), $"the value of `{unknown.Text}` when the container starts"));
                return settings.ToImmutable();
            }
        var main = file?.Text ?? (prefix is { } from ? $"{from.Text.TrimEnd('/')}/etc/php-fpm.conf" : layout.Pools);
        settings.AddRange(StartScripts.Gaps(subject, main).Select(gap => gap with { Key = Include }));
        settings.AddRange(new PhpFpmPools(subject, ini, prefix?.Text ?? layout.Prefix).Read(main, file is null ? Origin.Image("built-in path of php-fpm.conf") : Origin.Argument("-y")));
        return settings.ToImmutable();
    }

    public Found Find(Scope scope, string key)
    {
        var root = scope.Outwards.Last();
        if (key is "process-user") return new Found(root.Own(key), null);
        if (key is PhpFpmDirectives.Pool or PhpFpmDirectives.Global or "PATH" or "HOST") return new Found(root.Own(key), Unseen(root, ofPools: true));
        return scope.Block.Key switch
        {
            PhpFpmDirectives.Global => Last(scope.Own(key), Unseen(root, ofPools: true)),
            PhpFpmDirectives.Pool when PhpFpmDirectives.IsOfPool(key) => key == "access.suppress_path" ? new Found(scope.Own(key), Unseen(root, ofPools: true)) : Last(scope.Own(key), Unseen(root, ofPools: true)),
            PhpFpmDirectives.Pool => OfPool(scope, root, key),
            "PATH" or "HOST" when Exact(scope, key) is [.., var last] => new Found([last], null),
            "PATH" or "HOST" when root.Own(PhpFpmDirectives.Pool) is [var pool, ..] => OfPool(new Scope(pool, root), root, key),
            _ => OfIni(root, key),
        };
    }

    public Setting? Default(string key, string? version) =>
        PhpFpmDirectives.IsOfPool(key) ? PhpFpmDirectives.Default(PhpFpmDirectives.Pool, key) is { } value ? new Setting(key, [value], Origin.Default(Name)) : null : PhpValues.Default(key, version);

    /// <summary>A setting of PHP that a pool is to say stands in brackets there: `php_admin_value[expose_php] = Off`.</summary>
    public string Written(string remedy, Setting? cause, Scope scope)
    {
        var equals = remedy.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return remedy;
        var (key, value) = (remedy[..equals].Trim(), remedy[(equals + 1)..].Trim());
        if (PhpFpmDirectives.IsOfPool(key)) return remedy;
        if (cause is { Origin.Kind: OriginKind.File } && cause.Key.EndsWith($"[{key}]", StringComparison.Ordinal)) return $"{cause.Key} = {value}";
        return cause is null or { Origin.Kind: OriginKind.VendorDefault } && scope.Outwards.Any(at => at.Block.Key is PhpFpmDirectives.Pool or "PATH" or "HOST") ? $"php_admin_{(PhpValues.IsSwitch(key) ? "flag" : "value")}[{key}] = {value}" : remedy;
    }

    private static Found OfPool(Scope pool, Scope root, string key)
    {
        var before = OfIni(root, key);
        // In the order in which they are applied: each kind from its last to its first.
        var own = lists.SelectMany(list => pool.Block.Children.Where(setting => setting.Key == $"{list.Value}[{key}]" || setting.Key == $"{list.Flag}[{key}]").Reverse());
        if (several.Contains(key)) return new Found([.. before.Settings, .. own], before.Gap ?? Unseen(root, ofPools: true));
        if (Unseen(root, ofPools: true) is { } gap) return new Found([], gap);
        var ofIni = before.Settings is [.., var last] ? last.Value : PhpValues.Default(key, "8.0")?.Value ?? "";
        Setting? current = null;
        foreach (var setting in own)
            if (setting.Needs is not null || PhpValues.Counts(key, setting.Value, current?.Value ?? ofIni, ofIni)) current = setting;
        return current is null ? before : new Found([current], null);
    }

    /// <summary>The last counts, so only what was not seen behind it matters; of extensions each does.</summary>
    private static Found OfIni(Scope root, string key)
    {
        var own = Exact(root, key);
        if (key is "extension" or "zend_extension") return new Found(own, Unseen(root, ofPools: false));
        var children = root.Block.Children;
        for (var i = children.Length - 1; i >= 0; i--)
            if (own is [.., var last] && ReferenceEquals(children[i], last)) return new Found([last], null);
            else if (children[i] is { IsGap: true, Key: not Include }) return new Found([], children[i]);
        return Found.Nothing;
    }

    private static Found Last(IReadOnlyList<Setting> own, Setting? unseen) => new(own.Count > 0 && unseen is null ? [own[^1]] : own, unseen);

    /// <summary>PHP knows its settings by their exact names only.</summary>
    private static List<Setting> Exact(Scope scope, string key) => [.. scope.Own(key).Where(setting => setting.Key == key && !setting.IsGap)];

    private static Setting? Unseen(Scope root, bool ofPools) => root.Gap is null ? null : root.Block.Children.FirstOrDefault(setting => setting.IsGap && (setting.Key == Include) == ofPools);
}
