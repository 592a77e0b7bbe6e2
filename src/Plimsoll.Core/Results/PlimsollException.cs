namespace Plimsoll.Core.Results;

/// <summary>The request cannot be done. Thrown anywhere, caught once at the edge, printed as sentences; exit code 2.</summary>
/// <param name="code">A stable short name for programs, `target-not-found`.</param>
/// <param name="message">What is wrong and where, one sentence.</param>
/// <param name="remedy">What to do about it, one sentence.</param>
public sealed class PlimsollException(string code, string message, string remedy) : Exception(message)
{
    public string Code { get; } = code;
    public string Remedy { get; } = remedy;
}
