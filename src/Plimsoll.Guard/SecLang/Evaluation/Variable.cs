namespace Plimsoll.Guard.SecLang.Evaluation;

/// <summary>The variables of <see cref="Words.Variables"/>, without underscores.</summary>
internal enum Variable : byte
{
    None,
    Args,
    ArgsNames,
    ArgsGet,
    ArgsGetNames,
    ArgsPost,
    ArgsPostNames,
    ArgsCombinedSize,
    AuthType,
    Duration,
    Files,
    FilesNames,
    FilesCombinedSize,
    Geo,
    Global,
    Ip,
    MatchedVar,
    MatchedVarName,
    MatchedVars,
    MatchedVarsNames,
    MultipartFilename,
    MultipartName,
    MultipartPartHeaders,
    PathInfo,
    QueryString,
    RemoteAddr,
    RemoteHost,
    RemotePort,
    RemoteUser,
    ReqbodyProcessor,
    ReqbodyError,
    ReqbodyErrorMsg,
    ReqbodyProcessorError,
    ReqbodyProcessorErrorMsg,
    RequestBasename,
    RequestBody,
    RequestBodyLength,
    RequestCookies,
    RequestCookiesNames,
    RequestFilename,
    RequestHeaders,
    RequestHeadersNames,
    RequestLine,
    RequestMethod,
    RequestProtocol,
    RequestUri,
    RequestUriRaw,
    ResponseBody,
    ResponseContentLength,
    ResponseContentType,
    ResponseHeaders,
    ResponseHeadersNames,
    ResponseProtocol,
    ResponseStatus,
    ServerAddr,
    ServerName,
    ServerPort,
    Session,
    Time,
    TimeDay,
    TimeEpoch,
    TimeHour,
    TimeMin,
    TimeMon,
    TimeSec,
    TimeWday,
    TimeYear,
    Tx,
    UniqueId,
    UrlencodedError,
    Xml,
}

/// <summary>Where members of collections come from.</summary>
[Flags]
internal enum MemberSet : ushort
{
    None = 0,
    QueryParameters = 1,
    BodyParameters = 2,
    Parameters = QueryParameters | BodyParameters,
    RequestFields = 4,
    Cookies = 8,
    Files = 16,
    PartHeaders = 32,
    XmlTexts = 64,
    XmlAttributes = 128,
    ResponseFields = 256,
    PartNames = 512,
}

/// <summary>What a variable is made of.</summary>
internal static class Variables
{
    private static readonly byte[][] names = Names();

    /// <summary>`ARGS`, as rules write it.</summary>
    public static ReadOnlySpan<byte> Name(Variable variable) => names[(int)variable];

    public static Variable Of(string word) => Enum.Parse<Variable>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    /// <summary>The members that it looks at; none for a variable that is one value or is kept elsewhere.</summary>
    public static MemberSet Members(Variable variable) => variable switch
    {
        Variable.Args or Variable.ArgsNames => MemberSet.Parameters,
        Variable.ArgsGet or Variable.ArgsGetNames => MemberSet.QueryParameters,
        Variable.ArgsPost or Variable.ArgsPostNames => MemberSet.BodyParameters,
        Variable.Files or Variable.FilesNames or Variable.MultipartFilename => MemberSet.Files,
        Variable.MultipartName => MemberSet.PartNames,
        Variable.MultipartPartHeaders => MemberSet.PartHeaders,
        Variable.RequestCookies or Variable.RequestCookiesNames => MemberSet.Cookies,
        Variable.RequestHeaders or Variable.RequestHeadersNames => MemberSet.RequestFields,
        Variable.ResponseHeaders or Variable.ResponseHeadersNames => MemberSet.ResponseFields,
        _ => MemberSet.None,
    };

    /// <summary>Whether its values are the names of members.</summary>
    public static bool IsOfNames(Variable variable) => variable is Variable.ArgsNames or Variable.ArgsGetNames or Variable.ArgsPostNames or Variable.FilesNames or Variable.RequestCookiesNames or Variable.RequestHeadersNames or Variable.ResponseHeadersNames;

    /// <summary>Whether it is another each time that it is asked for.</summary>
    public static bool IsMoving(Variable variable) => variable == Variable.Duration || RequestTime.IsOf(variable);

    /// <summary>Whether it is what rules note, of a request or beyond it.</summary>
    public static bool IsOfNotes(Variable variable) => variable is Variable.Tx or Variable.Ip or Variable.Global or Variable.Session or Variable.Geo;

    private static byte[][] Names()
    {
        var all = new byte[(int)Variable.Xml + 1][];
        all[0] = [];
        foreach (var word in Words.Variables.Keys) all[(int)Of(word)] = System.Text.Encoding.ASCII.GetBytes(word);
        return all;
    }
}
