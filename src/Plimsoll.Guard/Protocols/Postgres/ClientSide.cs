using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>
/// What a client sends after its start-up, message by message: judged, then written as it came, or in its place something that fails
/// at the server in the same way. The server is asked for the error, so that the session and its transaction are as it says.
/// Holds no more than a statement; what has no bound (COPY, parameters) passes as it comes.
/// </summary>
internal sealed class ClientSide : IMessageJudge
{
    /// <summary>Characters of a name that the server looks at (NAMEDATALEN - 1).</summary>
    private const int mostOfName = 63;

    /// <summary>Prepared statements of one session that are remembered.</summary>
    private const int mostStatements = 100_000;

    private readonly SessionState state;
    private readonly Framing frames;
    private Ask lastParse;

    public ClientSide(SessionState state) => (this.state, frames) = (state, new(this, Part.Statement));

    /// <summary>Why the session ends; passes while it goes on.</summary>
    public Verdict Failure => frames.Failure;

    /// <summary>Bytes that must be there together before it can go on.</summary>
    public int Wants => frames.Wants;

    /// <summary>Takes what is complete.</summary>
    /// <returns>Bytes that were taken.</returns>
    public int Take(ReadOnlySpan<byte> bytes, OutputBuffer to) => frames.Take(bytes, to);

    private Fate OutOfPlace() => frames.Fail(new(Reason.MessageOutOfPlace, Part.Statement));

    /// <summary>The lengths that the server itself allows.</summary>
    private static bool IsLength(char type, int length) => type switch
    {
        'Q' or 'P' or 'B' or 'd' or 'F' => length is >= 4 and <= Wire.MessageBytes,
        'S' or 'H' or 'X' or 'c' => length == 4,
        'D' or 'E' or 'C' or 'f' => length is >= 4 and <= Wire.SmallBytes,
        'p' => length is >= 4 and <= ushort.MaxValue,
        _ => false,
    };

    public int Needed(char type, int length) => !IsLength(type, length) ? 0 : Math.Min(length + 1, type switch
    {
        'Q' or 'P' => length <= Wire.StatementBytes ? length + 1 : Wire.HeadBytes,
        'B' => Wire.HeadBytes + (2 * Wire.NameBytes),
        'd' or 'F' => Wire.HeadBytes,
        _ => length + 1,
    });

    public Fate Judge(char type, ReadOnlySpan<byte> bytes, int length, OutputBuffer to)
    {
        if (type == 'X') return Fate.Forward;
        if (!state.IsReady)
        {
            if (type != 'p') return OutOfPlace();
            return BindsChannel(bytes) ? frames.Fail(new(Reason.ChannelBinding, Part.Startup)) : Fate.Forward;
        }
        var content = bytes[Wire.HeadBytes..];
        switch (type)
        {
            case 'Q':
                return Query(content, length, to);
            case 'P':
                return Parse(content, length, to);
            case 'B':
                return Bind(content, to);
            case 'E':
                return Named(content, AskKind.Execute, hasNumber: true);
            case 'D' or 'C' when content is not [(byte)'S' or (byte)'P', ..]:
                return OutOfPlace();
            case 'D':
                return Named(content[1..], content[0] == 'S' ? AskKind.DescribeStatement : AskKind.DescribePortal);
            case 'C':
                return Named(content[1..], content[0] == 'S' ? AskKind.CloseStatement : AskKind.ClosePortal);
            case 'S':
                state.Pending.Add(new(AskKind.Sync));
                return Fate.Forward;
            case 'c' or 'f':
                state.Pending.CopyEnds();
                return Fate.Forward;
            case 'H' or 'd':
                return Fate.Forward;
            case 'F':
                var verdict = new Verdict(Reason.FunctionCall, Part.Statement);
                if (state.Decide(verdict, null) == Decision.Refuse) return Replace(to, verdict, null);
                state.Pending.Add(new(AskKind.Query));
                return Fate.Forward;
            default:
                return OutOfPlace();
        }
    }

    /// <summary>
    /// A SCRAM answer whose client says that it would bind to the channel (`p=…`, or `y` where the server's TLS is the guard's own):
    /// the certificate that it saw is the guard's, and the server would refuse it with a message that explains nothing.
    /// </summary>
    private bool BindsChannel(ReadOnlySpan<byte> bytes)
    {
        var mechanism = Wire.Text(bytes[Wire.HeadBytes..], out var isWhole);
        if (!isWhole || !mechanism.StartsWith("SCRAM-"u8)) return false;
        if (mechanism.EndsWith("-PLUS"u8)) return true;
        var first = Wire.HeadBytes + mechanism.Length + 1 + sizeof(int);
        return state.IsUpstreamTls && first < bytes.Length && bytes[first] == 'y';
    }

    private Fate Query(ReadOnlySpan<byte> content, int length, OutputBuffer to)
    {
        if (length > Wire.StatementBytes) return TooLong(to, null);
        var query = Wire.Text(content, out var isWhole);
        if (!isWhole || query.Length + 1 != content.Length) return OutOfPlace();
        if (state.Judge(query, runs: true, out var verdict, out var shape) == Decision.Refuse) return Replace(to, verdict, shape);
        if (verdict.Passes) state.Counters.Runs();
        state.Pending.Add(new(AskKind.Query, shape));
        return Fate.Forward;
    }

    /// <summary>In place of a simple query, or of what is answered as one.</summary>
    private Fate Replace(OutputBuffer to, Verdict verdict, Shape? shape)
    {
        state.Pending.Add(new(AskKind.Query, shape, Refusals.Of(verdict, state.Identity, shape)));
        Wire.Write(to, 'Q', Refusals.Failing);
        return Fate.Drop;
    }

    private Fate TooLong(OutputBuffer to, byte[]? parsed)
    {
        var verdict = new Verdict(Reason.StatementTooLong, Part.Statement);
        state.Decide(verdict, null); // Refused in every mode: nobody has read it.
        return parsed is null ? Replace(to, verdict, null) : RefuseParse(to, verdict, null, parsed);
    }

    private Fate Parse(ReadOnlySpan<byte> content, int length, OutputBuffer to)
    {
        if (length > Wire.StatementBytes) return TooLong(to, []);
        var name = Wire.Text(content, out var isWhole);
        var query = isWhole ? Wire.Text(content[(name.Length + 1)..], out isWhole) : default;
        var rest = isWhole ? content[(name.Length + query.Length + 2)..] : default;
        if (rest.Length < sizeof(short) || rest.Length != sizeof(short) + (sizeof(int) * ((rest[0] << 8) | rest[1]))) return OutOfPlace();
        var decision = state.Judge(query, runs: false, out var verdict, out var shape);
        if (decision != Decision.Refuse && name.Length > 0 && state.Statements.Count >= mostStatements) (verdict, decision) = (new(Reason.StatementTooLong, Part.Statement), Decision.Refuse);
        if (decision == Decision.Refuse) return RefuseParse(to, verdict, shape, name);
        state.Pending.Add(lastParse = new(AskKind.Parse, shape, Name: Cut(name)));
        return Fate.Forward;
    }

    private Fate RefuseParse(OutputBuffer to, Verdict verdict, Shape? shape, ReadOnlySpan<byte> name)
    {
        lastParse = default;
        state.Pending.Add(new(AskKind.Parse, shape, Refusals.Of(verdict, state.Identity, shape), Cut(name)));
        Wire.Write(to, 'P', name, Refusals.Failing, [0, 0], texts: 2);
        return Fate.Drop;
    }

    private Fate Bind(ReadOnlySpan<byte> content, OutputBuffer to)
    {
        var portal = Wire.Text(content, out var isWhole);
        var statement = isWhole ? Wire.Text(content[(portal.Length + 1)..], out isWhole) : default;
        if (!isWhole || portal.Length > Wire.NameBytes || statement.Length > Wire.NameBytes) return OutOfPlace();
        var ask = new Ask(AskKind.Bind, Name: Cut(portal), Statement: Cut(statement));
        // Judged when it was prepared; here how often it runs, and whether the profile still has it. In a pipeline the server has not
        // said yet which statement has the name: then its Parse was judged with the profile that is in force, and it is most likely
        // the last one's. When the server says that it is another's, that is counted then.
        var known = ask.Statement is null ? (state.Pending.IsEmpty ? state.Unnamed : null) : state.Statements.GetValueOrDefault(ask.Statement);
        var parsed = known is null && lastParse.Shape is not null && IsSame(lastParse.Name, ask.Statement) ? lastParse.Shape : null;
        Verdict verdict = default;
        ask = ask with { Shape = known ?? parsed };
        if ((known is not null && state.JudgeAgain(known, out verdict) == Decision.Refuse) || (parsed is not null && state.Count(parsed, out verdict) == Decision.Refuse))
        {
            state.Pending.Add(ask with { Refusal = Refusals.Of(verdict, state.Identity, ask.Shape) });
            Wire.Write(to, 'B', portal, Refusals.Failing, [0, 0, 0, 0, 0, 0], texts: 2);
            return Fate.Drop;
        }
        if (verdict.Passes) state.Counters.Runs();
        state.Pending.Add(ask);
        return Fate.Forward;
    }

    /// <summary>A message of a name, behind which Execute has a number.</summary>
    private Fate Named(ReadOnlySpan<byte> content, AskKind kind, bool hasNumber = false)
    {
        var name = Wire.Text(content, out var isWhole);
        if (!isWhole || content.Length != name.Length + 1 + (hasNumber ? sizeof(int) : 0)) return OutOfPlace();
        state.Pending.Add(new(kind, Name: Cut(name)));
        return Fate.Forward;
    }

    private static bool IsSame(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);

    private static byte[]? Cut(ReadOnlySpan<byte> name) => name.IsEmpty ? null : name[..Math.Min(name.Length, mostOfName)].ToArray();
}
