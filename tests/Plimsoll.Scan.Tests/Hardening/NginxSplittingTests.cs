using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Where a request's `%0a` becomes a line of the answer, and where a path leaves its folder, as the real nginx shows it.</summary>
public sealed class NginxSplittingTests
{
    /// <summary>Each in a location that the request `/NAME/%0aX-Injected:1` reaches.</summary>
    private static readonly string[] pieces =
    [
        "location / { return 301 http://x$uri; }", "location / { return 301 http://x$request_uri; }", "location / { return 301 http://x${document_uri}; }", "location / { return 200 $uri; }",
        "location / { rewrite ^ http://x$uri redirect; }", "location / { rewrite ^ http://x$uri; }", "location / { rewrite ^ https://x$request_uri? permanent; }", "location / { rewrite ^/w/(.*) http://x/$1 redirect; }", "location / { rewrite ^/w/([^/]*)$ http://x/$1 redirect; }",
        "location / { rewrite \"^/w/(?<part>[^/]*)$\" http://x/$part redirect; }", "location / { rewrite ^/w/(?<part>.*)$ http://x/$part redirect; }",
        "location ~ ^/w/([^/]*)$ { return 301 /n/$1; }", "location ~ ^/(w|v)/([^/]*)$ { return 301 /n/$1; }", "location ~ ^/(w|v)/([^/]*)$ { return 301 /n/$2; }", "location ~ ^/w/(.*)$ { return 301 /n/$1; }", "location ~ ^/w/((?:\\W|x)*X.*)$ { return 301 /n/$1; }", "location ~ ^/w/([\\s\\S]*)$ { return 301 /n/$1; }",
        "location ~ ^/w/([^/\\n]*)$ { return 301 /n/$1; }", "location ~ ^/w/([^\\s]*)$ { return 301 /n/$1; }", "location ~ \"^/w/(?s)(.*)$\" { return 301 /n/$1; }", "location ~ ^/w/([[:space:]]X.*)$ { return 301 /n/$1; }",
        "location ~ ^/w/([^/]*)$ { set $z $1; return 301 /n/$z; }", "location ~ ^/w/(?<part>[^/]*)$ { set $z $part; return 301 /n/$z; }", "location ~ ^/w/(?P<part>[^/]*)$ { return 301 /n/$part; }", "location ~ ^/w/(?<part>[^/\\n]*)$ { return 301 /n/$part; }",
        "location / { add_header X-Path $uri; return 204; }", "location / { add_header X-Path $request_uri always; return 204; }",
        "location / { if ($uri ~ \"^/w/([^/]*)\") { return 301 /n/$1; } }", "location / { if ($uri ~ ^/w/(.*)) { return 301 /n/$1; } }", "location / { if ($uri ~ \"^/w/(?<part>[^/]*)\") { return 301 /n/$part; } }", "location ~ ^/w/([^/]*)$ { if ($host ~ \"^([^/]*)$\") { return 301 /n/$1; } }",
        "location / { rewrite ^/w/([^/]*)$ /other/$1; return 301 /n/$1; }", "location ~ ^/w/([^/]*)$ { rewrite ^/(w)/ /other/; return 301 /n/$1; }",
    ];

    [Fact]
    public void A_line_of_the_answer_that_the_client_writes_is_found_where_it_can()
    {
        using var server = new NginxServer();
        var text = $"user root;\nevents {{ }}\nhttp {{\n{string.Concat(pieces.Select((piece, i) => $"server {{ listen unix:{server.Folder}/s{i}; {piece} }}\n"))}server {{ listen unix:/etc/nginx/socket; }}\n}}\n";
        server.Write([("/etc/nginx/nginx.conf", text)]);
        server.Start();
        var isWritten = pieces.Select((_, i) => server.Ask("/w/%0aX-Injected:1", $"{server.Folder}/s{i}").Split("\r\n\r\n")[0].Split('\n').Any(line => line.StartsWith("X-Injected:", StringComparison.Ordinal)));
        var isFound = pieces.Select(piece => HardenedImage.Nginx(("/etc/nginx/nginx.conf", $"events {{ }}\nhttp {{\nserver {{ listen 80; {piece} }}\n}}\n")).Hardening!.Findings.Any(finding => finding.Rule.Id == "nginx/response-splitting"));
        Assert.Equal(pieces.Zip(isWritten, (piece, yes) => $"{yes} {piece}"), pieces.Zip(isFound, (piece, yes) => $"{yes} {piece}"));
    }

    [Theory]
    [InlineData("location /files { alias DIR/pub/; }", "/files../secret", true)]
    [InlineData("location /files/ { alias DIR/pub/; }", "/files../secret", false)]
    [InlineData("location ~ ^/files(.*)$ { alias DIR/pub/$1; }", "/files../secret", true)]
    [InlineData("location ~ ^/files/(.*)$ { alias DIR/pub/$1; }", "/files../secret", false)]
    [InlineData("location ~ ^/files(.+) { alias DIR/pub$1; }", "/files../secret", false)]
    [InlineData("location ~ ^/(en|de)/files(.*)$ { alias DIR/pub/$2; }", "/en/files../secret", true)]
    [InlineData("location ~ ^/(en|de)/files/(.*)$ { alias DIR/pub/$2; }", "/en/files/../secret", false)]
    [InlineData("location ~ ^/files([a-z/]*)$ { alias DIR/pub/$1; }", "/files../secret", false)]
    public void A_path_that_leaves_its_folder_is_found_where_it_can(string piece, string path, bool leaves)
    {
        using var server = new NginxServer();
        Directory.CreateDirectory(server.Folder + "/pub");
        File.WriteAllText(server.Folder + "/secret", "told");
        var text = $"events {{ }}\nhttp {{ server {{ listen unix:/etc/nginx/socket; {piece.Replace("DIR", server.Folder, StringComparison.Ordinal)} }} }}\n";
        server.Write([("/etc/nginx/nginx.conf", "user root;\n" + text)]);
        server.Start();
        Assert.Equal(leaves, server.Ask(path).EndsWith("\r\n\r\ntold", StringComparison.Ordinal));
        Assert.Equal(leaves, HardenedImage.Nginx(("/etc/nginx/nginx.conf", text)).Hardening!.Findings.Any(finding => finding.Rule.Id == "nginx/alias-traversal"));
    }

    /// <summary>Who decides on the host of `proxy_pass`, through variables, maps and groups.</summary>
    [Theory]
    [InlineData("map $host $to { default one; other two; } server { location / { proxy_pass http://$to; } }", false)]
    [InlineData("map $http_x $to { default one; ~^(?<name>.+)$ $name.example; } server { location / { proxy_pass http://$to; } }", true)]
    [InlineData("map $host $to { default one; api $http_x; } server { location / { proxy_pass http://$to; } }", true)]
    [InlineData("server { set $to one; location / { proxy_pass http://$to$request_uri; } }", false)]
    [InlineData("server { location ~ ^/to/(?<path>.*) { proxy_pass http://some$path; } }", true)]
    [InlineData("server { location ~ ^/to/(https?)/(.*?)/(.*)$ { proxy_pass $1://$2/$3; } }", true)]
    [InlineData("server { location ~ ^/to/(.*)$ { proxy_pass http://some/$1; } }", false)]
    [InlineData("server { location ~ ^/to/(.*)$ { internal; proxy_pass http://$1; } }", false)]
    [InlineData("server { location / { proxy_pass http://$arg_to; } }", true)]
    public void The_host_that_a_client_decides_on_is_found(string piece, bool isFound) =>
        Assert.Equal(isFound, HardenedImage.Nginx(("/etc/nginx/nginx.conf", $"events {{ }}\nhttp {{ {piece} }}\n")).Hardening!.Findings.Any(finding => finding.Rule.Id == "nginx/request-forgery" && finding.Answer == HardeningAnswer.DoesNotFollow));

    [Theory]
    [InlineData("server { fastcgi_split_path_info ^((a+)+)(/.*)$; }", true)]
    [InlineData("server { fastcgi_split_path_info ^(.+\\.php)(/.*)$; }", false)]
    [InlineData("server { location / { valid_referers ~(x+)+y; } }", true)]
    [InlineData("server { location / { proxy_redirect ~^(x+)+y $1; proxy_pass http://a; } }", true)]
    [InlineData("map $uri $x { ~*^(x+)+y 1; }", true)]
    public void Expressions_are_looked_at_wherever_they_stand(string piece, bool isFound) =>
        Assert.Equal(isFound, HardenedImage.Nginx(("/etc/nginx/nginx.conf", $"events {{ }}\nhttp {{ {piece} }}\n")).Hardening!.Findings.Any(finding => finding.Rule.Id == "nginx/runaway-expression"));
}
