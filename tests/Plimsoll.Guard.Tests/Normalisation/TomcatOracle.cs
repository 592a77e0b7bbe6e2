namespace Plimsoll.Guard.Tests.Normalisation;

/// <summary>Tomcat with one page for every path, which says what path it is for.</summary>
internal static class TomcatOracle
{
    private const string home = "/usr/share/tomcat10";

    private const string server = """
        <Server port="-1">
          <Service name="Catalina">
            <Connector port="PORT" address="127.0.0.1" protocol="HTTP/1.1" maxKeepAliveRequests="1"/>
            <Engine name="Catalina" defaultHost="localhost">
              <Host name="localhost" appBase="FOLDER/webapps" unpackWARs="false" autoDeploy="false"/>
            </Engine>
          </Service>
        </Server>
        """;

    private const string web = """
        <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
          <servlet><servlet-name>jsp</servlet-name><servlet-class>org.apache.jasper.servlet.JspServlet</servlet-class></servlet>
          <servlet><servlet-name>page</servlet-name><jsp-file>/page.jsp</jsp-file></servlet>
          <servlet-mapping><servlet-name>page</servlet-name><url-pattern>/*</url-pattern></servlet-mapping>
        </web-app>
        """;

    private const string page = """
        <%@ page session="false" trimDirectiveWhitespaces="true" %><%
        String path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        StringBuilder hex = new StringBuilder("<=");
        for (byte one : path.getBytes("UTF-8")) hex.append(String.format("%02x", one));
        out.print(hex.append(">"));
        %>
        """;

    public static OracleServer Start()
    {
        if (!File.Exists(home + "/bin/bootstrap.jar")) Assert.Skip($"Tomcat is not installed at {home}.");
        return OracleServer.Start("java", [("conf/server.xml", server), ("webapps/ROOT/WEB-INF/web.xml", web), ("webapps/ROOT/page.jsp", page), ("temp/x", ""), ("logs/x", "")],
            "-Xmx256m", "-cp", $"{home}/bin/bootstrap.jar:{home}/bin/tomcat-juli.jar", $"-Dcatalina.home={home}", "-Dcatalina.base=FOLDER", "-Djava.io.tmpdir=FOLDER/temp", "org.apache.catalina.startup.Bootstrap", "start");
    }

    public static string Read(string answer)
    {
        var start = answer.IndexOf("<=", StringComparison.Ordinal);
        return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && start > 0 ? answer[(start + 1)..answer.IndexOf('>', start)] : "!";
    }
}
