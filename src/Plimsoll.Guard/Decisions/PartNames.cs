namespace Plimsoll.Guard.Decisions;

/// <summary>What events call a part.</summary>
internal static class PartNames
{
    public static string Of(Part part) => part switch
    {
        Part.None => "",
        Part.Connection => "connection",
        Part.Head => "head",
        Part.RequestLine => "request-line",
        Part.Method => "method",
        Part.Target => "target",
        Part.Version => "version",
        Part.StatusLine => "status-line",
        Part.Field => "field",
        Part.Body => "body",
        Part.Trailer => "trailer",
        Part.Response => "response",
        Part.Startup => "startup",
        Part.Statement => "statement",
        _ => throw new ArgumentOutOfRangeException(nameof(part)),
    };
}
