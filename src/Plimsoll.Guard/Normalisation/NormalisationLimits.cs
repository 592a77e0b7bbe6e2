namespace Plimsoll.Guard.Normalisation;

/// <summary>What one request may ask of the guard. Passing a limit is an <see cref="Ambiguity"/> that says something was not read.</summary>
internal sealed record NormalisationLimits
{
    public static readonly NormalisationLimits Default = new();

    /// <summary>Bytes of all names and values. A body that is read has at most 1 MiB; names of nested values, and what was hidden in values, need several times that.</summary>
    public int ArenaBytes { get; init; } = 4 << 20;

    /// <summary>Values of all origins. A page of a thousand records with ten fields.</summary>
    public int Values { get; init; } = 10_000;

    /// <summary>Parameters of one query, form, Cookie field or multipart body. PHP's max_input_vars, Node's querystring and Werkzeug stop at 1,000.</summary>
    public int Parameters { get; init; } = 1_000;

    /// <summary>Nesting of JSON and XML. System.Text.Json and ASP.NET stop at 64.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Bytes of a JSON pointer or XML path.</summary>
    public int PathBytes { get; init; } = 4_096;

    /// <summary>Bytes of all headers of a part. Twice what Apache's HttpClient and PHP write at most; Tomcat allows 512.</summary>
    public int PartHeaderBytes { get; init; } = 4_096;

    /// <summary>Attributes of one element, and prefixes in scope. Real documents have some ten.</summary>
    public int Attributes { get; init; } = 64;

    /// <summary>Codings of one body. No client is known to send two.</summary>
    public int Codings { get; init; } = 2;

    /// <summary>Bytes that a compressed body may become. nginx and CRS's own limits are at 128 KiB to 13 MiB.</summary>
    public int DecodedBytes { get; init; } = 8 << 20;

    /// <summary>Decoded bytes for each compressed byte, after the first 64 KiB. Text compresses tenfold; deflate could reach 1,032.</summary>
    public int Ratio { get; init; } = 100;

    /// <summary>Encodings of a value one in the other. Attacks that work have two or three.</summary>
    public int Layers { get; init; } = 3;
}
