using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>What the client has asked and the server not yet answered.</summary>
internal enum AskKind : byte
{
    None,
    Query,
    Parse,
    Bind,
    DescribeStatement,
    DescribePortal,
    Execute,
    CloseStatement,
    ClosePortal,
    Sync,
}

/// <summary>One question.</summary>
/// <param name="Shape">Of Query and Parse; of Bind the one that its execution was counted for.</param>
/// <param name="Refusal">The server was given something that fails, and its error becomes this one; null for what was forwarded.</param>
/// <param name="Name">Of a statement or portal, cut as the server cuts it; null for the one without name.</param>
/// <param name="Statement">Of Bind.</param>
internal readonly record struct Ask(AskKind Kind, Shape? Shape = null, byte[]? Refusal = null, byte[]? Name = null, byte[]? Statement = null);

/// <summary>Questions in their order. The client's side adds, the server's side takes, as the protocol says what is answered and what is skipped.</summary>
internal sealed class Pending
{
    /// <summary>A client that sends so many without reading an answer waits: the server's socket would be full long before.</summary>
    public const int Most = 65_536;

    private readonly Lock gate = new();
    private readonly Queue<Ask> asks = new();
    private bool skips;
    private bool copies;

    public int Count
    {
        get
        {
            lock (gate) return asks.Count;
        }
    }

    public bool IsEmpty => Count == 0;

    public void Add(in Ask ask)
    {
        lock (gate)
        {
            // After an error the server reads on to Sync; while it takes copied data, Sync says nothing.
            if (skips && ask.Kind != AskKind.Sync) return;
            if (copies && ask.Kind == AskKind.Sync) return;
            if (ask.Kind == AskKind.Sync) skips = false;
            asks.Enqueue(ask);
        }
    }

    /// <summary>CopyDone or CopyFail was sent.</summary>
    public void CopyEnds()
    {
        lock (gate) copies = false;
    }

    /// <summary>The server is ready: it has come to a Sync or the end of a simple query, which is taken when it is the first.</summary>
    public bool TryReady(out Ask ask)
    {
        lock (gate)
        {
            copies = false;
            return asks.TryPeek(out ask) && ask.Kind is AskKind.Sync or AskKind.Query && asks.TryDequeue(out ask);
        }
    }

    public bool TryPeek(out Ask ask)
    {
        lock (gate) return asks.TryPeek(out ask);
    }

    /// <summary>Takes the first when it is of this kind.</summary>
    public bool TryTake(AskKind kind, out Ask ask)
    {
        lock (gate)
        {
            if (kind == AskKind.Execute) copies = false;
            return asks.TryPeek(out ask) && ask.Kind == kind && asks.TryDequeue(out ask);
        }
    }

    /// <summary>The server waits for copied data: what the client sent as Sync behind the statement means nothing.</summary>
    public void CopyBegins()
    {
        lock (gate)
        {
            if (!asks.TryPeek(out var first) || first.Kind == AskKind.Query) return;
            copies = true;
            for (var left = asks.Count; left > 0; left--)
                if (asks.Dequeue() is { Kind: not AskKind.Sync } other) asks.Enqueue(other);
        }
    }

    /// <summary>An error: all up to the next Sync is skipped, but for a simple query.</summary>
    /// <returns>What it answers.</returns>
    public Ask Fail()
    {
        lock (gate)
        {
            copies = false;
            if (!asks.TryPeek(out var first) || first.Kind is AskKind.Query or AskKind.Sync) return first;
            while (asks.TryPeek(out var next) && next.Kind != AskKind.Sync) asks.Dequeue();
            skips = asks.Count == 0;
            return first;
        }
    }
}
