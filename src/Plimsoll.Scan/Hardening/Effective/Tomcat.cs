using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Remedying;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// Apache Tomcat: conf/server.xml, conf/context.xml, conf/web.xml and conf/tomcat-users.xml below CATALINA_BASE, `${name}` replaced by what conf/catalina.properties and the options of the
/// virtual machine say. An element is a block of its attributes. Of web.xml a `servlet` is a block of its class and parameters. Besides: `system-property NAME VALUE`, and
/// `application` for what stands below the folder of the default host.
/// </summary>
internal sealed class Tomcat : IHardenedApplication
{
    private static readonly FrozenDictionary<string, string> defaults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["allowBackslash"] = "false",
        ["allowLinking"] = "false",
        ["allowTrace"] = "false",
        ["autoDeploy"] = "true",
        ["crossContext"] = "false",
        ["deployOnStartup"] = "true",
        ["encodedSolidusHandling"] = "reject",
        ["listings"] = "false",
        ["maxPostSize"] = "2097152",
        ["maxSavePostSize"] = "4096",
        ["port"] = "8005",
        ["privileged"] = "false",
        ["readonly"] = "true",
        ["secretRequired"] = "true",
        ["showReport"] = "true",
        ["showServerInfo"] = "true",
        ["shutdown"] = "SHUTDOWN",
        ["xpoweredBy"] = "false",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public string Name => "tomcat";

    public FilePattern Files => FilePattern.Named("server.xml") | FilePattern.Named("web.xml") | FilePattern.Named("context.xml") | FilePattern.Named("tomcat-users.xml") | FilePattern.Named("catalina.properties");

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        Frame("server", "<Server port=\"-1\">\n{}\n</Server>\n"),
        Frame("service", "<Server port=\"-1\">\n<Service name=\"Catalina\">\n{}\n</Service>\n</Server>\n"),
        Frame("host", "<Server port=\"-1\">\n<Service name=\"Catalina\">\n<Engine name=\"Catalina\" defaultHost=\"localhost\">\n<Host name=\"localhost\" autoDeploy=\"false\">\n{}\n</Host>\n</Engine>\n</Service>\n</Server>\n"),
    ];

    /// <summary>It warns of attributes and elements that it does not know, and goes on without them.</summary>
    public ServerCheck Check { get; } = new("catalina.sh", "/usr/local/tomcat/conf/server.xml", ["configtest"])
    {
        Places = ["/usr/share/tomcat*/bin"],
        Folder = "/usr/local/tomcat/",
        Subfolders = ["logs", "temp", "webapps"],
        Environment = [("CATALINA_BASE", "{folder}"), ("JAVA_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")],
        Refused = ["failed to set property", "did not find a matching property", "No rules found matching"],
        // A value that only a property of the deployment gives is none that it could take here.
        Lacking = ["ClassNotFoundException", "] to [${", "Neither the JAVA_HOME nor the JRE_HOME"],
    };

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var process = subject.Process;
        var home = process.EnvValue("CATALINA_HOME") ?? (subject.Application.Executable is { } script && subject.TryFind("/", script.Path, out var file) ? file.Parent.Parent.Path : "/usr/local/tomcat");
        var folder = process.EnvValue("CATALINA_BASE") ?? home;
        var properties = new TomcatProperties(subject, home, folder);
        var settings = ImmutableArray.CreateBuilder<Setting>();
        settings.AddRange(StartScripts.Gaps(subject, "server.xml"));
        var server = Read(subject, properties, folder, "conf/server.xml");
        settings.AddRange(server.Length > 0 ? server : [Setting.Block("Server", [], Origin.Image("conf/server.xml"), [Subject.Missing("", folder + "/conf/server.xml", Origin.Image("conf/server.xml"))])]);
        settings.AddRange(Read(subject, properties, folder, "conf/context.xml"));
        settings.AddRange(Read(subject, properties, folder, "conf/tomcat-users.xml"));
        settings.AddRange(Read(subject, properties, folder, "conf/web.xml").Select(Servlets));
        settings.AddRange(properties.Given);
        if (subject.Files.TryFind(Programs.Absolute(folder, "webapps"), out var webapps) && webapps.IsFolder)
            foreach (var application in webapps.Children().Where(child => child.IsFolder || child.Name.EndsWith(".war", StringComparison.Ordinal)).OrderBy(child => child.Name, StringComparer.Ordinal))
                settings.Add(new Setting("application", [application.Name.EndsWith(".war", StringComparison.Ordinal) ? application.Name[..^4] : application.Name], Origin.At(application.At())));
        return settings.ToImmutable();
    }

    public Edit Written(HardeningFinding finding, string text) => XmlEdit.Of(finding, text);

    public Setting? Default(string key, string? version) => defaults.TryGetValue(key, out var value) ? new Setting(key, [value], Origin.Default("tomcat")) : null;

    /// <summary>An attribute is that of its element alone.</summary>
    public Found Find(Scope scope, string key) => scope.Here(key);

    private static ImmutableArray<Setting> Read(Subject subject, TomcatProperties properties, string folder, string path)
    {
        if (!subject.TryFind(folder, path, out var file)) return [];
        if (!subject.TryRead(file, out var text)) return [Subject.Unread("", file, Origin.At(file.At()))];
        var parsed = XmlGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, "Tomcat would not start with this file, and what follows in it was not read");
        return [.. parsed.Settings.Select(properties.Replaced)];
    }

    /// <summary>`servlet NAME { servlet-class …; readonly false }` of an element with its names and values apart.</summary>
    private static Setting Servlets(Setting element)
    {
        if (!element.IsBlock) return element;
        if (element.Key != "servlet") return element with { Children = [.. element.Children.Select(Servlets)] };
        var name = element.Children.FirstOrDefault(child => child.Key == "servlet-name");
        var children = ImmutableArray.CreateBuilder<Setting>();
        foreach (var child in element.Children)
            if (child is { Key: "init-param", IsBlock: true })
            {
                var parameter = child.Children.FirstOrDefault(part => part.Key == "param-name");
                var value = child.Children.FirstOrDefault(part => part.Key == "param-value");
                if (parameter is not null && value is not null) children.Add(value with { Key = parameter.Value });
            }
            else children.Add(child);
        return element with { Arguments = name is null ? [] : name.Arguments, Children = children.ToImmutable() };
    }

    private static ExampleFrame Frame(string name, string text) => new(name, "/usr/local/tomcat/conf/server.xml", text, ["/usr/local/tomcat/bin/catalina.sh", "run"], ["TOMCAT_VERSION=10.1.60", "CATALINA_HOME=/usr/local/tomcat"]);
}
