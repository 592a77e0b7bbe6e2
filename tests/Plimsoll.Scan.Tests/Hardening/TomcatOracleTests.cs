using System.Globalization;
using System.Text;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against the parts of the real server.</summary>
public sealed class TomcatOracleTests
{
    private const string Base = "/usr/local/tomcat";

    private static readonly (string Key, string[] Values)[] attributes =
    [
        ("allowTrace", ["true", "false"]), ("xpoweredBy", ["true", "false"]), ("maxPostSize", ["100", "-1"]), ("maxSavePostSize", ["7", "4096"]), ("maxParameterCount", ["5", "10000"]), ("proxyName", ["a", "b.example"]), ("enableLookups", ["true", "false"]), ("scheme", ["http", "https"]),
    ];

    private static readonly string[] ofHost = ["autoDeploy", "deployOnStartup", "deployXML", "unpackWARs"];

    /// <summary>Each start has a dozen connectors and hosts: as many configurations.</summary>
    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 25 : 2); seed++)
        {
            var random = new Random(seed);
            using var server = new TomcatServer();
            var ports = TomcatServer.Ports(13);
            var (xml, options, properties) = Generate(random, ports);
            server.Write("conf/server.xml", xml);
            server.Write("conf/catalina.properties", properties);
            server.Start(options, ports[0]);
            var connectors = server.Ask("Catalina:type=Connector,*").Values.ToDictionary(part => part["port"], StringComparer.Ordinal);
            var hosts = server.Ask("Catalina:type=Host,*").Values.ToDictionary(part => part["name"], StringComparer.Ordinal);
            var result = HardenedImage.Scan([Base + "/bin/catalina.sh", "run"], ["TOMCAT_VERSION=10.1.60", "CATALINA_HOME=" + Base, "CATALINA_OPTS=" + string.Join(' ', options)], (Base + "/conf/server.xml", xml), (Base + "/conf/catalina.properties", properties));
            Assert.Empty(result.Problems.Select(problem => $"{problem.Where}: {problem.Message}"));
            var judged = new Judged(new Tomcat(), result.Of("tomcat"));
            Assert.Equal(13, judged.At("Connector").Count);
            foreach (var connector in judged.At("Connector"))
                foreach (var (key, _) in attributes)
                    if (judged.Value(connector, key) is { } setting) Assert.Equal((seed, key, connectors[judged.Value(connector, "port")!.Value][key]), (seed, key, setting.Value));
            foreach (var host in judged.At("Host"))
                foreach (var key in ofHost)
                    if (judged.Value(host, key) is { } setting) Assert.Equal((seed, key, hosts[judged.Value(host, "name")!.Value][key]), (seed, key, setting.Value));
            Assert.Equal(server.Ask("Catalina:type=Server").Values.Single()["shutdown"], judged.Value(Assert.Single(judged.At("Server")), "shutdown")!.Value);
        }
    }

    private static (string Xml, List<string> Options, string Properties) Generate(Random random, int[] ports)
    {
        var (options, properties) = (new List<string>(), new StringBuilder("# loaders\ncommon.loader=\"${catalina.home}/lib\",\\\n    \"${catalina.home}/lib/*.jar\"\nserver.loader=\nshared.loader :\n"));
        var number = 0;
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a comment with ${nothing} -->\n<Server port='-1'\n  shutdown=\"").Append(Written("STOP")).Append("\">\n<Service name=\"Catalina\">\n");
        foreach (var port in ports)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<Connector address=\"127.0.0.1\" port=\"{Written(port.ToString(CultureInfo.InvariantCulture))}\"");
            foreach (var (key, values) in attributes)
                if (random.Next(2) == 0) xml.Append(CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? " " : "\n    ")}{key}=\"{Written(values[random.Next(values.Length)])}\"");
            xml.Append(random.Next(2) == 0 ? "/>\n" : "></Connector>\n");
        }
        xml.Append("<Engine name=\"Catalina\" defaultHost=\"localhost\">\n<Host name=\"localhost\" appBase=\"webapps\"/>\n");
        for (var i = 0; i < 6; i++)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<Host name=\"h{i}\" appBase=\"h{i}\"");
            foreach (var key in ofHost)
                if (random.Next(2) == 0) xml.Append(CultureInfo.InvariantCulture, $" {key}=\"{Written(random.Next(2) == 0 ? "true" : "false")}\"");
            xml.Append("/>\n");
        }
        return (xml.Append("</Engine>\n</Service>\n</Server>\n").ToString(), options, properties.ToString());

        // As it stands, or by a property of the command line, of the file, of both, or of neither.
        string Written(string value)
        {
            var name = $"p{number++}";
            switch (random.Next(6))
            {
                case 0:
                    options.Add($"-D{name}={value}");
                    return $"${{{name}}}";
                case 1:
                    properties.Append(CultureInfo.InvariantCulture, $"  {name} {(random.Next(2) == 0 ? "=" : ":")} {value}\n");
                    return $"${{{name}}}";
                case 2:
                    options.Add($"-D{name}=other");
                    properties.Append(CultureInfo.InvariantCulture, $"{name}=\\\n   {value}\n");
                    return $"${{{name}:-none}}";
                case 3:
                    return $"${{{name}:-{value}}}";
                default:
                    return value;
            }
        }
    }
}
