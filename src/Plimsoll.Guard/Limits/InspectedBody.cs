using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Limits;

/// <summary>Holds the beginning of a request's body until it is judged.</summary>
internal sealed class InspectedBody(InspectionBudget budget)
{
    private readonly HeldBytes held = new(budget);

    /// <summary>Reads until the end or more than <paramref name="most"/>, and gives the request what was read. A verdict against it when the body fails.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Verdict> ReadAsync(ClientStream client, int most)
    {
        var request = client.Request;
        while (true)
        {
            var piece = await client.ReadBodyAsync();
            if (piece.Failure != Reason.None) return new(piece.Failure, Part.Body, held.Count);
            if (!held.TryAppend(piece.Bytes.Span))
            {
                request.BodyAhead = piece.Bytes.ToArray(); // In mode detect it is forwarded. Its buffer may be used for what follows.
                return new(Reason.TooManyAtOnce, Part.Body, held.Count);
            }
            request.Body = held.Bytes;
            request.IsBodyWhole = piece.IsLast;
            if (held.Count > most) return new(Reason.BodyNotInspected, Part.Body, most);
            if (piece.IsLast) return default;
        }
    }

    public void Release() => held.Release();
}
