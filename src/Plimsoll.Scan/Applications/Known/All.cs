using System.Collections.Frozen;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>Every application that is known by name.</summary>
internal static class All
{
    public static readonly IReadOnlyList<IKnownApplication> Applications =
    [
        new Haproxy(),
        new Httpd(),
        new Mariadb(),
        new Memcached(),
        new Mysql(),
        new Nginx(),
        new OpenSsh(),
        new PhpFpm(),
        new Postgresql(),
        new RabbitMq(),
        new Redis(),
        new Tomcat(),
        new Valkey(),
    ];

    private static readonly FrozenDictionary<string, IKnownApplication> Index =
        Applications.SelectMany(known => known.Executables.Select(name => (name, known))).ToFrozenDictionary(pair => pair.name, pair => pair.known, StringComparer.Ordinal);

    /// <summary>By the base name of what is started; null for others.</summary>
    public static IKnownApplication? ByExecutable(string name) =>
        Index.GetValueOrDefault(name) ?? Index.GetValueOrDefault(name.TrimEnd("0123456789.".ToCharArray()));
}
