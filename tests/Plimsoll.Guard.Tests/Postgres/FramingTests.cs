using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Tests.Http1;
using Plimsoll.Guard.Transports;
using static Plimsoll.Guard.Tests.Postgres.PgClient;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Recorded sessions of psql, pgbench and psycopg with a real server, cut in every way: the same messages, and the same bytes go on.</summary>
public sealed class FramingTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const int shortBytes = 4_000;

    private static bool IsFull => Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is not null;

    /// <summary>Remembers what it was asked; some messages are dropped, some needed whole.</summary>
    private sealed class Remembering : IMessageJudge
    {
        public List<(char, int)> Seen { get; } = [];

        public int Needed(char type, int length) => length < 4 ? 0 : type is 'Q' or 'P' or 'S' or 'Z' or 'C' ? length + 1 : Wire.HeadBytes;

        public Fate Judge(char type, ReadOnlySpan<byte> bytes, int length, OutputBuffer to)
        {
            Assert.InRange(bytes.Length, Needed(type, length), length + 1);
            Seen.Add((type, length));
            if (type != 'S') return Fate.Forward;
            to.Write("dropped"u8);
            return Fate.Drop;
        }
    }

    private static (List<(char, int)> Seen, string Forwarded, int Left, Verdict Failure) Cut(byte[] bytes, params int[] cuts)
    {
        var judge = new Remembering();
        var framing = new Framing(judge, Part.Statement);
        var transport = new ScriptedTransport([]);
        var to = new OutputBuffer(transport, int.MaxValue);
        var taken = 0;
        foreach (var end in cuts.Append(bytes.Length))
        {
            taken += framing.Take(bytes.AsSpan(taken, end - taken), to);
            // It goes on only when there is as much as it says.
            Assert.True(!framing.Failure.Passes || end - taken < framing.Wants);
        }
        Assert.True(to.FlushAsync().AsTask().GetAwaiter().GetResult());
        return (judge.Seen, Convert.ToHexString(transport.Written.ToArray()), bytes.Length - taken, framing.Failure);
    }

    /// <summary>What a plain reading of the format says, which is not the one that is tested.</summary>
    private static List<(char, int)> Plainly(byte[] bytes)
    {
        var all = new List<(char, int)>();
        for (var at = 0; at < bytes.Length; at += all[^1].Item2 + 1) all.Add(((char)bytes[at], (bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]));
        return all;
    }

    private async Task<IReadOnlyList<byte[]>> SessionsAsync()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var recorder = new Recorder(server.Address);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PGUSER"] = "web", ["PGDATABASE"] = "postgres", ["PGSSLMODE"] = "disable", ["PGGSSENCMODE"] = "disable" };
        var host = new[] { "-h", "127.0.0.1", "-p", $"{recorder.Address.Port}" };
        PostgresServer.Run("psql", [.. host, "-X", "-f", "-"], environment, "select 1; selec; \\copy (select repeat('x', i) from generate_series(1, 40) i) to stdout\nbegin; create temp table y (a int); copy y from stdin;\n1\n2\n\\.\nselect b from t order by a limit 20; commit;");
        using (var client = Connect(recorder.Address, "web"))
        {
            client.Send([.. AParse("s", "select b from t where a = 1"), .. ABind("", "s"), .. ADescribe('P', ""), .. AnExecute(""), .. AClose('S', "s"), .. ASync, .. AQuery("select 2")]);
            client.ReadUntil('Z');
            client.ReadUntil('Z');
            client.Send(Message('X'));
        }
        if (File.Exists("/usr/lib/python3/dist-packages/psycopg/__init__.py"))
            PostgresServer.Run("/usr/bin/python3", ["-", $"{recorder.Address.Port}"], environment, "import psycopg, sys\nwith psycopg.connect(host='127.0.0.1', port=sys.argv[1], user='web', dbname='postgres', sslmode='disable', gssencmode='disable') as c:\n  for i in range(8): c.execute('select b from t where a = %s', (i,), prepare=True).fetchall()\n");
        var all = await recorder.AllAsync();
        Assert.InRange(all.Count, 2, 3);
        return [.. all.SelectMany(one => (byte[][])[one.Client[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(one.Client)..], one.Server])];
    }

    [Fact]
    public async Task Every_prefix_and_every_split_of_recorded_sessions_is_cut_the_same()
    {
        foreach (var session in await SessionsAsync())
        {
            var plain = Plainly(session);
            Assert.True(plain.Count > 5);
            var whole = Cut(session);
            Assert.Equal(plain, whole.Seen);
            Assert.Equal((0, true), (whole.Left, whole.Failure.Passes));
            var each = Cut(session, [.. Enumerable.Range(1, session.Length - 1)]);
            Assert.Equal((plain, whole.Forwarded, 0), (each.Seen, each.Forwarded, each.Left), Comparer);
            var most = IsFull ? session.Length : Math.Min(session.Length, shortBytes);
            for (var at = 1; at < most; at++)
            {
                var split = Cut(session, at);
                Assert.Equal((plain, whole.Forwarded, 0), (split.Seen, split.Forwarded, split.Left), Comparer);
                var prefix = Cut(session[..at]);
                Assert.True(prefix.Failure.Passes);
                Assert.True(prefix.Seen.Count <= plain.Count && prefix.Seen.SequenceEqual(plain.Take(prefix.Seen.Count)));
                Assert.StartsWith(prefix.Forwarded, whole.Forwarded, StringComparison.Ordinal);
            }
        }
    }

    private static IEqualityComparer<(List<(char, int)>, string, int)> Comparer => EqualityComparer<(List<(char, int)>, string, int)>.Create((one, other) => one.Item1.SequenceEqual(other.Item1) && one.Item2 == other.Item2 && one.Item3 == other.Item3, one => one.Item3);

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_length_that_cannot_be_is_the_end(int length)
    {
        byte[] bytes = [.. Message('H'), (byte)'d', .. Number(length), 1, 2, 3];
        var cut = Cut(bytes);
        Assert.Equal([('H', 4)], cut.Seen);
        Assert.Equal((Reason.MessageOutOfPlace, Convert.ToHexString(Message('H')), 8), (cut.Failure.Reason, cut.Forwarded, cut.Left));
    }

    [Fact]
    public void The_longest_message_passes_as_it_comes_and_is_not_held()
    {
        var framing = new Framing(new Remembering(), Part.Statement);
        var to = new OutputBuffer(new ScriptedTransport([]), int.MaxValue);
        var piece = new byte[1 << 20];
        Assert.Equal(5, framing.Take([(byte)'d', .. Number(Wire.MessageBytes)], to));
        for (long left = Wire.MessageBytes - 4; left > 0; left -= piece.Length)
        {
            var count = (int)Math.Min(left, piece.Length);
            Assert.Equal(count, framing.Take(piece.AsSpan(0, count), to));
            to.Clear();
        }
        Assert.Equal(5, framing.Take(Message('H'), to));
    }

    private sealed class Forwarding : IMessageJudge
    {
        public int Needed(char type, int length) => length + 1;

        public Fate Judge(char type, ReadOnlySpan<byte> bytes, int length, OutputBuffer to) => Fate.Forward;
    }

    [Fact]
    public void Cutting_allocates_nothing()
    {
        var framing = new Framing(new Forwarding(), Part.Statement);
        var to = new OutputBuffer(new ScriptedTransport([]), int.MaxValue);
        byte[] messages = [.. AQuery("select 1"), .. Message('d', 1, 2, 3), .. Message('H')];
        long Allocated(int rounds)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < rounds; i++)
            {
                var taken = framing.Take(messages.AsSpan(0, messages.Length - 3), to);
                framing.Take(messages.AsSpan(taken), to);
                to.Clear();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Allocated(1_000);
        Assert.Equal(0, Allocated(10_000));
    }
}
