using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Answers;

/// <summary>Holds the beginning of an answer's body until it is judged: of text, because only that is read. What follows the beginning passes as it comes.</summary>
internal sealed class HeldAnswer(InspectionBudget budget)
{
    /// <summary>ModSecurity's own limit of what is inspected of an answer.</summary>
    public const int Most = 512 << 10;

    private static readonly byte[][] types = [[.. "text/html"u8], [.. "text/plain"u8], [.. "text/xml"u8], [.. "application/json"u8], [.. "application/xml"u8]];
    private readonly HeldBytes held = new(budget);

    /// <summary>Whether the body has come to its end.</summary>
    public bool IsWhole { get; private set; }

    public ReadOnlyMemory<byte> Bytes => held.Bytes;

    /// <summary>Whether it is text that has not been compressed.</summary>
    public static bool IsRead(HttpResponse response)
    {
        if (!response.HasBody || response.Switches || response.Has(FieldId.ContentEncoding)) return false;
        var type = response.Value(FieldId.ContentType);
        if (type.IndexOf((byte)';') is >= 0 and var end) type = type[..end];
        type = type.TrimEnd((byte)' ');
        foreach (var known in types)
            if (System.Text.Ascii.EqualsIgnoreCase(known, type)) return true;
        return false;
    }

    /// <returns>Why the body is broken off; none when there is more or it is whole.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Reason> ReadAsync(UpstreamStream stream)
    {
        while (true)
        {
            var piece = await stream.ReadBodyAsync();
            if (piece.Failure != Reason.None) return piece.Failure;
            if (!held.TryAppend(piece.Bytes.Span)) return Reason.TooManyAtOnce;
            IsWhole = piece.IsLast;
            if (IsWhole || held.Count >= Most) return Reason.None;
        }
    }

    public void Release() => held.Release();
}
