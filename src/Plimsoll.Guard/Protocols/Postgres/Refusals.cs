using System.Globalization;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>What a refused client is told: as the server would, with what would permit it. SQLSTATE 42501 is insufficient_privilege.</summary>
internal static class Refusals
{
    public const string Denied = "42501";
    public const string Violation = "08P01";
    public const string NotSupported = "0A000";
    public const string CannotConnect = "08006";
    public const string TooMany = "53300";

    /// <summary>Given to the server in place of a refused query: a syntax error, which aborts a transaction as any error does.</summary>
    public static ReadOnlySpan<byte> Failing => "plimsoll guard refused a statement"u8;

    /// <summary>Bytes of a shape that are shown.</summary>
    private const int mostText = 500;

    public static byte[] Of(Verdict verdict, Identity identity, Shape? shape, string severity = "ERROR")
    {
        var detail = shape is null ? "" : $"Shape {shape.Id}: {(shape.Text.Length > mostText ? shape.Text[..mostText] + " …" : shape.Text)}";
        var accept = shape is null ? "" : $"If the application needs it: plimsoll guard profile accept FILE {shape.Id}";
        return verdict.Reason switch
        {
            Reason.StatementUnknown => Wire.Error(severity, Denied, $"plimsoll: this statement is not in the profile of {identity}", detail, accept),
            Reason.StatementKnownBad => Wire.Error(severity, Denied, $"plimsoll: {Says(shape)}", detail, accept),
            Reason.StatementRate => Wire.Error(severity, Denied, string.Create(CultureInfo.InvariantCulture, $"plimsoll: this statement runs more than {shape?.Entry.PerMinute} times a minute"), detail, "If the application needs it: raise `per-minute` of this shape in the profile."),
            Reason.StatementResult => Wire.Error(severity, Denied, string.Create(CultureInfo.InvariantCulture, $"plimsoll: this statement gives more than {shape?.Entry.Rows} rows or {shape?.Entry.Bytes} bytes"), detail, "If the application needs it: raise `rows` and `bytes` of this shape in the profile."),
            Reason.StatementTooLong => Wire.Error(severity, Denied, string.Create(CultureInfo.InvariantCulture, $"plimsoll: a statement of more than {Wire.StatementBytes} bytes is not carried"), "", "Send values as parameters, or many rows by COPY."),
            Reason.FunctionCall => Wire.Error(severity, Denied, "plimsoll: the protocol's call of functions is not carried", "", "Call the function by a statement."),
            _ => Wire.Error(severity, Denied, "plimsoll: this statement cannot be read in one way only", "Its end cannot be found, or settings of the session decide what its backslashes are.", "Use standard_conforming_strings, the encoding UTF8, and wait for the answer to SET before you send what depends on it."),
        };
    }

    /// <summary>What a statement may give or how often it may run, when it went beyond; else null.</summary>
    public static string? Limit(Reason reason, Shape? shape) => (reason, shape) switch
    {
        (Reason.StatementRate, { Entry: var entry }) => string.Create(CultureInfo.InvariantCulture, $"{entry.PerMinute} a minute"),
        (Reason.StatementResult, { Entry: var entry }) => string.Create(CultureInfo.InvariantCulture, $"{entry.Rows} rows, {entry.Bytes} bytes"),
        _ => null,
    };

    private static string Says(Shape? shape) => shape is { Bad: [var first, ..] } && KnownBad.Rules.FirstOrDefault(rule => rule.Id == first) is { } rule ? rule.Says : "this statement is known to be bad";
}
