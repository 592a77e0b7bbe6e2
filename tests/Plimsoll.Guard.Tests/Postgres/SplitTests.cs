using CsCheck;
using System.Net;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Tests.Http1;
using Plimsoll.Guard.Transports;
using static Plimsoll.Guard.Tests.Postgres.PgClient;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>However the bytes of a session are cut, the same is forwarded and decided; and nothing that comes breaks it.</summary>
public sealed class SplitTests
{
    private static readonly byte[] client =
    [
        .. AQuery("select b from t where a = 1"), .. AParse("s", "select b from t where a = $1"), .. ABind("", "s"), .. ADescribe('P', ""), .. AnExecute(""), .. ASync, .. AQuery("drop table t"),
        .. AParse("", "drop table t"), .. ABind("", ""), .. AnExecute(""), .. ASync, .. AQuery("copy t from stdin"), .. Message('d', Encoding.UTF8.GetBytes(new string('x', 300))), .. Message('c'),
        .. Message('F', 0, 0, 0, 1, 0, 0, 0, 0, 0, 0), .. AClose('S', "s"), .. Message('H'), .. AQuery("select 'unterminated"), .. Message('X'),
    ];

    private static byte[] Error => Wire.Error("ERROR", "42601", "syntax error");

    private static byte[] Ready(char status = 'I') => Message('Z', (byte)status);

    private static readonly byte[] server =
    [
        .. Message('R', [0, 0, 0, 10, .. "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"u8]), .. Message('R', 0, 0, 0, 0), .. Message('S', "client_encoding\0UTF8\0"u8.ToArray()), .. Message('K', 0, 0, 0, 1, 1, 2, 3, 4), .. Ready(),
        .. Message('T', 0, 0), .. Message('D', 0, 1, 2, 3), .. Message('C', "SELECT 1\0"u8.ToArray()), .. Ready(), .. Message('1'), .. Message('2'), .. Message('n'), .. Message('D', [.. Enumerable.Repeat((byte)7, 500)]), .. Message('C', "SELECT 1\0"u8.ToArray()), .. Ready(),
        .. Error, .. Ready(), .. Error, .. Ready('E'), .. Message('N', 0), .. Message('A', 0, 0, 0, 1, 0, 0),
    ];

    private static (SessionState State, List<Reason> Reasons) NewState()
    {
        var policy = new StatementPolicy(PolicyMode.Enforce, StatementProfile.Of([(new("d", "u", ""), new StatementEntry("select b from t where a = ?")), (new("d", "u", ""), new StatementEntry("copy t from stdin"))]));
        var reasons = new List<Reason>();
        return (new(policy, policy.For(new("d", "u", ""))!, (verdict, _, _) => reasons.Add(verdict.Reason)) { IsReady = true }, reasons);
    }

    /// <summary>Gives the pieces as a session would: what was not taken stays before the next.</summary>
    private static string Through(IEnumerable<byte[]> pieces, Func<byte[], OutputBuffer, int> take)
    {
        var transport = new ScriptedTransport([]);
        var to = new OutputBuffer(transport, int.MaxValue);
        byte[] left = [];
        foreach (var piece in pieces)
        {
            left = [.. left, .. piece];
            left = left[take(left, to)..];
        }
        Assert.True(to.FlushAsync().AsTask().GetAwaiter().GetResult());
        return Convert.ToHexString(transport.Written.ToArray());
    }

    private static string AskThrough(params byte[][] pieces)
    {
        var (state, reasons) = NewState();
        var side = new ClientSide(state);
        return Through(pieces, (bytes, to) => side.Take(bytes, to)) + string.Join(',', reasons) + side.Failure.Reason + state.Pending.Count;
    }

    private static string AnswerThrough(params byte[][] pieces)
    {
        var (state, reasons) = NewState();
        var asking = new ClientSide(state);
        Through([client], (bytes, to) => asking.Take(bytes, to));
        var side = new ServerSide(state, _ => { });
        return Through(pieces, (bytes, to) => side.Take(bytes, to)) + string.Join(',', reasons) + side.Failure.Reason + state.Pending.Count + state.Statements.Count;
    }

    [Fact]
    public void Every_split_of_what_a_client_sends_gives_the_same()
    {
        var whole = AskThrough(client);
        Assert.Contains("StatementUnknown,StatementUnknown,FunctionCall,StatementUnreadable", whole, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString("drop"u8), whole, StringComparison.Ordinal);
        for (var at = 1; at < client.Length; at++) Assert.Equal(whole, AskThrough(client[..at], client[at..]));
        Assert.Equal(whole, AskThrough([.. client.Select(one => (byte[])[one])]));
    }

    [Fact]
    public void Every_split_of_what_a_server_sends_gives_the_same()
    {
        var whole = AnswerThrough(server);
        Assert.DoesNotContain(Convert.ToHexString("-PLUS"u8), whole, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString("syntax error"u8), whole, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString("42501"u8), whole, StringComparison.Ordinal);
        for (var at = 1; at < server.Length; at++) Assert.Equal(whole, AnswerThrough(server[..at], server[at..]));
        Assert.Equal(whole, AnswerThrough([.. server.Select(one => (byte[])[one])]));
    }

    [Fact]
    public void Every_prefix_is_forwarded_as_the_whole_begins()
    {
        var whole = AskThrough(client);
        for (var length = 0; length < client.Length; length++)
        {
            var (state, _) = NewState();
            var side = new ClientSide(state);
            var forwarded = Through([client[..length]], (bytes, to) => side.Take(bytes, to));
            Assert.StartsWith(forwarded, whole, StringComparison.Ordinal);
            Assert.True(side.Failure.Passes);
        }
    }

    [Fact]
    public void Damaged_and_arbitrary_bytes_end_in_a_verdict_and_nothing_else()
    {
        var damage = Gen.Select(Gen.Bool, Gen.Int[0, client.Length - 1], Gen.Byte, Gen.Byte.Array[0, 60]);
        damage.Sample((isClient, at, value, arbitrary) =>
        {
            var bytes = (isClient ? client : server).ToArray();
            if (at < bytes.Length) bytes[at] = value;
            if (isClient) AskThrough(bytes, arbitrary);
            else AnswerThrough(bytes, arbitrary);
            AskThrough(arbitrary);
            AnswerThrough(arbitrary);
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 5_000 : 500_000);
        damage.Sample((_, _, value, arbitrary) =>
        {
            byte[] packet = [.. Number(9 + arbitrary.Length), 0, 3, 0, value, .. arbitrary, 0];
            if (Startup.Read(packet, out var refusal) is null) Assert.NotEmpty(refusal);
        }, iter: 5_000);
    }
}
