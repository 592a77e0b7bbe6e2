namespace Plimsoll.Guard.Tests.Running;

/// <summary>What browsers, clients of APIs and tools send every day, as bytes of Latin-1. It passes in mode enforce with the defaults.</summary>
internal static class OrdinaryRequest
{
    private const string browser = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nSec-Fetch-Mode: navigate\r\nReferer: https://shop.test/a?b=c%20d";
    private const string boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

    public static IReadOnlyList<(string Name, string Bytes)> All { get; } =
    [
        ("page", Get("/", browser)),
        ("utf8 path", Get("/wiki/K%C3%B6ln%20am%20Rhein_(Stadt)", browser)),
        ("wiki with hash", Get("/wiki/C%23")),
        ("wiki with question mark", Get("/wiki/What%3F")),
        ("title with dot", Get("/wiki/Apple_Inc.")),
        ("tilde of old encoders", Get("/%7Eada/index.html")),
        ("npm scope", Get("/@babel%2fcore")),
        ("GitLab project", Get("/api/v4/projects/group%2Fproject/repository/files/src%2Fmain.c?ref=main")),
        ("base with slash", Get("//api//v1/items")),
        ("session of Java", Get("/shop/cart;jsessionid=1A2B3C.node1?item=7")),
        ("matrix parameters", Get("/cars;color=red;year=2012/parts;type=new")),
        ("search in UTF-8", Get("/search?q=caf%C3%A9+%F0%9F%98%80&lang=fr")),
        ("search with line feed", Get("/search?q=two%0D%0Alines")),
        ("form with brackets", Get("/?filter%5Bname%5D=a&filter%5Btags%5D%5B%5D=x&filter%5Btags%5D%5B%5D=y")),
        ("fonts", Get("/css2?family=Roboto:wght@400;700&family=Open+Sans&display=swap")),
        ("flags without value", Get("/list?debug&all&&page=2&")),
        ("login that returns", Get("/login?next=%2Faccount%3Ftab%3Dorders%26page%3D2%23top")),
        ("token", Get("/cb?code=4%2F0AX4XfWh&state=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP&scope=openid+email")),
        ("json in query", Get("/graphql?query=%7Bitem(id%3A1)%7Bname%7D%7D&variables=%7B%22a%22%3A1%7D")),
        ("analytics cookies", Get("/", "Cookie: _ga=GA1.1.123456789.1700000000; _gid=GA1.2.3; OptanonConsent=isGpcEnabled=0&datestamp=Fri+Nov+27+2026&groups=C0001%3A1%2CC0002%3A0; prefs={\"theme\":\"dark\",\"size\":12}; empty=; flag; cart[0]=7; name=Jos\u00c3\u00a9; path=/x; __Host-s=a.b-c_d==")),
        ("latin1 cookie", Get("/", "Cookie: name=Jos\u00e9")),
        ("range", Get("/film.mp4", "Range: bytes=0-1023\r\nIf-Range: \"abc\"")),
        ("get with type of a client library", Get("/", "Content-Type: multipart/form-data")),
        ("get with undefined type", Get("/", "Content-Type: undefined")),
        ("options of all", "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        ("preflight", "OPTIONS /api HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: https://a.test\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type\r\n\r\n"),
        ("websocket", "GET /live?room=1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"),
        ("empty post", Post(null, "")),
        ("empty chunked", "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("beacon without type", Post(null, "{\"event\":\"leave\"}")),
        ("put without type", Post(null, "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR\u00c0\u0080\u00ff")),
        ("beacon as text", Post("text/plain;charset=UTF-8", "{\"event\":\"leave\"}")),
        ("text in latin1", Post("text/csv; charset=ISO-8859-1", "name\r\nJos\u00e9\r\n")),
        ("form", Post("application/x-www-form-urlencoded", "user=ada&password=p%40ss+w%26rd&tag=a&tag=b&options%5B%5D=1&options%5B%5D=2&_csrf=a%2Bb%3D%3D&note=line1%0D%0Aline2&empty=")),
        ("form of a script", Post("application/x-www-form-urlencoded; charset=utf8", "name=Jos\u00c3\u00a9&text=a b c")),
        ("json", Post("application/json", "{\"name\":\"Jos\u00c3\u00a9 \\ud83d\\ude00\",\"tags\":[\"a\",\"b\"],\"id\":12345678901234567890,\"rate\":1.5e-3,\"none\":null,\"empty\":{},\"list\":[]}\n")),
        ("json of Windows", Post("application/json; charset=utf-8", "\u00ef\u00bb\u00bf{\"a\":1}")),
        ("json in capitals", Post("Application/JSON;charset=UTF-8", "[]")),
        ("graphql", Post("application/json", "{\"operationName\":\"Items\",\"variables\":{\"first\":10,\"after\":null},\"query\":\"query Items($first: Int!) {\\n  items(first: $first) {\\n    id\\n    name\\n  }\\n}\"}")),
        ("graphql alone", Post("application/graphql", "{ items { id } }")),
        ("json api", Post("application/vnd.api+json", "{\"data\":{\"type\":\"a\",\"attributes\":{\"html\":\"<p class=\\\"x\\\">a &amp; b<\\/p>\"}}}")),
        ("csp report", Post("application/csp-report", "{\"csp-report\":{\"document-uri\":\"https://a.test/\",\"blocked-uri\":\"inline\"}}")),
        ("image in json", Post("application/json", "{\"image\":\"data:image/png;base64," + Convert.ToBase64String(Bytes(400_000)) + "\"}")),
        ("soap", Post("text/xml; charset=utf-8", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soap:Body><m:Get xmlns:m=\"urn:x\"><m:Id xsi:nil=\"true\"/><!-- c --><m:T><![CDATA[a<b]]></m:T></m:Get></soap:Body></soap:Envelope>", "SOAPAction: \"urn:x#Get\"")),
        ("webdav", "PROPFIND /files/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nDepth: 1\r\nContent-Type: application/xml\r\nContent-Length: 65\r\n\r\n<?xml version=\"1.0\"?><propfind xmlns=\"DAV:\"><allprop/></propfind>"),
        ("image", Post("image/png", "\u0089PNG\r\n\u001a\n\0\0")),
        ("octets", Post("application/octet-stream", "\0\u0001\u0002\u00ff")),
        ("octets that say gzip", Post("application/octet-stream", "no gzip", "Content-Encoding: gzip")),
        ("grpc", Post("application/grpc", "\0\0\0\0\u0002\u0008\u0001", "TE: trailers\r\ngrpc-encoding: gzip")),
        ("grpc web", Post("application/grpc-web+proto", "\0\0\0\0\u0002\u0008\u0001")),
        ("protobuf", Post("application/x-protobuf", "\u0008\u0096\u0001")),
        ("git", Post("application/x-git-upload-pack-request", "0032want 0a53e9ddeaddad63ad106860237bbf53411d11a7\n", "Content-Encoding: gzip")),
        ("bulk", Post("application/x-ndjson", "{\"index\":{}}\n{\"a\":1}\n")),
        ("upload", Post($"multipart/form-data; boundary={boundary}", $"--{boundary}\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nMy holiday\r\nin two lines\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"Jos\u00c3\u00a9 (1).png\"\r\nContent-Type: image/png\r\n\r\n\u0089PNG\r\n\u001a\n\0--\r\n\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--{boundary}--\r\n")),
        ("folder upload", Post("multipart/form-data; boundary=B", AmbiguousRequest.Part("x", "Content-Disposition: form-data; name=\"f\"; filename=\"photos/2026/a.png\"\r\nContent-Type: image/png"))),
        ("upload of Java", Post("multipart/form-data; boundary=B", AmbiguousRequest.Part("x", "Content-Disposition: form-data; name=\"f\"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit"))),
        ("upload of .NET", Post("multipart/form-data; boundary=\"B\"", AmbiguousRequest.Part("x", "Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=f; filename=a.png; filename*=utf-8''a.png"))),
        ("elastic search by get", "GET /_search HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n{\"query\":{\"match_all\":{}} }"),
        ("gzipped json", Post("application/json", AmbiguousRequest.Gzip("{\"spans\":[]}"), "Content-Encoding: gzip")),
    ];

    private static string Get(string target, string? field = null) => AmbiguousRequest.Get(target, field);

    private static string Post(string? type, string body, string? field = null) => AmbiguousRequest.Post(type, body, field);

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
