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
internal sealed class ServerSide : IMessageJudge
{
    private const int authenticationOk = 0;
    private const int authenticationSasl = 10;
    private const int mostKey = 256;

    private readonly SessionState state;
    private readonly Action<byte[]> keyIsKnown;
    private readonly Framing frames;
    private readonly Dictionary<byte[], Portal> portals = new(BytesComparer.Instance);
    private Portal? unnamedPortal;
    private Portal? running; // Whose rows come now.
    private bool isRunningKnown;

    /// <param name="keyIsKnown">Told of the session's key for cancelling.</param>
    public ServerSide(SessionState state, Action<byte[]> keyIsKnown) => (this.state, this.keyIsKnown, frames) = (state, keyIsKnown, new(this, Part.Response));

    /// <summary>Why the session ends; passes while it goes on.</summary>
    public Verdict Failure => frames.Failure;

    /// <summary>What the client is told before the session ends; null for nothing.</summary>
    public byte[]? LastWord { get; private set; }

    /// <summary>Bytes that must be there together before it can go on.</summary>
    public int Wants => frames.Wants;

    /// <summary>Takes what is complete.</summary>
    /// <returns>Bytes that were taken.</returns>
    public int Take(ReadOnlySpan<byte> bytes, OutputBuffer to) => frames.Take(bytes, to);

    private static bool IsLookedInto(char type) => type is 'R' or 'S' or 'K' or 'Z';

    public int Needed(char type, int length) =>
        length < 4 || length > (IsLookedInto(type) ? Wire.LookedIntoBytes : Wire.MessageBytes) ? 0 : IsLookedInto(type) ? length + 1 : Wire.HeadBytes;

    private Fate OutOfPlace() => frames.Fail(new(Reason.MessageOutOfPlace, Part.Response));

    public Fate Judge(char type, ReadOnlySpan<byte> bytes, int length, OutputBuffer to)
    {
        switch (type)
        {
            case 'D' or 'd':
                return Row(length + 1);
            case 'C' or 'I' or 's':
                Complete(isSuspended: type == 's');
                break;
            case '1' when state.Pending.TryTake(AskKind.Parse, out var parsed):
                if (parsed.Name is null) state.Unnamed = parsed.Shape;
                else if (parsed.Shape is not null) state.Statements[parsed.Name] = parsed.Shape;
                break;
            case '2' when state.Pending.TryTake(AskKind.Bind, out var bound):
                return Bound(bound);
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
                return Error(to);
            case 'Z':
                Ready(bytes);
                break;
            case 'S':
                return Setting(bytes[Wire.HeadBytes..]);
            case 'K':
                return Key(bytes[Wire.HeadBytes..]);
            case 'R':
                return Authentication(bytes, to);
        }
        return Fate.Forward;
    }

    private Fate Row(int bytes)
    {
        if (!isRunningKnown) FindRunning();
        if (running is not { } portal) return Fate.Forward;
        portal.Rows++;
        portal.Bytes += bytes;
        if (portal.IsTold || portal.Shape.MayGive(portal.Rows, portal.Bytes) || state.Learns) return Fate.Forward;
        portal.IsTold = true;
        var verdict = new Verdict(Reason.StatementResult, Part.Statement);
        if (state.Decide(verdict, portal.Shape, portal.Rows) != Decision.Refuse) return Fate.Forward;
        LastWord = Refusals.Of(verdict, state.Identity, portal.Shape, "FATAL");
        return frames.Fail(verdict);
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

    private Fate Bound(Ask bound)
    {
        var shape = bound.Statement is null ? state.Unnamed : state.Statements.GetValueOrDefault(bound.Statement);
        if (shape is null && bound.Statement is not null)
        {
            // Prepared by SQL's PREPARE: judged there, but nobody can say how much it may give.
            var verdict = new Verdict(Reason.StatementUnknown, Part.Statement);
            if (state.Decide(verdict, null) == Decision.Refuse)
            {
                LastWord = Wire.Error("FATAL", Refusals.Denied, "plimsoll: a statement that PREPARE has prepared is run by the protocol's own message", "", "Use EXECUTE, or let the driver prepare.");
                return frames.Fail(verdict);
            }
        }
        // Its Parse was in the same pipeline: only now is it known which statement has the name.
        if (shape is not null && shape != bound.Shape && state.Count(shape, out var tooOften) == Decision.Refuse)
        {
            LastWord = Refusals.Of(tooOften, state.Identity, shape, "FATAL");
            return frames.Fail(tooOften);
        }
        var portal = shape is null ? null : new Portal(shape);
        if (bound.Name is null) unnamedPortal = portal;
        else if (portal is null) portals.Remove(bound.Name);
        else portals[bound.Name] = portal;
        return Fate.Forward;
    }

    private void Forget(byte[]? name)
    {
        if (name is null) state.Unnamed = null;
        else state.Statements.TryRemove(name, out _);
    }

    private Fate Error(OutputBuffer to)
    {
        var failed = state.Pending.Fail();
        if (failed.Kind != AskKind.Query) (running, isRunningKnown) = (null, false);
        if (failed.Refusal is null) return Fate.Forward;
        to.Write(failed.Refusal);
        return Fate.Drop;
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

    private Fate Setting(ReadOnlySpan<byte> content)
    {
        var name = Wire.Text(content, out var isWhole);
        var value = isWhole ? Wire.Text(content[(name.Length + 1)..], out isWhole) : default;
        if (!isWhole) return OutOfPlace();
        state.Follow(name, value);
        return Fate.Forward;
    }

    private Fate Key(ReadOnlySpan<byte> content)
    {
        if (content.Length is <= sizeof(int) or > sizeof(int) + mostKey) return OutOfPlace();
        keyIsKnown(content.ToArray());
        return Fate.Forward;
    }

    /// <summary>Offers of SCRAM with channel binding are taken out: the channel that the client has ends here.</summary>
    private Fate Authentication(ReadOnlySpan<byte> bytes, OutputBuffer to)
    {
        if (bytes.Length < Wire.HeadBytes + sizeof(int)) return OutOfPlace();
        var kind = Wire.Number(bytes[Wire.HeadBytes..]);
        if (kind == authenticationOk) state.IsReady = true;
        if (kind != authenticationSasl || bytes.IndexOf("-PLUS\0"u8) < 0) return Fate.Forward;
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
        return Fate.Drop;
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
