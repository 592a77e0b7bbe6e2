using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>Apache Tomcat, started by catalina.sh: CATALINA_BASE, else CATALINA_HOME, else the folder above the script; its conf folder.</summary>
internal sealed class Tomcat : IKnownApplication
{
    public string Name => "tomcat";
    public ImmutableArray<string> Executables => ["catalina.sh", "startup.sh", "tomcat"];
    public ImmutableArray<string> VersionVariables => ["TOMCAT_VERSION"];

    public bool GoesToBackground(Process process) => process.Name == "startup.sh" || process.Argv is [_, { Text: "start" }, ..];

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search)
    {
        var home = search.Process.EnvValue("CATALINA_BASE") ?? search.Process.EnvValue("CATALINA_HOME") ?? search.Executable.Parent.Parent.Path;
        string[] names = ["catalina.properties", "server.xml", "context.xml", "web.xml", "tomcat-users.xml", "logging.properties"];
        return names.SelectMany(name => search.Files(home, "conf/" + name));
    }
}
