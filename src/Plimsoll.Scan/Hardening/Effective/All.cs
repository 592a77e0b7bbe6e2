namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Every application whose configuration in force we can work out.</summary>
internal static class All
{
    public static readonly IReadOnlyList<IHardenedApplication> Applications =
    [
        new ImagePosture(),
        new Nginx(),
        new Node(),
        new OpenSsh(),
        new PhpFpm(),
        new RabbitMq(),
        new Redis(),
        new Httpd(),
        new Haproxy(),
        new Tomcat(),
        new Postgresql(),
        new Mariadb(),
        new Mysql(),
        new Memcached(),
    ];

    /// <summary>By the common name; null for others.</summary>
    public static IHardenedApplication? Find(string name) => Applications.FirstOrDefault(application => application.Name == name);
}
