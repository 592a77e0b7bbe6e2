namespace Plimsoll.Core.Results;

/// <summary>Something that could not be seen or read. A result with problems is partial, never clean.</summary>
/// <param name="Unit">Which part met it: a cataloger's id, `layers`, `identify` …</param>
/// <param name="Where">The file, layer or entry.</param>
/// <param name="Message">One sentence: what was expected, what was found, what follows.</param>
public sealed record Problem(ProblemKind Kind, string Unit, string Where, string Message) : IComparable<Problem>
{
    /// <summary>The unit that reads images and layers. Its problems come first, since those of all others may follow from them.</summary>
    public const string Layers = "layers";

    public int CompareTo(Problem? other)
    {
        if (other is null) return 1;
        if (Unit == Layers != (other.Unit == Layers)) return Unit == Layers ? -1 : 1;
        var byWhere = string.CompareOrdinal(Where, other.Where);
        if (byWhere != 0) return byWhere;
        var byUnit = string.CompareOrdinal(Unit, other.Unit);
        if (byUnit != 0) return byUnit;
        return Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Message, other.Message);
    }
}

public enum ProblemKind
{
    /// <summary>Input that breaks its own grammar.</summary>
    Malformed,

    /// <summary>Input that ends too early.</summary>
    Truncated,

    /// <summary>Bytes whose digest or size is not the declared one.</summary>
    Mismatch,

    /// <summary>A documented bound was reached and something beyond it was not read.</summary>
    LimitReached,

    /// <summary>Something recognised that this version cannot read.</summary>
    Unsupported,

    /// <summary>The operating system refused to let us read.</summary>
    Unreadable,

    /// <summary>A bug of ours.</summary>
    Crashed,

    /// <summary>Data that a recognised part needs to be judged are absent, damaged or too old.</summary>
    DataMissing,
}
