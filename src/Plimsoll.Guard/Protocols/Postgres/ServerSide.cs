using System.Buffers.Binary;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Sql;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>
/// What a server sends, message by message, as it comes; only the errors that the guard asked for become its own. Follows which
/// question each message answers, so that rows are counted for the statement that gives them.
/// </summary>
/// <param name="keyIsKnown">Told of the session's key for cancelling, and when it ends.</param>
internal sealed class ServerSide(SessionState state, Action<byte[]> keyIsKnown)
{
    private const int authenticationOk = 0;
    private const int authenticationSasl = 10;
    private const int mostKey = 256;

    private readonly Dictionary<byte[], Portal> portals = new(BytesComparer.Instance);
    private Portal? unnamedPortal;
    private Portal? running; // Whose rows come now.
    private bool isRunningKnown;
    private long passing;
    private long skipping;

    public Verdict Failure { get; private set; }

    /// <summary>What the client is told before the session ends; null for nothing.</summary>
    public byte[]? LastWord { get; private set; }

    public int Wants { get; private set; } = Wire.HeadBytes;

    /// <summary>Takes what is complete.</summary>
    /// <returns>Bytes that were taken.</returns>
    public int Take(ReadOnlySpan<byte> bytes, OutputBuffer to)
    {
        var all = bytes.Length;
        while (Failure.Passes && !bytes.IsEmpty)
        {
            if (passing > 0 || skipping > 0)
            {
                var count = (int)Math.Min(passing + skipping, bytes.Length);
                if (passing > 0)
                {
                    to.Write(bytes[..count]);
                    passing -= count;
                }
                else skipping -= count;
                bytes = bytes[count..];
                continue;
            }
            Wants = Wire.HeadBytes;
            if (bytes.Length < Wire.HeadBytes) break;
            var length = Wire.Number(bytes[1..]);
            var type = (char)bytes[0];
            var isLookedInto = type is 'R' or 'S' or 'K' or 'Z';
            if (length < 4 || length > (isLookedInto ? Wire.LookedIntoBytes : Wire.MessageBytes))
            {
                Failure = new(Reason.MessageOutOfPlace, Part.Response);
                break;
            }
            Wants = isLookedInto ? length + 1 : Wire.HeadBytes;
            if (bytes.Length < Wants) break;
            Follow(type, bytes[..(int)Math.Min(length + 1L, bytes.Length)], length + 1L, to);
        }
        return all - bytes.Length;
    }

    private void Follow(char type, ReadOnlySpan<byte> bytes, long total, OutputBuffer to)
    {
        passing = total;
        switch (type)
        {
            case 'D' or 'd':
                Row(total);
                break;
            case 'C' or 'I' or 's':
                Complete(isSuspended: type == 's');
                break;
            case '1' when state.Pending.TryTake(AskKind.Parse, out var parsed):
                if (parsed.Name is null) state.Unnamed = parsed.Shape;
                else if (parsed.Shape is not null) state.Statements[parsed.Name] = parsed.Shape;
                break;
            case '2' when state.Pending.TryTake(AskKind.Bind, out var bound):
                Bound(bound);
                break;
            case '3':
                if (state.Pending.TryTake(AskKind.CloseStatement, out var closed)) Forget(closed.Name);
                else if (state.Pending.TryTake(AskKind.ClosePortal, out closed) && closed.Name is not null) portals.Remove(closed.Name);
                break;
            case 'T' or 'n':
                if (!state.Pending.TryTake(AskKind.DescribeStatement, out _)) state.Pending.TryTake(AskKind.DescribePortal, out _);
                break;
            case 'G' or 'W':
                state.Pending.CopyBegins();
                break;
            case 'E':
                Error(total, to);
                break;
            case 'Z':
                Ready(bytes);
                break;
            case 'S':
                Setting(bytes[Wire.HeadBytes..]);
                break;
            case 'K':
                Key(bytes[Wire.HeadBytes..]);
                break;
            case 'R':
                Authentication(bytes, to);
                break;
        }
    }

    private void Row(long total)
    {
        if (!isRunningKnown) FindRunning();
        if (running is not { } portal) return;
        portal.Rows++;
        portal.Bytes += total;
        if (portal.IsTold || portal.Shape.MayGive(portal.Rows, portal.Bytes) || state.Learns) return;
        portal.IsTold = true;
        var verdict = new Verdict(Reason.StatementResult, Part.Statement);
        if (state.Decide(verdict, portal.Shape, portal.Rows) != Decision.Refuse) return;
        LastWord = Refusals.Of(verdict, state.Identity, portal.Shape, "FATAL");
        Failure = verdict;
    }

    private void FindRunning()
    {
        isRunningKnown = true;
        running = !state.Pending.TryPeek(out var ask) ? null : ask.Kind switch
        {
            AskKind.Query => ask.Shape is null ? null : new(ask.Shape),
            AskKind.Execute => ask.Name is null ? unnamedPortal : portals.GetValueOrDefault(ask.Name),
            _ => null,
        };
    }

    /// <summary>An execution has ended; of a simple query perhaps only one of its statements.</summary>
    /// <param name="isSuspended">It gave as many rows as it was asked for, and goes on with the next Execute: what it gives is counted together.</param>
    private void Complete(bool isSuspended)
    {
        if (!isRunningKnown) FindRunning();
        if (!state.Pending.TryTake(AskKind.Execute, out _)) return;
        if (isSuspended) (running, isRunningKnown) = (null, false);
        else Gave();
    }

    private void Gave()
    {
        if (running is { } portal) state.Gave(portal.Shape, portal.Rows, portal.Bytes);
        (running, isRunningKnown) = (null, false);
    }

    private void Bound(Ask bound)
    {
        var shape = bound.Statement is null ? state.Unnamed : state.Statements.GetValueOrDefault(bound.Statement);
        if (shape is null && bound.Statement is not null)
        {
            // Prepared by SQL's PREPARE: judged there, but nobody can say how much it may give.
            var verdict = new Verdict(Reason.StatementUnknown, Part.Statement);
            if (state.Decide(verdict, null) == Decision.Refuse)
            {
                LastWord = Wire.Error("FATAL", Refusals.Denied, "plimsoll: a statement that PREPARE has prepared is run by the protocol's own message", "", "Use EXECUTE, or let the driver prepare.");
                Failure = verdict;
            }
        }
        var portal = shape is null ? null : new Portal(shape);
        if (bound.Name is null) unnamedPortal = portal;
        else if (portal is null) portals.Remove(bound.Name);
        else portals[bound.Name] = portal;
    }

    private void Forget(byte[]? name)
    {
        if (name is null) state.Unnamed = null;
        else state.Statements.TryRemove(name, out _);
    }

    private void Error(long total, OutputBuffer to)
    {
        var failed = state.Pending.Fail();
        if (failed.Kind != AskKind.Query) (running, isRunningKnown) = (null, false);
        if (failed.Refusal is null) return;
        to.Write(failed.Refusal);
        (passing, skipping) = (0, total);
    }

    private void Ready(ReadOnlySpan<byte> bytes)
    {
        state.IsTransactionIdle = bytes is [.., (byte)'I'];
        if (state.Pending.TryReady(out var ended) && ended.Kind == AskKind.Query)
        {
            if (!isRunningKnown && ended.Shape is not null) running = new(ended.Shape);
            Gave();
        }
        else (running, isRunningKnown) = (null, false);
        if (state.IsTransactionIdle) portals.Clear(); // Portals end with their transaction.
    }

    private void Setting(ReadOnlySpan<byte> content)
    {
        var name = Wire.Text(content, out var isWhole);
        var value = isWhole ? Wire.Text(content[(name.Length + 1)..], out isWhole) : default;
        if (isWhole) state.Follow(name, value);
        else Failure = new(Reason.MessageOutOfPlace, Part.Response);
    }

    private void Key(ReadOnlySpan<byte> content)
    {
        if (content.Length is > sizeof(int) and <= sizeof(int) + mostKey) keyIsKnown(content.ToArray());
        else Failure = new(Reason.MessageOutOfPlace, Part.Response);
    }

    /// <summary>Offers of SCRAM with channel binding are taken out: the channel that the client has ends here.</summary>
    private void Authentication(ReadOnlySpan<byte> bytes, OutputBuffer to)
    {
        if (bytes.Length < Wire.HeadBytes + sizeof(int))
        {
            Failure = new(Reason.MessageOutOfPlace, Part.Response);
            return;
        }
        var kind = Wire.Number(bytes[Wire.HeadBytes..]);
        if (kind == authenticationOk) state.IsReady = true;
        if (kind != authenticationSasl || bytes.IndexOf("-PLUS\0"u8) < 0) return;
        var kept = new List<byte>();
        var rest = bytes[(Wire.HeadBytes + sizeof(int))..];
        while (Wire.Text(rest, out var isWhole) is { IsEmpty: false } mechanism && isWhole)
        {
            if (!mechanism.EndsWith("-PLUS"u8)) kept.AddRange([.. mechanism, 0]);
            rest = rest[(mechanism.Length + 1)..];
        }
        kept.Add(0);
        var head = to.Reserve(Wire.HeadBytes + sizeof(int));
        head[0] = (byte)'R';
        BinaryPrimitives.WriteInt32BigEndian(head[1..], (2 * sizeof(int)) + kept.Count);
        BinaryPrimitives.WriteInt32BigEndian(head[Wire.HeadBytes..], authenticationSasl);
        to.Commit(Wire.HeadBytes + sizeof(int));
        to.Write(kept.ToArray());
        (passing, skipping) = (0, bytes.Length);
    }

    /// <summary>A statement that runs, and what it has given.</summary>
    private sealed class Portal(Shape shape)
    {
        public Shape Shape => shape;
        public long Rows { get; set; }
        public long Bytes { get; set; }

        /// <summary>That it gave too much.</summary>
        public bool IsTold { get; set; }
    }
}
