using System.Globalization;
using System.Net;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>.NET's driver, which speaks binary formats, prepares, and sends several statements before it reads an answer.</summary>
public sealed class NpgsqlTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly CancellationToken none = CancellationToken.None;

    private static async Task<NpgsqlConnection> OpenAsync(IPEndPoint address, string options = "")
    {
        var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={address.Port};Username=web;Database=postgres;Pooling=false;Timeout=60;Command Timeout=60;Cancellation Timeout=60000;{options}");
        await connection.OpenAsync(none);
        return connection;
    }

    private static async Task<string> RowsAsync(NpgsqlCommand command)
    {
        var text = new StringBuilder();
        await using var reader = await command.ExecuteReaderAsync(none);
        do
        {
            while (await reader.ReadAsync(none))
            {
                for (var i = 0; i < reader.FieldCount; i++)
                    text.Append(reader.GetValue(i) switch { byte[] bytes => Convert.ToHexString(bytes), Array array => string.Join(',', array.Cast<object>()), IFormattable value => value.ToString(null, CultureInfo.InvariantCulture), var other => other.ToString() }).Append('|');
                text.Append('\n');
            }
            text.Append("==\n");
        }
        while (await reader.NextResultAsync(none));
        return text.ToString();
    }

    private async Task SameAsync(Func<IPEndPoint, Task<string>> run)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        await Transparency.AssertAsync(server, run);
    }

    [Fact]
    public Task Values_in_binary_formats_both_ways() => SameAsync(async address =>
    {
        await using var connection = await OpenAsync(address);
        await using var command = new NpgsqlCommand("select @a::int, @b::text, @c::bytea, @d::timestamptz, @e::numeric, @f::int[], @g::jsonb, @h::uuid, @i::bool, null::text, @j::inet", connection);
        command.Parameters.AddWithValue("a", 17);
        command.Parameters.AddWithValue("b", "it's a Ünïcode \\ text");
        command.Parameters.AddWithValue("c", new byte[] { 0, 255, 39, 92 });
        command.Parameters.AddWithValue("d", new DateTime(2026, 11, 28, 12, 0, 0, DateTimeKind.Utc));
        command.Parameters.AddWithValue("e", 1234567.890123m);
        command.Parameters.AddWithValue("f", new[] { 1, 2, 3 });
        command.Parameters.AddWithValue("g", NpgsqlDbType.Jsonb, "{\"a\": [1, null]}");
        command.Parameters.AddWithValue("h", new Guid("00112233-4455-6677-8899-aabbccddeeff"));
        command.Parameters.AddWithValue("i", true);
        command.Parameters.AddWithValue("j", IPAddress.Parse("192.0.2.1"));
        return await RowsAsync(command);
    });

    [Fact]
    public Task Large_results_batches_and_prepared_statements() => SameAsync(async address =>
    {
        await using var connection = await OpenAsync(address, "Max Auto Prepare=20;Auto Prepare Min Usages=2;");
        var text = new StringBuilder();
        await using (var large = new NpgsqlCommand("select i, repeat('x', 100000), decode(repeat('00ff', 50000), 'hex') from generate_series(1, 20) i", connection))
        await using (var reader = await large.ExecuteReaderAsync(none))
            while (await reader.ReadAsync(none)) text.Append(reader.GetInt32(0) + reader.GetString(1).Length + reader.GetFieldValue<byte[]>(2).Length).Append(' ');
        for (var round = 0; round < 3; round++)
        {
            await using var batch = new NpgsqlBatch(connection);
            for (var i = 0; i < 30; i++)
            {
                var one = new NpgsqlBatchCommand(i % 3 == 0 ? "select b from t where a = $1" : "select count(*) from t where a < $1");
                one.Parameters.Add(new() { Value = i });
                batch.BatchCommands.Add(one);
            }
            await using var reader = await batch.ExecuteReaderAsync(none);
            do
                while (await reader.ReadAsync(none)) text.Append(reader.GetValue(0)).Append(';');
            while (await reader.NextResultAsync(none));
        }
        for (var i = 0; i < 200; i++)
        {
            await using var command = new NpgsqlCommand($"select {i} + $1", connection);
            command.Parameters.Add(new() { Value = i });
            await command.PrepareAsync(none);
            text.Append(await command.ExecuteScalarAsync(none)).Append(' ');
            if (i % 2 == 0) await command.UnprepareAsync(none);
        }
        return text.ToString();
    });

    [Fact]
    public Task Copies_both_ways() => SameAsync(async address =>
    {
        await using var connection = await OpenAsync(address);
        await using (var create = new NpgsqlCommand("create temp table c (a int, b text, c timestamp)", connection)) await create.ExecuteNonQueryAsync(none);
        await using (var writer = await connection.BeginBinaryImportAsync("copy c from stdin (format binary)", none))
        {
            for (var i = 0; i < 5_000; i++) await writer.WriteRowAsync(none, i, i % 7 == 0 ? DBNull.Value : "row " + i, new DateTime(2026, 1, 1));
            await writer.CompleteAsync(none);
        }
        await using (var abandoned = await connection.BeginBinaryImportAsync("copy c from stdin (format binary)", none)) await abandoned.WriteRowAsync(none, 1, "never", new DateTime(2026, 1, 1));
        await using (var text = await connection.BeginTextImportAsync("copy c (a, b) from stdin", none)) await text.WriteAsync("9000\tit's\n9001\t\\N\n");
        var seen = new StringBuilder();
        await using (var reader = await connection.BeginBinaryExportAsync("copy c to stdout (format binary)", none))
            while (await reader.StartRowAsync(none) >= 0)
            {
                seen.Append(await reader.ReadAsync<int>(none));
                for (var column = 0; column < 2; column++) await reader.SkipAsync(none);
            }
        using (var text = await connection.BeginTextExportAsync("copy (select a, b from c where a > 4990 order by a) to stdout", none)) seen.Append(await text.ReadToEndAsync(none));
        await using var count = new NpgsqlCommand("select count(*), count(b) from c", connection);
        return seen + await RowsAsync(count);
    });

    [Fact]
    public Task Errors_notices_transactions_and_notifications() => SameAsync(async address =>
    {
        await using var connection = await OpenAsync(address);
        var text = new StringBuilder();
        connection.Notice += (_, told) => text.Append(told.Notice.MessageText).Append('\n');
        connection.Notification += (_, told) => text.Append(told.Payload).Append('\n');
        await using (var command = new NpgsqlCommand("drop table if exists nowhere; listen channel", connection)) await command.ExecuteNonQueryAsync(none);
        await using (var transaction = await connection.BeginTransactionAsync(none))
        {
            await transaction.SaveAsync("s", none);
            foreach (var wrong in (string[])["select 1/0", "select nonsense", "selec"])
            {
                await using var command = new NpgsqlCommand(wrong, connection, transaction);
                text.Append((await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(none))).SqlState).Append('\n');
                await transaction.RollbackAsync("s", none);
            }
            await transaction.CommitAsync(none);
        }
        await using (var command = new NpgsqlCommand("notify channel, 'payload'", connection)) await command.ExecuteNonQueryAsync(none);
        await using (var command = new NpgsqlCommand("select 1; select 1/0; select 2", connection)) text.Append((await Assert.ThrowsAsync<PostgresException>(() => RowsAsync(command))).SqlState);
        await using (var command = new NpgsqlCommand("select a from t where a <= 2 order by a", connection)) text.Append(await RowsAsync(command));
        return text.ToString();
    });

    /// <summary>What waits for a lock that another session has: no statement takes as long, and none costs less.</summary>
    private async Task<string> CancelledAsync(IPEndPoint address, string options, Func<NpgsqlCommand, CancellationTokenSource, Action> cancel)
    {
        using var holder = PgClient.Connect(server.Address, "postgres");
        holder.Query("select pg_advisory_lock(17)");
        await using var connection = await OpenAsync(address, options);
        await using var command = new NpgsqlCommand("select pg_advisory_lock(17)", connection);
        using var source = new CancellationTokenSource();
        var running = command.ExecuteNonQueryAsync(source.Token);
        // A request that comes before the statement runs cancels nothing.
        await Waiting.WhileAsync(() => !holder.Query("select 1 from pg_locks where locktype = 'advisory' and not granted").Any(answer => answer.Type == 'D'));
        await Task.Run(cancel(command, source), none);
        var thrown = await Assert.ThrowsAsync<OperationCanceledException>(() => running);
        await using var after = new NpgsqlCommand("select 17", connection);
        return $"{Assert.IsType<PostgresException>(thrown.InnerException).SqlState} {await after.ExecuteScalarAsync(none)}";
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_statement_that_waits_is_cancelled(bool byToken) => SameAsync(async address =>
    {
        var seen = await CancelledAsync(address, "", (command, source) => byToken ? source.Cancel : command.Cancel);
        Assert.Equal("57014 17", seen);
        return seen;
    });

    [Theory]
    [InlineData("SSL Mode=Require")]
    [InlineData("SSL Mode=Require;SSL Negotiation=Direct")]
    [InlineData("SSL Mode=Disable")]
    public async Task A_cancel_comes_over_a_connection_of_its_own_encrypted_as_the_session(string options)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Learn, options: plain => plain with
        {
            Tls = new() { Certificates = [new(server.Certificate, server.Key)] },
            Upstream = plain.Upstream with { Tls = new UpstreamTls("127.0.0.1", server.Certificate) },
        });
        Assert.Equal("57014 17", await CancelledAsync(guard.Address, options, (command, _) => command.Cancel));
    }
}
