using System.IO.Compression;
using System.Text;
using Plimsoll.Guard.Normalisation;
using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>For each ambiguity a request that has it, as bytes of Latin-1.</summary>
internal static class AmbiguousRequest
{
    private const string json = "application/json";
    private const string form = "application/x-www-form-urlencoded";
    private const string multipart = "multipart/form-data; boundary=B";
    private const string disposition = "Content-Disposition: form-data; name=\"a\"";

    /// <summary>The codec refuses these before anybody reads values: a target that is not `/…`, or has `#`.</summary>
    public static readonly Ambiguity[] NeverComeSoFar = [NotOriginForm, Fragment];

    public static IReadOnlyDictionary<Ambiguity, string> All { get; } = new Dictionary<Ambiguity, string>
    {
        [InvalidEscape] = Get("/?a=%zz"),
        [UnicodePercentEscape] = Get("/?a=%u003c"),
        [DoubleEncoding] = Get("/%252e%252e/"),
        [InvalidUtf8] = Get("/?a=%ff"),
        [OverlongUtf8] = Get("/%c0%af"),
        [NulByte] = Get("/?a=x%00y"),
        [ControlByte] = Get("/a%0d%0ab"),
        [RawNonAscii] = Get("/", "X-Name: \u00c3\u00a9"),
        [DuplicateName] = Get("/?a=1&a=2"),
        [NamesDifferInCase] = Get("/?id=1&ID=2"),
        [DuplicateAcrossSources] = Get("/?a=1", "Cookie: a=2"),
        [MangledName] = Get("/?a[]=1"),
        [MissingName] = Get("/?=1"),
        [DotSegment] = Get("/a/../b"),
        [RepeatedSlash] = Get("//a"),
        [Backslash] = Get("/a%5cb"),
        [PathParameter] = Get("/admin;x/"),
        [EncodedSlash] = Get("/a%2fb"),
        [EncodedDelimiter] = Get("/a%3fb"),
        [EncodedUnreserved] = Get("/%61dmin"),
        [TrailingDot] = Get("/a./"),
        [LookalikeDelimiter] = Get("/a%ef%bc%8fb"),
        [SemicolonSeparator] = Get("/?a=1;b=2"),
        [CharsetField] = Get("/?_charset_=utf-7"),
        [RepeatedCookieHeader] = Get("/", "Cookie: a=1\r\nCookie: b=1"),
        [QuotedCookie] = Get("/", "Cookie: a=\"1\""),
        [SemicolonInQuotes] = Get("/", "Cookie: a=\"1; b=2\""),
        [ObsoleteCookie] = Get("/", "Cookie: $Version=1"),
        [CommaInCookie] = Get("/", "Cookie: a=1,b=2"),
        [EncodedCookie] = Get("/", "Cookie: a=%41"),
        [EmptyCookie] = Get("/", "Cookie: a="),
        [NamelessCookie] = Get("/", "Cookie: a"),
        [MalformedCookie] = Get("/", "Cookie: a b=1"),
        [AttributeCookie] = Get("/", "Cookie: path=/"),
        [RepeatedContentType] = Post("application/json, text/plain", "{}"),
        [MalformedContentType] = Post("json", "{}"),
        [RepeatedParameter] = Post("multipart/form-data; boundary=B; boundary=C", Part("x")),
        [MalformedParameter] = Post("application/json; charset =utf-8", "{}"),
        [QuotedPair] = Post(multipart, Part("x", "Content-Disposition: form-data; name=\"a\\\"b\"")),
        [ExtendedParameter] = Post(multipart, Part("x", disposition + "; filename*=UTF-8''x")),
        [ForeignCharset] = Post("text/plain; charset=utf-7", "x"),
        [SingleByteCharset] = Post("text/plain; charset=ISO-8859-1", "x"),
        [NoContentType] = Post(null, "x"),
        [OpaqueBody] = Post("image/png", "x"),
        [NoBoundary] = Post("multipart/form-data", Part("x")),
        [OtherMultipart] = Post("multipart/mixed; boundary=B", Part("x")),
        [OddBoundary] = Post("multipart/form-data; boundary=\"B@\"", Part("x").Replace("--B", "--B@", StringComparison.Ordinal)),
        [Preamble] = Post(multipart, "x\r\n" + Part("x")),
        [Epilogue] = Post(multipart, Part("x") + "x"),
        [UnterminatedMultipart] = Post(multipart, Part("x")[..^4]),
        [BareLineFeed] = Post(multipart, Part("x").Replace("\r\n", "\n", StringComparison.Ordinal)),
        [BareCarriageReturn] = Post(multipart, Part("x", disposition + "\r\nX: a\rb")),
        [BoundaryInside] = Post(multipart, Part("x--B")),
        [BoundaryPadding] = Post(multipart, Part("x").Replace("--B\r\n", "--B \r\n", StringComparison.Ordinal)),
        [NestedMultipart] = Post(multipart, Part("x", disposition + "\r\nContent-Type: multipart/mixed; boundary=C")),
        [EncodedPart] = Post(multipart, Part("eA==", disposition + "\r\nContent-Transfer-Encoding: base64")),
        [FoldedPartHeader] = Post(multipart, Part("x", disposition + "\r\n ; filename=x")),
        [MalformedPartHeader] = Post(multipart, Part("x", disposition + "\r\nnothing")),
        [RepeatedPartHeader] = Post(multipart, Part("x", disposition + "\r\n" + disposition)),
        [PartWithoutName] = Post(multipart, Part("x", "Content-Disposition: form-data")),
        [FileNameWithPath] = Post(multipart, Part("x", disposition + "; filename=\"photos/x\"")),
        [NamelessFile] = Post(multipart, Part("xyz", disposition + "; filename=\"\"")),
        [ByteOrderMark] = Post(json, "\u00ef\u00bb\u00bf{}"),
        [JsonSyntax] = Post(json, "{a:1}"),
        [JsonIncomplete] = Post(json, "[1"),
        [JsonTrailingBytes] = Post(json, "{} {}"),
        [JsonComment] = Post(json, "[1 /* 2 */]"),
        [JsonTrailingComma] = Post(json, "[1,]"),
        [JsonEscape] = Post(json, "\"\\x\""),
        [LoneSurrogate] = Post(json, "\"\\ud800\""),
        [ImpreciseNumber] = Post(json, "12345678901234567890"),
        [OddNumber] = Post(json, "01"),
        [XmlDoctype] = Post("text/xml", "<!DOCTYPE a SYSTEM \"x\"><a/>"),
        [XmlEntity] = Post("text/xml", "<a>&e;</a>"),
        [XmlSyntax] = Post("text/xml", "<a><b></a>"),
        [XmlEncoding] = Post("text/xml", "<?xml version=\"1.0\" encoding=\"utf-7\"?><a/>"),
        [XmlCharacter] = Post("text/xml", "<a>&#1;</a>"),
        [XmlUnboundPrefix] = Post("text/xml", "<q:a/>"),
        [XmlSplitText] = Post("text/xml", "<a>ad<!-- -->min</a>"),
        [XmlCdata] = Post("text/xml", "<a><![CDATA[<b>]]></a>"),
        [XmlInstruction] = Post("text/xml", "<?xml-stylesheet href=\"x\"?><a/>"),
        [UnknownCoding] = Coded("compress", "x"),
        [StackedCoding] = Coded("gzip, gzip", Gzip(Gzip("{}"))),
        [RawDeflate] = Coded("deflate", Deflate("{}")),
        [SeveralMembers] = Coded("gzip", Gzip("{") + Gzip("}")),
        [CorruptCoding] = Coded("gzip", "no gzip at all, but some bytes"),
        [TruncatedCoding] = Coded("gzip", Gzip("{}")[..^3]),
        [CodingTrailingBytes] = Coded("gzip", Gzip("{}") + "x"),
        [TooManyBytes] = Post(json, "{\"" + new string('a', 4_000) + "\":[" + string.Join(',', Enumerable.Repeat("1", 1_100)) + "]}"), // Each value has its whole name.
        [TooManyValues] = Post(json, "[" + string.Join(',', Enumerable.Repeat("1", 10_001)) + "]"),
        [TooManyParameters] = Post(form, string.Join('&', Enumerable.Range(0, 1_001).Select(i => $"a{i}=1"))),
        [TooDeep] = Post(json, new string('[', 65) + new string(']', 65)),
        [NameTooLong] = Post(json, "{\"" + new string('a', 5_000) + "\":1}"),
        [HeaderTooLong] = Post(multipart, Part("x", disposition + "\r\nX: " + new string('a', 5_000))),
        [DecodedTooLong] = Coded("gzip", Gzip(new string(' ', 9_000_000))),
        [TooManyCodings] = Coded("gzip, gzip, gzip", "x"),
        [TooManyLayers] = Get("/?a=%2525252525252541"),
    };

    public static string Get(string target, string? field = null) => $"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{(field is null ? "" : field + "\r\n")}\r\n";

    public static string Post(string? type, string body, string? field = null) =>
        $"POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}{(field is null ? "" : field + "\r\n")}Content-Length: {body.Length}\r\n\r\n{body}";

    public static string Part(string content, string headers = disposition) => $"--B\r\n{headers}\r\n\r\n{content}\r\n--B--\r\n";

    private static string Coded(string coding, string body) => Post(json, body, $"Content-Encoding: {coding}");

    public static string Gzip(string text) => Packed(text, to => new GZipStream(to, CompressionLevel.Optimal));

    private static string Deflate(string text) => Packed(text, to => new DeflateStream(to, CompressionLevel.Optimal));

    private static string Packed(string text, Func<Stream, Stream> pack)
    {
        var packed = new MemoryStream();
        using (var coding = pack(packed)) coding.Write(Encoding.Latin1.GetBytes(text));
        return Encoding.Latin1.GetString(packed.ToArray());
    }
}
