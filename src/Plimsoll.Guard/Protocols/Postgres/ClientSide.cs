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
internal sealed class ClientSide(SessionState state)
{
    /// <summary>Characters of a name that the server looks at (NAMEDATALEN - 1).</summary>
    private const int mostOfName = 63;

    /// <summary>Prepared statements of one session that are remembered.</summary>
    private const int mostStatements = 100_000;

    private long passing;
    private long skipping;

    /// <summary>Why the session ends; passes while it goes on.</summary>
    public Verdict Failure { get; private set; }

    /// <summary>Bytes that must be there together before it can go on.</summary>
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
            if (!IsLength(type, length))
            {
                Fail(Reason.MessageOutOfPlace);
                break;
            }
            var total = length + 1L;
            Wants = (int)Math.Min(total, Needed(type, length));
            if (bytes.Length < Wants) break;
            Judge(type, bytes[..(int)Math.Min(total, bytes.Length)], total, to);
        }
        return all - bytes.Length;
    }

    private void Fail(Reason reason) => Failure = new(reason, Part.Statement);

    /// <summary>The lengths that the server itself allows.</summary>
    private static bool IsLength(char type, int length) => type switch
    {
        'Q' or 'P' or 'B' or 'd' or 'F' => length is >= 4 and <= Wire.MessageBytes,
        'S' or 'H' or 'X' or 'c' => length == 4,
        'D' or 'E' or 'C' or 'f' => length is >= 4 and <= Wire.SmallBytes,
        'p' => length is >= 4 and <= ushort.MaxValue,
        _ => false,
    };

    /// <summary>How much of a message must be there to judge it.</summary>
    private static int Needed(char type, int length) => type switch
    {
        'Q' or 'P' => length <= Wire.StatementBytes ? length + 1 : Wire.HeadBytes,
        'B' => Wire.HeadBytes + (2 * Wire.NameBytes),
        'd' or 'F' => Wire.HeadBytes,
        _ => length + 1,
    };

    /// <param name="bytes">As much of the message as is there.</param>
    private void Judge(char type, ReadOnlySpan<byte> bytes, long total, OutputBuffer to)
    {
        if (type == 'X')
        {
            passing = total;
            return;
        }
        if (!state.IsReady)
        {
            if (type != 'p') Fail(Reason.MessageOutOfPlace);
            else if (BindsChannel(bytes)) Failure = new(Reason.ChannelBinding, Part.Startup);
            else passing = total;
            return;
        }
        var content = bytes[Wire.HeadBytes..];
        switch (type)
        {
            case 'Q':
                Query(content, total, to);
                break;
            case 'P':
                Parse(content, total, to);
                break;
            case 'B':
                Bind(content, total, to);
                break;
            case 'E':
                Named(content, total, AskKind.Execute, AskKind.Execute);
                break;
            case 'D' or 'C' when content is not [(byte)'S' or (byte)'P', ..]:
                Fail(Reason.MessageOutOfPlace);
                break;
            case 'D':
                Named(content[1..], total, content[0] == 'S' ? AskKind.DescribeStatement : AskKind.DescribePortal, AskKind.None);
                break;
            case 'C':
                Named(content[1..], total, content[0] == 'S' ? AskKind.CloseStatement : AskKind.ClosePortal, AskKind.None);
                break;
            case 'S':
                state.Pending.Add(new(AskKind.Sync));
                passing = total;
                break;
            case 'c' or 'f':
                state.Pending.CopyEnds();
                passing = total;
                break;
            case 'H' or 'd':
                passing = total;
                break;
            case 'F':
                var verdict = new Verdict(Reason.FunctionCall, Part.Statement);
                if (state.Decide(verdict, null) == Decision.Refuse) Replace(total, to, verdict, null);
                else
                {
                    state.Pending.Add(new(AskKind.Query));
                    passing = total;
                }
                break;
            default:
                Fail(Reason.MessageOutOfPlace);
                break;
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

    private void Query(ReadOnlySpan<byte> content, long total, OutputBuffer to)
    {
        if (total - 1 > Wire.StatementBytes)
        {
            TooLong(total, to, null);
            return;
        }
        var query = Wire.Text(content, out var isWhole);
        if (!isWhole || query.Length + 1 != content.Length)
        {
            Fail(Reason.MessageOutOfPlace);
            return;
        }
        if (state.Judge(query, runs: true, out var verdict, out var shape) == Decision.Refuse) Replace(total, to, verdict, shape);
        else
        {
            state.Pending.Add(new(AskKind.Query, shape));
            passing = total;
        }
    }

    /// <summary>In place of a simple query, or of what is answered as one.</summary>
    private void Replace(long total, OutputBuffer to, Verdict verdict, Shape? shape)
    {
        state.Pending.Add(new(AskKind.Query, shape, Refusals.Of(verdict, state.Identity, shape)));
        Wire.Write(to, 'Q', Refusals.Failing);
        skipping = total;
    }

    private void TooLong(long total, OutputBuffer to, byte[]? parsed)
    {
        var verdict = new Verdict(Reason.StatementTooLong, Part.Statement);
        state.Decide(verdict, null); // Refused in every mode: nobody has read it.
        if (parsed is null) Replace(total, to, verdict, null);
        else RefuseParse(total, to, verdict, null, parsed);
    }

    private void Parse(ReadOnlySpan<byte> content, long total, OutputBuffer to)
    {
        if (total - 1 > Wire.StatementBytes)
        {
            TooLong(total, to, []);
            return;
        }
        var name = Wire.Text(content, out var isWhole);
        var query = isWhole ? Wire.Text(content[(name.Length + 1)..], out isWhole) : default;
        var rest = isWhole ? content[(name.Length + query.Length + 2)..] : default;
        if (rest.Length < sizeof(short) || rest.Length != sizeof(short) + (sizeof(int) * ((rest[0] << 8) | rest[1])))
        {
            Fail(Reason.MessageOutOfPlace);
            return;
        }
        var decision = state.Judge(query, runs: false, out var verdict, out var shape);
        if (decision != Decision.Refuse && name.Length > 0 && state.Statements.Count >= mostStatements) (verdict, decision) = (new(Reason.StatementTooLong, Part.Statement), Decision.Refuse);
        if (decision == Decision.Refuse) RefuseParse(total, to, verdict, shape, name);
        else
        {
            state.Pending.Add(new(AskKind.Parse, shape, Name: Cut(name)));
            passing = total;
        }
    }

    private void RefuseParse(long total, OutputBuffer to, Verdict verdict, Shape? shape, ReadOnlySpan<byte> name)
    {
        state.Pending.Add(new(AskKind.Parse, shape, Refusals.Of(verdict, state.Identity, shape), Cut(name)));
        Wire.Write(to, 'P', name, Refusals.Failing, [0, 0], texts: 2);
        skipping = total;
    }

    private void Bind(ReadOnlySpan<byte> content, long total, OutputBuffer to)
    {
        var portal = Wire.Text(content, out var isWhole);
        var statement = isWhole ? Wire.Text(content[(portal.Length + 1)..], out isWhole) : default;
        if (!isWhole || portal.Length > Wire.NameBytes || statement.Length > Wire.NameBytes)
        {
            Fail(Reason.MessageOutOfPlace);
            return;
        }
        var ask = new Ask(AskKind.Bind, Name: Cut(portal), Statement: Cut(statement));
        // Judged when it was prepared; here how often it runs, and whether the profile still has it. In a pipeline the server has not
        // said yet which statement has the name: then its Parse was judged with the profile that is in force.
        var known = ask.Statement is null ? (state.Pending.IsEmpty ? state.Unnamed : null) : state.Statements.GetValueOrDefault(ask.Statement);
        if (known is not null && state.JudgeAgain(known, out var verdict) == Decision.Refuse)
        {
            state.Pending.Add(ask with { Refusal = Refusals.Of(verdict, state.Identity, known) });
            Wire.Write(to, 'B', portal, Refusals.Failing, [0, 0, 0, 0, 0, 0], texts: 2);
            skipping = total;
            return;
        }
        state.Pending.Add(ask);
        passing = total;
    }

    /// <summary>A message of a name, behind which Execute has a number.</summary>
    private void Named(ReadOnlySpan<byte> content, long total, AskKind kind, AskKind withNumber)
    {
        var name = Wire.Text(content, out var isWhole);
        if (!isWhole || content.Length != name.Length + 1 + (withNumber == AskKind.None ? 0 : sizeof(int)))
        {
            Fail(Reason.MessageOutOfPlace);
            return;
        }
        state.Pending.Add(new(kind, Name: Cut(name)));
        passing = total;
    }

    private static byte[]? Cut(ReadOnlySpan<byte> name) => name.IsEmpty ? null : name[..Math.Min(name.Length, mostOfName)].ToArray();
}
