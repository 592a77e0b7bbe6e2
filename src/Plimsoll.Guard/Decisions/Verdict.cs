using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Decisions;

/// <summary>What somebody says of a message. The default passes.</summary>
/// <param name="Where">The part that is at fault.</param>
/// <param name="At">Bytes from the start of the head for its parts, of the decoded body for bodies.</param>
/// <param name="Rule">What matched, for inspectors that have rules.</param>
/// <param name="Ambiguity">What could be read differently, of <see cref="Reason.Ambiguous"/>.</param>
/// <param name="Status">What a rule wants the client to be answered with; 0 for what the reason says.</param>
internal readonly record struct Verdict(Reason Reason, Part Where = Part.None, int At = 0, int Rule = 0, Ambiguity Ambiguity = Ambiguity.None, int Status = 0)
{
    public bool Passes => Reason == Reason.None;
}

/// <summary>Part of a message, as events name it.</summary>
internal enum Part : byte
{
    None,
    Connection,
    Head,
    RequestLine,
    Method,
    Target,
    Version,
    StatusLine,
    Field,
    Body,
    Trailer,
    Response,
    /// <summary>What begins a session of a database.</summary>
    Startup,
    Statement,
}

public enum Mode
{
    /// <summary>What inspectors and limits of rate would refuse is recorded and forwarded. What has no single reading is refused all the same.</summary>
    Detect,
    Enforce,
}

/// <summary>What becomes of a message that could not be inspected to its end.</summary>
internal enum FailMode : byte
{
    /// <summary>It is refused.</summary>
    Closed,
    /// <summary>It is forwarded, and recorded.</summary>
    Open,
}

internal enum Decision : byte
{
    Forward,
    /// <summary>Forwarded although a verdict is against it: mode detect, or fail mode open.</summary>
    ForwardRecorded,
    Refuse,
}
