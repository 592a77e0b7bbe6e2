using System.Collections.Frozen;

namespace Plimsoll.Guard.SecLang;

/// <summary>
/// The words of SecLang that are understood, each with its meaning as `guard rules explain` says it. What is not here is refused
/// where it stands. docs/guard-rules.md lists them, and a test compares.
/// </summary>
internal static class Words
{
    /// <summary>Completes "looks at …".</summary>
    public static readonly FrozenDictionary<string, string> Variables = Table(
        ("ARGS", "parameters of the query and the body"), ("ARGS_NAMES", "names of parameters"),
        ("ARGS_GET", "parameters of the query"), ("ARGS_GET_NAMES", "names of parameters of the query"),
        ("ARGS_POST", "parameters of the body"), ("ARGS_POST_NAMES", "names of parameters of the body"),
        ("ARGS_COMBINED_SIZE", "bytes of all names and values of parameters"),
        ("DURATION", "how long the request has taken"),
        ("FILES", "names of uploaded files"), ("FILES_NAMES", "names of the fields of uploads"), ("FILES_COMBINED_SIZE", "bytes of all uploaded files"),
        ("GEO", "where the client's address is"), ("GLOBAL", "what is remembered of all clients"), ("IP", "what is remembered of the client's address"),
        ("MATCHED_VAR", "the value that matched last"), ("MATCHED_VAR_NAME", "the name of what matched last"),
        ("MATCHED_VARS", "the values that the rule before matched"), ("MATCHED_VARS_NAMES", "the names of what the rule before matched"),
        ("MULTIPART_PART_HEADERS", "headers of the parts of a multipart body"),
        ("QUERY_STRING", "the query as it was sent"), ("REMOTE_ADDR", "the client's address"),
        ("REQBODY_PROCESSOR", "how the body is read"), ("REQBODY_ERROR", "whether the body could not be read"),
        ("REQUEST_BASENAME", "the last segment of the path"), ("REQUEST_BODY", "the body as it was sent"), ("REQUEST_BODY_LENGTH", "bytes of the body"),
        ("REQUEST_COOKIES", "cookies"), ("REQUEST_COOKIES_NAMES", "names of cookies"), ("REQUEST_FILENAME", "the path"),
        ("REQUEST_HEADERS", "request fields"), ("REQUEST_HEADERS_NAMES", "names of request fields"), ("REQUEST_LINE", "the request line"),
        ("REQUEST_METHOD", "the method"), ("REQUEST_PROTOCOL", "the version of HTTP"), ("REQUEST_URI", "path and query"), ("REQUEST_URI_RAW", "the target as it was sent"),
        ("RESPONSE_BODY", "the answer's body"), ("RESPONSE_HEADERS", "the answer's fields"), ("RESPONSE_STATUS", "the answer's status"),
        ("SESSION", "what is remembered of the session"), ("TX", "what rules have noted of this request"), ("UNIQUE_ID", "the number of the request"),
        ("XML", "texts and attributes of an XML body"));

    /// <summary>Completes "which …"; {0} is the argument.</summary>
    public static readonly FrozenDictionary<string, string> Operators = Table(
        ("beginsWith", "begins with `{0}`"), ("contains", "contains `{0}`"), ("containsWord", "contains the word `{0}`"), ("detectSQLi", "is an SQL injection"),
        ("detectXSS", "is a script in markup"), ("endsWith", "ends with `{0}`"), ("eq", "is the number {0}"), ("ge", "is at least {0}"),
        ("geoLookup", "has an address whose country is known"), ("gt", "is more than {0}"), ("ipMatch", "is an address of {0}"), ("ipMatchFromFile", "is an address of the file {0}"),
        ("le", "is at most {0}"), ("lt", "is less than {0}"), ("noMatch", "never matches"), ("pm", "contains one of: {0}"), ("pmFromFile", "contains a phrase of the file {0}"),
        ("rbl", "is an address that {0} lists"), ("rx", "matches the pattern `{0}`"), ("streq", "is `{0}`"), ("strmatch", "contains `{0}`"),
        ("unconditionalMatch", "is there"), ("validateByteRange", "has bytes outside of {0}"), ("validateUrlEncoding", "has a wrong percent escape"),
        ("validateUtf8Encoding", "is not UTF-8"), ("within", "is part of `{0}`"));

    public static readonly FrozenDictionary<string, string> Transformations = Table(
        ("base64Decode", "base64 decoded"), ("cmdLine", "written as a shell would read it"), ("compressWhitespace", "white space made one blank"), ("cssDecode", "CSS escapes decoded"),
        ("escapeSeqDecode", "backslash escapes decoded"), ("hexDecode", "hexadecimal decoded"), ("hexEncode", "hexadecimal encoded"), ("htmlEntityDecode", "HTML entities decoded"),
        ("jsDecode", "JavaScript escapes decoded"), ("length", "its number of bytes"), ("lowercase", "in lower case"), ("md5", "its MD5"), ("none", "as it is"),
        ("normalisePath", "path normalised"), ("normalizePath", "path normalised"), ("normalisePathWin", "path normalised, backslashes too"), ("normalizePathWin", "path normalised, backslashes too"),
        ("removeComments", "without comments"), ("removeCommentsChar", "without comment marks"), ("removeNulls", "without NUL"), ("removeWhitespace", "without white space"),
        ("replaceComments", "comments made a blank"), ("sha1", "its SHA-1"), ("trim", "without blanks around it"), ("trimLeft", "without blanks before it"), ("trimRight", "without blanks after it"),
        ("uppercase", "in upper case"), ("urlDecode", "percent decoded"), ("urlDecodeUni", "percent decoded, %u too"), ("urlEncode", "percent encoded"), ("utf8toUnicode", "other than ASCII as %u"));

    /// <summary>Whether a value is needed: `yes`, `no`, or `may`.</summary>
    public static readonly FrozenDictionary<string, string> Actions = Table(
        ("accuracy", "yes"), ("allow", "may"), ("auditlog", "no"), ("block", "no"), ("capture", "no"), ("chain", "no"), ("ctl", "yes"), ("deny", "no"), ("drop", "no"),
        ("expirevar", "yes"), ("id", "yes"), ("initcol", "yes"), ("log", "no"), ("logdata", "yes"), ("maturity", "yes"), ("msg", "yes"), ("multiMatch", "no"),
        ("noauditlog", "no"), ("nolog", "no"), ("pass", "no"), ("phase", "yes"), ("redirect", "yes"), ("rev", "yes"), ("setvar", "yes"), ("severity", "yes"),
        ("skip", "yes"), ("skipAfter", "yes"), ("status", "yes"), ("t", "yes"), ("tag", "yes"), ("ver", "yes"));

    public static readonly FrozenSet<string> Controls = new[]
    {
        "auditEngine", "auditLogParts", "forceRequestBodyVariable", "requestBodyAccess", "requestBodyLimit", "requestBodyProcessor", "ruleEngine",
        "ruleRemoveById", "ruleRemoveByMsg", "ruleRemoveByTag", "ruleRemoveTargetById", "ruleRemoveTargetByMsg", "ruleRemoveTargetByTag",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Directives whose settings are the site's own affair here; they are read and have no effect.</summary>
    public static readonly FrozenSet<string> Settings = new[] { "SecCollectionTimeout", "SecRequestBodyAccess", "SecResponseBodyAccess", "SecRuleEngine" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The word as it is spelt here; null when it is not known. Case does not count.</summary>
    public static string? Known(this FrozenDictionary<string, string> words, string typed) => words.TryGetValue(typed, out _) ? words.Keys.First(word => word.Equals(typed, StringComparison.OrdinalIgnoreCase)) : null;

    private static FrozenDictionary<string, string> Table(params (string Word, string Meaning)[] rows) => rows.ToFrozenDictionary(row => row.Word, row => row.Meaning, StringComparer.OrdinalIgnoreCase);
}
