using System.Diagnostics;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Node's driver with its cursors and streams of COPY. Installed by npm on first use, into a folder that later runs use again.</summary>
public sealed class NodePostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly string[] modules = ["pg@8.23.1", "pg-cursor@2.22.1", "pg-copy-streams@7.0.0"];

    private static readonly string script = """
        const { Client } = require('pg'), Cursor = require('pg-cursor'), copy = require('pg-copy-streams'), { pipeline } = require('stream/promises'), { Readable } = require('stream');
        const where = { host: '127.0.0.1', port: +process.argv[2], user: 'web', database: 'postgres' };
        (async () => {
          const c = new Client(where), said = [];
          c.on('notice', n => said.push(n.message)); c.on('notification', n => said.push(n.payload));
          await c.connect();
          console.log((await c.query("select $1::int a, $2 b, $3::bytea c, $4::jsonb d, now() is null e", [1, "it's", Buffer.from([0, 255]), { x: [1, null] }])).rows);
          console.log((await c.query({ name: 'row', text: 'select b from t where a = $1', values: [5] })).rows);
          for (let i = 0; i < 50; i++) await c.query({ name: 'row', text: 'select b from t where a = $1', values: [i] });
          console.log((await c.query({ text: 'select a, b from t where a < 4 order by a', rowMode: 'array', binary: true })).rows);
          console.log((await Promise.all([1, 2, 3].map(i => c.query('select $1::int * 2 as twice', [i])))).map(r => r.rows[0].twice));
          console.log((await c.query('select 1 as one; select 2 as two; drop table if exists nowhere')).map(r => [r.command, r.rows]));
          for (const wrong of ['select 1/0', 'selec', 'select nonsense'])
            await c.query(wrong).catch(e => console.log(e.code, e.message, e.position));
          await c.query('begin');
          const cursor = c.query(new Cursor('select i from generate_series(1, 25) i where i > $1', [3]));
          let rows, sum = 0;
          while ((rows = await cursor.read(7)).length) sum += rows.reduce((all, r) => all + r.i, 0);
          await cursor.close(); console.log(sum);
          await c.query('create temp table n (a int, b text)');
          await pipeline(Readable.from(Array.from({ length: 2000 }, (_, i) => `${i}\tcopied ${i}\n`)), c.query(copy.from('copy n from stdin')));
          let bytes = 0;
          const out = c.query(copy.to('copy n to stdout'));
          for await (const piece of out) bytes += piece.length;
          console.log(bytes, (await c.query('select count(*) from n')).rows);
          await c.query('commit');
          await c.query('listen l'); await c.query("notify l, 'payload'");
          const large = await c.query("select repeat('y', 2000000) l");
          console.log(large.rows[0].l.length, said);
          const slow = c.query('select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b').catch(e => e.code);
          let code;
          const ended = slow.then(x => code = x);
          while (!code) {
            const killer = new Client(where);
            await new Promise(r => setTimeout(r, 50));
            await new Promise(r => { killer.connection.on('end', r); killer.cancel(c, c.activeQuery); killer.connection.on('error', r); });
            await Promise.race([ended, new Promise(r => setTimeout(r, 500))]);
          }
          console.log(code);
          await c.end();
        })().catch(e => { console.log(e); process.exitCode = 1; });
        """;

    private static readonly Lazy<(string Folder, string Reason)> installed = new(Install);

    [Fact]
    public async Task It_sees_through_the_guard_what_it_sees_without()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        var (folder, reason) = installed.Value;
        if (reason.Length > 0) Assert.Skip(reason);
        await Transparency.AssertAsync(server, async address =>
        {
            var output = await Task.Run(() => PostgresServer.Run("node", ["-", $"{address.Port}"], new Dictionary<string, string>(StringComparer.Ordinal) { ["NODE_PATH"] = Path.Combine(folder, "node_modules"), ["NODE_NO_WARNINGS"] = "1" }, script));
            Assert.EndsWith("57014\n--\n--\n0", output, StringComparison.Ordinal);
            return output;
        });
    }

    private static (string Folder, string Reason) Install()
    {
        var folder = Path.Combine(Path.GetTempPath(), "plimsoll-node-postgres-" + string.Join('-', modules.Select(module => module.Split('@')[1])));
        if (Directory.Exists(folder)) return (folder, "");
        var fresh = Directory.CreateTempSubdirectory("plimsoll-node-postgres-new-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(fresh, "package.json"), """{ "private": true }""");
            using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--no-package-lock", .. modules]) { WorkingDirectory = fresh, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var error = npm.StandardError.ReadToEnd();
            npm.WaitForExit();
            if (npm.ExitCode != 0) return ("", $"npm cannot install {string.Join(", ", modules)}: {output.Result}{error}");
            Directory.Move(fresh, folder);
            return (folder, "");
        }
        catch (IOException) when (Directory.Exists(folder)) // Another run was first.
        {
            Directory.Delete(fresh, recursive: true);
            return (folder, "");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return ("", $"node and npm are needed: {missing.Message}");
        }
    }
}
