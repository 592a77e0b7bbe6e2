using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Tests.Advisories.Feeds;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class TomcatTests
{
    private const string Base = "/usr/local/tomcat";

    private const string Hardened = """
        <?xml version="1.0" encoding="UTF-8"?>
        <Server port="-1" shutdown="SHUTDOWN">
          <Service name="Catalina">
            <Connector port="8443" SSLEnabled="true">
              <SSLHostConfig protocols="TLSv1.2+TLSv1.3"><Certificate certificateFile="/run/tls/cert.pem" certificateKeyFile="/run/tls/key.pem"/></SSLHostConfig>
            </Connector>
            <Engine name="Catalina" defaultHost="localhost">
              <Realm className="org.apache.catalina.realm.LockOutRealm"><Realm className="org.apache.catalina.realm.UserDatabaseRealm" resourceName="UserDatabase"/></Realm>
              <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="false">
                <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs" pattern="common"/>
                <Valve className="org.apache.catalina.valves.ErrorReportValve" showReport="false" showServerInfo="false"/>
              </Host>
            </Engine>
          </Service>
        </Server>
        """;

    [Fact]
    public void A_hardened_server_follows_every_rule()
    {
        var result = Scan([], ("conf/server.xml", Hardened), ("conf/web.xml", "<web-app><servlet><servlet-name>default</servlet-name><servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class><init-param><param-name>listings</param-name><param-value>false</param-value></init-param></servlet></web-app>"), ("conf/context.xml", "<Context/>"), ("conf/tomcat-users.xml", "<tomcat-users/>"));
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "tomcat").Select(finding => $"{finding.Rule.Id} {finding.Answer} {finding.Needs}"));
        Assert.True(result.Hardening.Followed.Count(rule => rule.StartsWith("tomcat/", StringComparison.Ordinal)) >= 16);
    }

    /// <summary>As the official image has it: applications set aside, server.xml of the release with its port for stopping.</summary>
    [Fact]
    public void The_official_image_deploys_nothing_and_can_be_stopped()
    {
        var result = Scan([], ("conf/server.xml", Hardened.Replace("port=\"-1\"", "port=\"8005\"", StringComparison.Ordinal)), ("webapps.dist/examples/index.html", "x"));
        Assert.DoesNotContain(result.Hardening!.Findings, finding => finding.Rule.Id == "tomcat/examples");
        var stop = Assert.Single(result.Hardening.Findings, finding => finding.Rule.Id == "tomcat/shutdown-port");
        Assert.Equal((Base + "/conf/server.xml", 2), (stop.Place!.Value.Path, stop.Place.Value.Line));
        Assert.Equal("10.1.60", result.Of("tomcat").Version);
    }

    [Fact]
    public void Properties_stand_for_their_values()
    {
        var result = Scan(["CATALINA_OPTS=-Da=option -Db=option $MORE", "JAVA_OPTS=-Dc=java"], ("conf/server.xml", "<Server a=\"${a}\" b=\"x${b}y\" c=\"${c}\" d=\"${d:-none}\" e=\"${e}\" f=\"${catalina.base}\"/>"), ("conf/catalina.properties", "b = ${a}/\\u0041\n"));
        Assert.Equal($"Server\n  a option\n  b xoption/Ay\n  c java\n  d none\n  e ${{e}}\n  f {Base}\n", HardenedImage.Text(result.Of("tomcat").Settings)[..(HardenedImage.Text(result.Of("tomcat").Settings).IndexOf("f " + Base, StringComparison.Ordinal) + Base.Length + 3)]);
    }

    [Fact]
    public void A_script_of_the_environment_is_read()
    {
        var result = Scan([], ("conf/server.xml", "<Server/>"), ("bin/setenv.sh", "#!/bin/sh\n# options\nexport CATALINA_OPTS=\"$CATALINA_OPTS -Dcom.sun.management.jmxremote.port=9010 -Dcom.sun.management.jmxremote.authenticate=false\"\n"));
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "tomcat/jmx-password");
        Assert.Equal((Base + "/bin/setenv.sh", 3), (finding.Place!.Value.Path, finding.Place.Value.Line));
        Assert.Contains(Scan([], ("conf/server.xml", "<Server/>"), ("bin/setenv.sh", "CATALINA_OPTS=\"$(cat /run/options)\"\n")).Hardening!.Findings, finding => finding.Rule.Id == "tomcat/jmx-password" && finding.Answer == HardeningAnswer.CannotKnow);
    }

    [Fact]
    public void Without_its_file_the_server_is_not_known() =>
        Assert.Contains(Scan([], ("bin/readme", "x")).Hardening!.Findings, finding => finding.Rule.Id == "tomcat/shutdown-port" && finding.Needs == $"the file {Base}/conf/server.xml, which the image does not hold");

    [Fact]
    public void A_broken_file_is_a_problem() =>
        Assert.Contains(Scan([], ("conf/server.xml", "<Server>\n<Service>\n</Server>\n")).Problems, problem => problem is { Kind: ProblemKind.Malformed } && problem.Where == Base + "/conf/server.xml:3" && problem.Message.StartsWith("it is no XML: ", StringComparison.Ordinal));

    [Fact]
    public void Entities_are_not_expanded()
    {
        var bomb = "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y SYSTEM \"file:///etc/passwd\">]><a b=\"1\">&x;&y;</a>";
        Assert.NotNull(XmlGrammar.Parse(bomb, new Location("/x")).Error);
        Assert.Equal("it is no XML: elements are nested deeper than 64", XmlGrammar.Parse(string.Concat(Enumerable.Repeat("<a>", 100_000)), new Location("/x")).Error!.Message);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place()
    {
        var iterations = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 200_000 : 5_000;
        foreach (var (letters, parse) in (ReadOnlySpan<(string, Func<string, Location, Parsed>)>)[("ab<>/=\"'& \n!-[]?", XmlGrammar.Parse), ("ab=:\\u01 \n\r\t#!f", PropertiesGrammar.Parse)])
        {
            Gen.String[Gen.Char[letters], 0, 120].Sample(text =>
            {
                var parsed = parse(text, new Location("/x"));
                Assert.All(HardenedImage.All(parsed.Settings), setting => Assert.True(setting.Origin.File!.Value.Line >= 1));
                Assert.Equal(parsed.Error is not null, HardenedImage.All(parsed.Settings).Any(setting => setting.IsGap));
            }, iter: iterations);
        }
    }

    private static ScanResult Scan(string[] environment, params (string Path, string Text)[] files) =>
        HardenedImage.Scan([Base + "/bin/catalina.sh", "run"], ["TOMCAT_VERSION=10.1.60", "CATALINA_HOME=" + Base, .. environment], [.. files.Select(file => ($"{Base}/{file.Path}", file.Text))]);

    /// <summary>Whole documents: the same names, refused where they must be. Of a document type and of names whose space is not declared another reader knows more.</summary>
    [Fact]
    public void Xml_means_what_another_reader_says()
    {
        var (same, refused) = (0, 0);
        foreach (var line in Catalogers.Programs.Run("/", "xz", "-dc", Suites.Need("suites/config/augeas-grammars.jsonl.xz")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var input = root.GetProperty("input").GetString()!;
            if (root.GetProperty("grammar").GetString() != "xml" || root.GetProperty("lens").GetString() is not ("Xml.lns" or "Xml.doc") || input.Contains("<!DOCTYPE", StringComparison.Ordinal) || input.Contains("_:", StringComparison.Ordinal) || input.Trim().Length == 0) continue;
            var parsed = XmlGrammar.Parse(input, new Location("/x"));
            if (root.GetProperty("expect").GetString() != "tree")
            {
                Assert.True(parsed.Error is not null, input);
                refused++;
                continue;
            }
            if (parsed.Error is not null && (input.Contains("A.-:", StringComparison.Ordinal) || input.Contains("]]>\n]]>", StringComparison.Ordinal))) continue; // A prefix without a name; an end of CDATA that is none.
            Assert.True(parsed.Error is null, $"{parsed.Error?.Message}: {input}");
            var names = Regex.Matches(root.GetProperty("tree").GetString()!.Replace("\"#declaration\"\n { \"#attribute\"\n { \"version\"", "", StringComparison.Ordinal), "\\{ \"([^#!\"][^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value).Where(name => name is not ("encoding" or "standalone") && !name.StartsWith("xmlns", StringComparison.Ordinal)).Select(name => name.Split(':')[^1]);
            Assert.Equal(names.Order(StringComparer.Ordinal), HardenedImage.All(parsed.Settings).Select(setting => setting.Key).Order(StringComparer.Ordinal));
            same++;
        }
        Assert.True(same >= 14 && refused >= 5, $"{same} the same, {refused} refused");
    }
}
