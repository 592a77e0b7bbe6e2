using System.Collections.Frozen;

namespace Plimsoll.Guard.SecLang;

/// <summary>
/// The words of SecLang that are understood, each with its meaning as `guard rules explain` says it; operators and transformations have a
/// file each. What is not here is refused where it stands. docs/guard-rules.md lists all, and a test compares.
/// </summary>
internal static class Words
{
    /// <summary>Completes "looks at …".</summary>
    public static readonly FrozenDictionary<string, string> Variables = Table(
        ("ARGS", "parameters of the query and the body"), ("ARGS_NAMES", "names of parameters"),
        ("ARGS_GET", "parameters of the query"), ("ARGS_GET_NAMES", "names of parameters of the query"),
        ("ARGS_POST", "parameters of the body"), ("ARGS_POST_NAMES", "names of parameters of the body"),
        ("ARGS_COMBINED_SIZE", "bytes of all names and values of parameters"),
        ("AUTH_TYPE", "the scheme that Authorization names, unverified"),
        ("DURATION", "how long the request has taken"),
        ("FILES", "names of uploaded files"), ("FILES_NAMES", "names of the fields of uploads"), ("FILES_COMBINED_SIZE", "bytes of all uploaded files"),
        ("GEO", "where the client's address is"), ("GLOBAL", "what is remembered of all clients"), ("IP", "what is remembered of the client's address"),
        ("MATCHED_VAR", "the value that matched last"), ("MATCHED_VAR_NAME", "the name of what matched last"),
        ("MATCHED_VARS", "the values that the rule before matched"), ("MATCHED_VARS_NAMES", "the names of what the rule before matched"),
        ("MULTIPART_FILENAME", "names of uploaded files"), ("MULTIPART_NAME", "names of the fields of a multipart body"),
        ("MULTIPART_PART_HEADERS", "headers of the parts of a multipart body"), ("PATH_INFO", "the path"),
        ("QUERY_STRING", "the query as it was sent"), ("REMOTE_ADDR", "the client's address"), ("REMOTE_HOST", "the client's address; no name is asked for"), ("REMOTE_PORT", "the client's port"),
        ("REMOTE_USER", "the user that Authorization: Basic names, unverified"),
        ("REQBODY_PROCESSOR", "how the body is read"), ("REQBODY_ERROR", "whether the body could not be read"), ("REQBODY_ERROR_MSG", "why the body could not be read"),
        ("REQBODY_PROCESSOR_ERROR", "whether the body could not be read"), ("REQBODY_PROCESSOR_ERROR_MSG", "why the body could not be read"),
        ("REQUEST_BASENAME", "the last segment of the path"), ("REQUEST_BODY", "the body of a form as it was sent"), ("REQUEST_BODY_LENGTH", "bytes of the body"),
        ("REQUEST_COOKIES", "cookies"), ("REQUEST_COOKIES_NAMES", "names of cookies"), ("REQUEST_FILENAME", "the path"),
        ("REQUEST_HEADERS", "request fields"), ("REQUEST_HEADERS_NAMES", "names of request fields"), ("REQUEST_LINE", "the request line"),
        ("REQUEST_METHOD", "the method"), ("REQUEST_PROTOCOL", "the version of HTTP"), ("REQUEST_URI", "path and query"), ("REQUEST_URI_RAW", "the target as it was sent"),
        ("RESPONSE_BODY", "the answer's body"), ("RESPONSE_CONTENT_LENGTH", "bytes of the answer's body, where its head says them"), ("RESPONSE_CONTENT_TYPE", "the type of the answer's body"),
        ("RESPONSE_HEADERS", "the answer's fields"), ("RESPONSE_HEADERS_NAMES", "names of the answer's fields"), ("RESPONSE_PROTOCOL", "the answer's version of HTTP"), ("RESPONSE_STATUS", "the answer's status"),
        ("SERVER_ADDR", "the address that the client connected to"), ("SERVER_NAME", "the host that the request names"), ("SERVER_PORT", "the port that the client connected to"),
        ("SESSION", "what is remembered of the session"),
        ("TIME", "the time of day, as 23:59:58"), ("TIME_DAY", "the day of the month, 01 to 31"), ("TIME_EPOCH", "seconds since 1970"), ("TIME_HOUR", "the hour, 00 to 23"), ("TIME_MIN", "the minute, 00 to 59"),
        ("TIME_MON", "the month, 0 to 11"), ("TIME_SEC", "the second, 00 to 59"), ("TIME_WDAY", "the day of the week, 0 for Sunday"), ("TIME_YEAR", "the year"),
        ("TX", "what rules have noted of this request"), ("UNIQUE_ID", "the number of the request"), ("URLENCODED_ERROR", "whether a percent escape of a parameter is wrong"),
        ("XML", "texts and attributes of an XML body"));

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
    public static readonly FrozenSet<string> Settings = new[]
    {
        "SecAuditEngine", "SecAuditLog", "SecAuditLogDirMode", "SecAuditLogFileMode", "SecAuditLogFormat", "SecAuditLogParts", "SecAuditLogRelevantStatus", "SecAuditLogStorageDir", "SecAuditLogType",
        "SecArgumentsLimit", "SecCollectionTimeout", "SecDataDir", "SecDebugLog", "SecDebugLogLevel", "SecPcreMatchLimit", "SecPcreMatchLimitRecursion", "SecRequestBodyAccess", "SecRequestBodyInMemoryLimit",
        "SecRequestBodyJsonDepthLimit", "SecRequestBodyLimit", "SecRequestBodyLimitAction", "SecRequestBodyNoFilesLimit", "SecResponseBodyAccess", "SecResponseBodyLimit", "SecResponseBodyLimitAction",
        "SecResponseBodyMimeType", "SecResponseBodyMimeTypesClear", "SecRuleEngine", "SecStatusEngine", "SecTmpDir", "SecTmpSaveUploadedFiles", "SecUploadDir", "SecUploadFileLimit",
        "SecUploadFileMode", "SecUploadKeepFiles",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The word as it is spelt here; null when it is not known. Case does not count.</summary>
    public static string? Known(this FrozenDictionary<string, string> words, string typed) => words.TryGetValue(typed, out _) ? words.Keys.First(word => word.Equals(typed, StringComparison.OrdinalIgnoreCase)) : null;

    private static FrozenDictionary<string, string> Table(params (string Word, string Meaning)[] rows) => rows.ToFrozenDictionary(row => row.Word, row => row.Meaning, StringComparer.OrdinalIgnoreCase);
}
